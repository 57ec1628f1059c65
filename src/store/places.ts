/**
 * Where posts stand in the listings before a commit: the reads between deciding what rows become
 * and naming the pages. Ranks end where listings do: beyond their depth there is no page.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import { RANK_COLUMN, type RankedListing, rowsIn, scopeKind, scopeValue } from "./ranked.ts";
import { askInChunks } from "./statements.ts";

/** A position in a ranking's total order: higher values first, ties by newer, then by id. */
export interface SortKey {
  readonly value: number;
  readonly createdAt: number;
  readonly id: PostId;
}

/** How listings begin, and the commit that this is true of. */
export interface ReadHeads {
  readonly commit: number;
  readonly heads: readonly SortKey[][];
}

/** The best posts of each listing, at most `limit`. At least one listing. */
export async function readHeads(
  db: D1Database,
  listings: readonly RankedListing[],
  limit: number,
): Promise<ReadHeads> {
  const groups = [...Map.groupBy(listings.entries(), ([, listing]) => kindOf(listing)).values()];
  const [site, ...answers] = await db.batch<{ keys: string; commit: number }>([
    db.prepare('SELECT commit_number AS "commit" FROM site'),
    ...groups.map((group) => {
      const ofOneKind = group.map(([, listing]) => listing);
      return headStatement(db, ofOneKind, limit);
    }),
  ]);
  const heads = listings.map((): SortKey[] => []);
  groups.forEach((group, statement) => {
    group.forEach(([index], row) => {
      heads[index] = JSON.parse(answers[statement]?.results[row]?.keys ?? "[]");
    });
  });
  return { commit: site?.results[0]?.commit ?? 0, heads };
}

function kindOf({ ranking, scope }: RankedListing): string {
  return `${ranking} ${scopeKind(scope)}`;
}

/** One statement for all listings of one ranking and one kind of scope; an index has all of it. */
function headStatement(
  db: D1Database,
  listings: readonly RankedListing[],
  limit: number,
): D1PreparedStatement {
  const { ranking, scope } = listings[0] as RankedListing;
  const column = RANK_COLUMN[ranking];
  return db
    .prepare(
      `SELECT (SELECT json_group_array(json_object('value', value, 'createdAt', created_at, 'id', id))
         FROM (SELECT ${column} AS value, created_at, id
           ${rowsIn(ranking, scopeKind(scope), "q.value")}
           ORDER BY ${column} DESC, created_at DESC, id DESC LIMIT ?2)) AS keys
       FROM json_each(?1) q ORDER BY q.key`,
    )
    .bind(JSON.stringify(listings.map((listing) => scopeValue(listing.scope))), limit);
}

/** The place of a post or comment in a chronological listing, and how many there are. */
export interface Place {
  readonly listing: string;
  readonly slot: number;
  readonly count: number;
}

/** What a statement that answers with places begins with: their entries are `e` there. */
export const SELECT_PLACE = `SELECT e.listing, e.slot,
  (SELECT max(slot) FROM entry WHERE listing = e.listing) AS count`;

/** @param ids as many as there are: all comments of a post, for example */
export function readPlaces(db: D1Database, ids: readonly string[]): Promise<Place[]> {
  return askInChunks<Place>(
    db,
    `${SELECT_PLACE} FROM json_each(?1) q CROSS JOIN entry e ON e.id = q.value`,
    ids,
  );
}

/** Where would something of this time and id come? */
export interface SlotRequest {
  readonly listing: string;
  readonly createdAt: number;
  /** A post or a comment; in a private listing a fullname or a notice. */
  readonly id: string;
}

export interface SlotAnswer {
  /** Entries of the listing that are older. */
  readonly before: number;
  readonly count: number;
}

/** Reads backwards from the newest, so that only what arrives late reads more than one row. */
export function readSlots(db: D1Database, requests: readonly SlotRequest[]): Promise<SlotAnswer[]> {
  return askInChunks<SlotAnswer>(
    db,
    `SELECT coalesce((SELECT slot FROM entry WHERE listing = q.value ->> 'listing'
           AND (created_at, id) < (q.value ->> 'createdAt', q.value ->> 'id')
           ORDER BY slot DESC LIMIT 1), 0) AS before,
         coalesce((SELECT max(slot) FROM entry WHERE listing = q.value ->> 'listing'), 0) AS count
       FROM json_each(?1) q ORDER BY q.key`,
    requests,
  );
}
