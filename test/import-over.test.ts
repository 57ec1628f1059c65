/** Importing over what is there, and being killed before the end: pages are those of the rows, and who has left stays away. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { importFiles } from "../build/import/import-files.ts";
import { finishDepartures } from "../src/consumer/finish-departures.ts";
import { readCompiled } from "../src/store/compiled.ts";
import { anEvent, BEGIN_MS, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { siteDifferences } from "./rebuild/site-check.ts";
import { nameAllPages } from "./whole-steps.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ROW = {
  ...{ id: "im1", author: "Quentin", subreddit: "cats", title: "Stone one" },
  ...{ url: "https://a.example/1", created_utc: BEGIN_MS / 1000 - 3600 },
};

let site: LiveSite;
const accounts = openMemoryD1("accounts");

beforeEach(async () => {
  site = await openLiveSite();
});

function importRow(row: object, db = site.db) {
  const file = join(folder, "archive.ndjson");
  writeFileSync(file, `${JSON.stringify({ ...ROW, ...row })}\n`);
  return importFiles({ db, accounts }, [file]);
}

/** As cron does, or a build. */
async function publishAnew(): Promise<void> {
  await nameAllPages(site.deps);
  await site.publishAll();
}

/** Dies when everything is written but what follows from it. */
function dying(db: D1Database): D1Database {
  const killed = Object.create(db) as D1Database;
  killed.prepare = (sql) => {
    if (sql.startsWith("DELETE FROM entry")) throw new Error("kill -9");
    return db.prepare(sql);
  };
  return killed;
}

const pagesThatDiffer = async () =>
  (await siteDifferences(site)).filter((each) => /^[/~]/.test(each));

describe("a post that is there already", () => {
  it.each([
    ["older", { created_utc: ROW.created_utc - 3600 }],
    ["of another community", { subreddit: "birds" }],
  ])("and is imported as one that is %s, changes pages of communities", async (_, other) => {
    await importRow({});
    await publishAnew();
    expect(await importRow(other)).toMatchObject({ imported: 0, hasChanged: true });
    await publishAnew();
    expect(await pagesThatDiffer()).toEqual([]);
  });

  it("and is imported as it is, changes nothing", async () => {
    await importRow({});
    await publishAnew();
    const compiled = await readCompiled(site.db);
    expect(await importRow({})).toMatchObject({ imported: 0, hasChanged: false });
    expect(await readCompiled(site.db)).toBe(compiled);
  });
});

describe("an import that is killed", () => {
  it("leaves pages of which nobody believes that they are those of the rows", async () => {
    await site.publishAll();
    await expect(importRow({}, dying(site.db))).rejects.toThrow("kill -9");
    await publishAnew();
    expect(await pagesThatDiffer()).toEqual([]);
  });

  it("and run again brings nobody back who has left between", async () => {
    await site.send(anEvent({ type: "person_registered", by: "Quentin" }));
    await expect(importRow({}, dying(site.db))).rejects.toThrow("kill -9");
    // Served as it is: their posts are in no listing yet.
    await site.send(anEvent({ type: "account_deleted", by: "Quentin", epoch: 1, posts: "delete" }));
    await site.publishUrgent();
    await importRow({});
    await nameAllPages(site.deps);
    while (await finishDepartures(site.deps));
    await site.publishAll();
    expect(await site.keysWith("Quentin")).toEqual([]);
    expect(await site.keysWith("Stone one")).toEqual([]);
  });
});
