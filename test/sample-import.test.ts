/** Which sites get the bundled sample: empty ones, and those in which it was interrupted. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endSampleImport, importSample } from "../build/sample-import.ts";
import type { Databases } from "../src/store/facts.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";

let stateDir: string;
let databases: Databases;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "cairn-sample-"));
  databases = {
    content: openMemoryD1("content"),
    accounts: openMemoryD1("accounts"),
    journal: openMemoryD1("journal"),
  };
});
afterEach(() => rmSync(stateDir, { recursive: true }));

/** How many of the sample's files a start imports. */
async function imported(): Promise<number> {
  let count = 0;
  await importSample(databases, stateDir, async (files) => {
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    count = files.length;
  });
  return count;
}

async function interrupt(): Promise<void> {
  const failing = importSample(databases, stateDir, () => Promise.reject(new Error("killed")));
  await expect(failing).rejects.toThrow("killed");
}

const A_COMMUNITY = `INSERT INTO community (key, name, title, description, creator, created_at)
  VALUES ('c', 'C', 'C', '', 'ann', 1)`;

test.each([
  ["an account", "accounts", "INSERT INTO account VALUES ('ann', 'Ann', 'scrypt$1', 0, 5)"],
  ["a name that is taken", "accounts", "INSERT INTO community VALUES ('c', 'C', 'ann', 5)"],
  ["an event that waits", "journal", "INSERT INTO accepted VALUES ('e1', '{}')"],
  ["a community", "content", A_COMMUNITY],
] as const)("a site with %s and nothing else gets none", async (_, database, sql) => {
  await databases[database].prepare(sql).run();
  expect(await imported()).toBe(0);
});

test("an empty site gets it, once it has something no more", async () => {
  expect(await imported()).toBe(3);
  await databases.content.prepare(A_COMMUNITY).run();
  expect(await imported()).toBe(0);
});

test("an interrupted import goes on, also when a part of it is there", async () => {
  await interrupt();
  await databases.content.prepare(A_COMMUNITY).run();
  expect(await imported()).toBe(3);
  expect(await imported()).toBe(0);
});

test("an interrupted import does not go on in a site that was given something else", async () => {
  await interrupt();
  await databases.content.prepare(A_COMMUNITY).run();
  endSampleImport(stateDir);
  expect(await imported()).toBe(0);
});
