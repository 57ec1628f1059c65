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

const A_POST = `INSERT INTO post (id, community, author, title, link_key, created_at, ups, downs,
  standing, score, hot, controversial, data)
  VALUES ('p', 'c', 'ann', 't', '', 1, 1, 0, 'visible', 1, 0, 0, '{}')`;

test.each([
  ["an account", "accounts", "INSERT INTO account VALUES ('ann', 'Ann', 'scrypt$1', 0, 5)"],
  ["a community", "accounts", "INSERT INTO community VALUES ('c', 'C', 'ann', 5)"],
  ["an event that waits", "journal", "INSERT INTO accepted VALUES ('e1', '{}')"],
  ["a post", "content", A_POST],
] as const)("a site with %s and nothing else gets none", async (_, database, sql) => {
  await databases[database].prepare(sql).run();
  expect(await imported()).toBe(0);
});

test("an empty site gets it, once it has something no more", async () => {
  expect(await imported()).toBe(3);
  await databases.content.prepare(A_POST).run();
  expect(await imported()).toBe(0);
});

test("an interrupted import goes on, unless the site was given something else", async () => {
  await interrupt();
  await databases.content.prepare(A_POST).run();
  expect(await imported()).toBe(3);
  await interrupt();
  endSampleImport(stateDir);
  expect(await imported()).toBe(0);
});
