/** Rows of another time beside the objects of this one, and what the README tells operators to say then. */
import { describe, expect, it } from "vitest";
import { FREE, type Limits, PAID } from "../src/consumer/limits.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { PersonKey } from "../src/model/ids.ts";
import { nextDue } from "../src/store/bell-rows.ts";
import { anId } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { runSequence } from "./rebuild/sequence.ts";
import { type StoredSite, siteDifferences } from "./rebuild/site-check.ts";
import { nameAllPages } from "./whole-steps.ts";

const PACE = { fast: 0, slow: 0, private: 0 };
const STATEMENT =
  "UPDATE site SET commit_number = commit_number + 1000000, compiled = '', heard_at = 0";
const LATER = Date.UTC(2040, 0, 1);

async function travelled(site: StoredSite, limits: Limits): Promise<readonly string[]> {
  await site.db.prepare(STATEMENT).run();
  let now = LATER;
  const deps = { ...site, pace: PACE, now: () => now, token: anId, limits };
  await nameAllPages(deps);
  for (let due = await nextDue(site.db); due !== null; due = await nextDue(site.db)) {
    now = Math.max(now, due);
    await publishStale(deps);
  }
  return siteDifferences(site);
}

/** As it is now. */
async function copyOf(db: StoredSite["db"]): Promise<StoredSite["db"]> {
  const copy = openMemoryD1();
  const { results: tables } = await db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all<{ name: string }>();
  for (const { name } of tables) {
    await copy.prepare(`DELETE FROM ${name}`).run();
    const { results: rows } = await db.prepare(`SELECT * FROM ${name}`).all();
    for (const row of rows) {
      const columns = Object.keys(row);
      const marks = columns.map((_, index) => `?${index + 1}`);
      await copy
        .prepare(`INSERT INTO ${name} (${columns}) VALUES (${marks})`)
        .bind(...Object.values(row))
        .run();
    }
  }
  return copy;
}

function openSite() {
  return {
    db: openMemoryD1() as StoredSite["db"],
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://localhost:8787", admins: ["bob" as PersonKey] },
  };
}

describe.each([
  ["paid", PAID],
  ["free", FREE],
])("on the %s plan", (_, limits) => {
  it.each([1, 2])("nothing is left of a site whose rows are gone: seed %i", async (seed) => {
    const site = openSite();
    const sequence = { seed, steps: 60, posts: 30, faultProbability: 0 };
    expect(await runSequence(site, sequence)).toEqual([]);
    await site.pages.put("/somebody-elses", new Uint8Array(3), { customMetadata: {}, onlyIf: {} });
    expect(await travelled({ ...site, db: openMemoryD1() }, limits)).toEqual([]);
  });

  it.each([3, 4])("a site is as its rows say that went back: seed %i", async (seed) => {
    const site = openSite();
    const sequence = { steps: 40, posts: 10, faultProbability: 0 };
    await runSequence(site, { ...sequence, seed });
    const before = await copyOf(site.db);
    await runSequence(site, { ...sequence, seed: seed + 100 });
    expect(await siteDifferences({ ...site, db: before })).not.toEqual([]);
    expect(await travelled({ ...site, db: before }, limits)).toEqual([]);
  });
});
