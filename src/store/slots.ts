/** Slots of chronological listings, as pages ask for them. */
import type { D1Database } from "@cloudflare/workers-types";
import { askInChunks } from "./statements.ts";

/** Slots of a chronological listing: 1-based, oldest first, both ends included. */
export interface SlotRange {
  readonly listing: string;
  readonly from: number;
  readonly to: number;
}

/** Ids in the order of their slots, of whatever the listings hold. */
export async function readSlotIds(
  db: D1Database,
  ranges: readonly SlotRange[],
): Promise<string[][]> {
  const { results } = await db
    .prepare(
      `SELECT e.id, q.key AS range FROM json_each(?1) q
       CROSS JOIN entry e ON e.listing = q.value ->> 'listing'
         AND e.slot BETWEEN q.value ->> 'from' AND q.value ->> 'to' ORDER BY q.key, e.slot`,
    )
    .bind(JSON.stringify(ranges))
    .all<{ id: string; range: number }>();
  const ids = ranges.map((): string[] => []);
  for (const { id, range } of results) ids[range]?.push(id);
  return ids;
}

/**
 * Slots in each listing; 0 for an unknown one.
 * @param listings as many as there are: all of a type, when all pages are named
 */
export async function readSlotCounts(
  db: D1Database,
  listings: readonly string[],
): Promise<number[]> {
  const rows = await askInChunks<{ slots: number }>(
    db,
    `SELECT coalesce((SELECT max(slot) FROM entry WHERE listing = q.value), 0) AS slots
     FROM json_each(?1) q ORDER BY q.key`,
    listings,
  );
  return rows.map(({ slots }) => slots);
}
