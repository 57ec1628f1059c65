/** New slots of the chronological listings: at the end, or where something comes late. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { bindChunks } from "./statements.ts";

/** A new post's or comment's place in a chronological listing. */
export interface NewEntry {
  readonly listing: string;
  readonly slot: number;
  readonly createdAt: number;
  /** A post or a comment; in a private listing a fullname or a notice. */
  readonly id: string;
  /** Newer entries exist already: they move up by one. Late entries come before all others. */
  readonly isLate: boolean;
}

/** The late ones first: they move up what the others' slots count. */
export function insertEntries(db: D1Database, entries: readonly NewEntry[]): D1PreparedStatement[] {
  const late = entries.filter(({ isLate }) => isLate);
  const last = entries.filter(({ isLate }) => !isLate);
  return [...insertLateEntries(db, late), ...appendEntries(db, last)];
}

function appendEntries(db: D1Database, entries: readonly NewEntry[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `INSERT INTO entry (listing, slot, created_at, id)
         SELECT value ->> 'listing', value ->> 'slot', value ->> 'createdAt', value ->> 'id'
         FROM json_each(?1)`,
    entries,
  );
}

/** Beyond every slot: where entries wait while a listing is numbered anew. */
const FAR = 1_000_000_000;

/**
 * Numbers what comes from the first late entry on anew, in each of their listings. Slots are unique
 * at every moment, so everything waits below zero until all have their numbers.
 */
function insertLateEntries(db: D1Database, entries: readonly NewEntry[]): D1PreparedStatement[] {
  if (entries.length === 0) return [];
  const first = new Map<string, number>();
  for (const { listing, slot } of entries) {
    first.set(listing, Math.min(slot, first.get(listing) ?? slot));
  }
  const listings = JSON.stringify([...first].map(([listing, from]) => ({ listing, from })));
  const added = JSON.stringify(entries);
  return [
    db
      .prepare(
        `INSERT INTO entry (listing, slot, created_at, id)
         SELECT value ->> 'listing', -${FAR} - (value ->> 'slot'), value ->> 'createdAt',
           value ->> 'id' FROM json_each(?1)`,
      )
      .bind(added),
    db
      .prepare(
        `UPDATE entry SET slot = -p.place FROM (
           SELECT e.listing, e.slot, q.value ->> 'from' - 1 + row_number() OVER
             (PARTITION BY e.listing ORDER BY e.created_at, e.id) AS place
           FROM json_each(?1) q CROSS JOIN entry e ON e.listing = q.value ->> 'listing'
             AND (e.slot >= q.value ->> 'from' OR e.slot < 0)) p
         WHERE entry.listing = p.listing AND entry.slot = p.slot`,
      )
      .bind(listings),
    db
      .prepare(
        `UPDATE entry SET slot = -slot WHERE slot < 0
         AND listing IN (SELECT value ->> 'listing' FROM json_each(?1))`,
      )
      .bind(listings),
  ];
}
