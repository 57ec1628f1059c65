/** What is somebody's own: marks, and their private listings. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Mark, MarkKind } from "../model/entities.ts";
import type { EventId, PersonKey } from "../model/ids.ts";
import { type Place, SELECT_PLACE } from "./places.ts";
import { bindChunks, fromJson } from "./statements.ts";

export interface MarkRef {
  readonly person: PersonKey;
  readonly kind: MarkKind;
  readonly thing: string;
}

export function markKey({ person, kind, thing }: MarkRef): string {
  return `${person} ${kind} ${thing}`;
}

type MarkRow = MarkRef & { readonly is_set: number; readonly at: number; readonly event: EventId };

/** By `markKey`; null where there is none. */
export async function readMarks(
  db: D1Database,
  refs: readonly MarkRef[],
): Promise<Map<string, Mark | null>> {
  const marks = new Map<string, Mark | null>(refs.map((ref) => [markKey(ref), null]));
  if (refs.length === 0) return marks;
  const { results } = await db
    .prepare(
      `SELECT m.* FROM json_each(?1) q CROSS JOIN mark m ON m.person = q.value ->> 'person'
         AND m.kind = q.value ->> 'kind' AND m.thing = q.value ->> 'thing'`,
    )
    .bind(JSON.stringify(refs))
    .all<MarkRow>();
  for (const { is_set, ...mark } of results)
    marks.set(markKey(mark), { ...mark, isSet: is_set === 1 });
  return marks;
}

const UPSERT_MARKS = `INSERT INTO mark (person, kind, thing, is_set, at, event)
  SELECT ${fromJson("person, kind, thing, isSet, at, event")} FROM json_each(?1) WHERE true
  ON CONFLICT (person, kind, thing) DO UPDATE SET is_set = excluded.is_set, at = excluded.at,
    event = excluded.event`;

export function upsertMarks(db: D1Database, marks: readonly Mark[]): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_MARKS, marks);
}

/** A thing in a listing. */
export interface EntryRef {
  readonly listing: string;
  readonly id: string;
}

/** Where these things stand in these listings. */
export async function readEntryPlaces(db: D1Database, refs: readonly EntryRef[]): Promise<Place[]> {
  if (refs.length === 0) return [];
  const { results } = await db
    .prepare(
      `${SELECT_PLACE} FROM json_each(?1) q
       CROSS JOIN entry e ON e.id = q.value ->> 'id' AND e.listing = q.value ->> 'listing'`,
    )
    .bind(JSON.stringify(refs))
    .all<Place>();
  return results;
}

/** What has left a private listing leaves its slot behind: nothing is numbered anew. */
export function clearEntries(db: D1Database, places: readonly Place[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `UPDATE entry SET id = '' WHERE (listing, slot) IN
           (SELECT value ->> 'listing', value ->> 'slot' FROM json_each(?1))`,
    places,
  );
}

/** An entry of a private listing: when its act was sent, in seconds since 1970. */
export interface TailEntry {
  readonly id: string;
  readonly createdAt: number;
}

/** What stands last in each listing, newest first; slots that something has left do not count. */
export async function readTails(
  db: D1Database,
  listings: readonly string[],
  max: number,
): Promise<TailEntry[][]> {
  const { results } = await db
    .prepare(
      `SELECT q.key AS listing, e.id, e.created_at AS createdAt FROM json_each(?1) q
       CROSS JOIN entry e ON e.listing = q.value AND e.slot > coalesce(
         (SELECT slot FROM entry WHERE listing = q.value AND id <> ''
          ORDER BY slot DESC LIMIT 1 OFFSET ?2), 0)
       WHERE e.id <> '' ORDER BY q.key, e.slot DESC`,
    )
    .bind(JSON.stringify(listings), max)
    .all<TailEntry & { listing: number }>();
  const tails = listings.map((): TailEntry[] => []);
  for (const { listing, ...entry } of results) tails[listing]?.push(entry);
  return tails;
}

/** The names of all private listings: each that anything was ever in. */
export async function readPrivateListings(db: D1Database): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT DISTINCT listing FROM entry WHERE listing >= '~' ORDER BY listing")
    .all<{ listing: string }>();
  return results.map(({ listing }) => listing);
}
