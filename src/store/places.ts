/**
 * Where posts stand in the listings before a commit: the reads between deciding what rows become
 * and naming the pages. Counts are capped: a rank beyond a listing's depth is no page.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import { RANKINGS, type Ranking, type Scope } from "../model/listing.ts";
import { RANK_COLUMN } from "./ranked.ts";

/** A position in a ranking's total order: higher values first, ties by newer, then by id. */
export interface SortKey {
  readonly value: number;
  readonly createdAt: number;
  readonly id: PostId;
}

/** How many visible posts of the scope stand strictly above the key? */
export interface RankRequest {
  readonly ranking: Ranking;
  readonly scope: Scope;
  readonly key: SortKey;
}

/** Answers in the order asked, each at most `limit`. */
export async function readRanks(
  db: D1Database,
  requests: readonly RankRequest[],
  limit: number,
): Promise<number[]> {
  const ranks = new Array<number>(requests.length).fill(0);
  const groups = RANKINGS.flatMap((ranking) =>
    [true, false].map((isSite) => ({ ranking, isSite, indexes: [] as number[] })),
  );
  requests.forEach(({ ranking, scope }, index) => {
    const isSite = scope === null;
    groups.find((g) => g.ranking === ranking && g.isSite === isSite)?.indexes.push(index);
  });
  const asked = groups.filter(({ indexes }) => indexes.length > 0);
  if (asked.length === 0) return ranks;
  const answers = await db.batch<{ above: number }>(
    asked.map(({ ranking, isSite, indexes }) => {
      const rows = indexes.map((index) => ({
        scope: requests[index]?.scope,
        ...requests[index]?.key,
      }));
      return rankStatement(db, ranking, isSite).bind(JSON.stringify(rows), limit);
    }),
  );
  asked.forEach(({ indexes }, group) => {
    indexes.forEach((index, row) => {
      ranks[index] = answers[group]?.results[row]?.above ?? 0;
    });
  });
  return ranks;
}

function rankStatement(db: D1Database, ranking: Ranking, isSite: boolean): D1PreparedStatement {
  return db.prepare(
    `SELECT (SELECT count(*) FROM (SELECT 1 FROM post WHERE standing = 'visible'
       ${isSite ? "" : "AND community = q.value ->> 'scope'"}
       AND (${RANK_COLUMN[ranking]}, created_at, id)
         > (q.value ->> 'value', q.value ->> 'createdAt', q.value ->> 'id') LIMIT ?2)) AS above
     FROM json_each(?1) q ORDER BY q.key`,
  );
}

/** Visible posts of each scope, each at most `limit`. */
export async function readLengths(
  db: D1Database,
  scopes: readonly Scope[],
  limit: number,
): Promise<ReadonlyMap<Scope, number>> {
  if (scopes.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT CASE WHEN q.value IS NULL
         THEN (SELECT count(*) FROM (SELECT 1 FROM post WHERE standing = 'visible' LIMIT ?2))
         ELSE (SELECT count(*) FROM (SELECT 1 FROM post WHERE standing = 'visible'
           AND community = q.value LIMIT ?2)) END AS posts
       FROM json_each(?1) q ORDER BY q.key`,
    )
    .bind(JSON.stringify(scopes), limit)
    .all<{ posts: number }>();
  return new Map(scopes.map((scope, index) => [scope, results[index]?.posts ?? 0]));
}

/** The place of a post or comment in a chronological listing, and how many there are. */
export interface Place {
  readonly listing: string;
  readonly slot: number;
  readonly count: number;
}

export async function readPlaces(db: D1Database, ids: readonly string[]): Promise<Place[]> {
  if (ids.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT e.listing, e.slot, (SELECT max(slot) FROM entry WHERE listing = e.listing) AS count
       FROM json_each(?1) q CROSS JOIN entry e ON e.id = q.value`,
    )
    .bind(JSON.stringify(ids))
    .all<Place>();
  return results;
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
export async function readSlots(
  db: D1Database,
  requests: readonly SlotRequest[],
): Promise<SlotAnswer[]> {
  if (requests.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT coalesce((SELECT slot FROM entry WHERE listing = q.value ->> 'listing'
           AND (created_at, id) < (q.value ->> 'createdAt', q.value ->> 'id')
           ORDER BY slot DESC LIMIT 1), 0) AS before,
         coalesce((SELECT max(slot) FROM entry WHERE listing = q.value ->> 'listing'), 0) AS count
       FROM json_each(?1) q ORDER BY q.key`,
    )
    .bind(JSON.stringify(requests))
    .all<SlotAnswer>();
  return results;
}
