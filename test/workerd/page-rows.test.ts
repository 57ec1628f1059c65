/** What a published page costs in D1, which bills every entry of an index that is written as a row. */

import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { expect, it } from "vitest";
import { countedDatabase, noCounts } from "../../build/bench/counted-stores.ts";
import { leasePages, namePages, settlePages } from "../../src/store/page-rows.ts";

const PACE = { fast: 10_000, slow: 60_000, private: 600_000 };
const T = 1_000_000_000;

it("two rows when it is named, and one each when it is leased and settled", async () => {
  const counts = noCounts();
  const db = countedDatabase(env.DB as unknown as D1Database, counts);
  const written = async (work: Promise<unknown>) => {
    const before = counts.rowsWritten;
    await work;
    return counts.rowsWritten - before;
  };
  const page = { key: "/", lane: "fast" } as const;
  expect(await written(db.batch(namePages(db, [page], 2, T, PACE, false)))).toBe(2);
  expect(await written(leasePages(db, "", "a", T, 100))).toBe(1);
  expect(await written(db.batch(settlePages(db, ["/"], "a", 2, T, PACE)))).toBe(1);
});
