/** What a published page costs in D1, which bills every entry of an index that is written as a row. */
import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { expect, it } from "vitest";
import { countedDatabase, noCounts } from "../../build/bench/counted-stores.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import { leasePages, settleLease } from "../../src/store/leases.ts";
import { namePages } from "../../src/store/page-rows.ts";

const PACE = { fast: 10_000, slow: 60_000, private: 600_000 };
const T = 1_000_000_000;

it("two rows when it is named, one when it is settled, and of a lease of all of them two", async () => {
  const counts = noCounts();
  const db = countedDatabase(env.DB as unknown as D1Database, counts);
  const written = async (work: Promise<unknown>) => {
    const before = counts.rowsWritten;
    await work;
    return counts.rowsWritten - before;
  };
  const keys = Array.from({ length: 100 }, (_, index) => `/${index}`);
  const pages = keys.map((key) => ({ key, lane: "fast" }) as const);
  expect(await written(db.batch(namePages(db, pages, 2, T, PACE)))).toBe(200);
  expect(await written(leasePages(db, "", "a", T, 100, PACE))).toBe(1);
  expect(await written(leasePages(db, "", "b", T, 100, PACE))).toBe(0);
  const settled = keys.map((key) => ({ key, at: T, stored: "etag hash" }));
  const settlement = { settled, failed: [], commit: 2, retryMs: 0 };
  expect(await written(db.batch(settleLease(db, "a", settlement, T, PACE)))).toBe(101);
});

it("three rows read at most, while others have leased it and the next ones are looked for", async () => {
  const counts = noCounts();
  const db = countedDatabase(env.DB as unknown as D1Database, counts);
  const read = async (work: Promise<unknown>) => {
    const before = counts.rowsRead;
    await work;
    return counts.rowsRead - before;
  };
  const keys = Array.from({ length: 5000 }, (_, index) => `/${index}`);
  const pages = keys.map((key) => ({ key, lane: "fast" }) as const);
  await db.batch(namePages(db, pages, 3, T, PACE));
  const due = await read(nextDue(db));
  const lease = await read(leasePages(db, "", "b", T, 100, PACE));
  expect(due).toBeLessThan(10);
  expect((await read(nextDue(db))) - due).toBeLessThanOrEqual(300);
  expect((await read(leasePages(db, "", "c", T, 100, PACE))) - lease).toBeLessThanOrEqual(300);
});
