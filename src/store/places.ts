/**
 * Where posts stand in the listings before a commit: the reads between deciding what rows become
 * and naming the pages. Counts are capped: a rank beyond a listing's depth is no page.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import { RANKINGS, type Ranking } from "../model/listing.ts";
import {
  RANK_COLUMN,
  type RankedListing,
  rowsIn,
  SCOPE_KINDS,
  scopeKind,
  scopeValue,
} from "./ranked.ts";

/** A position in a ranking's total order: higher values first, ties by newer, then by id. */
export interface SortKey {
  readonly value: number;
  readonly createdAt: number;
  readonly id: PostId;
}

/** How many posts of the listing stand strictly above the key? */
export interface RankRequest extends RankedListing {
  readonly key: SortKey;
}

/** Answers in the order asked, each at most `limit`. */
export function readRanks(
  db: D1Database,
  requests: readonly RankRequest[],
  limit: number,
): Promise<number[]> {
  return countEach(
    db,
    requests.map(({ key, ...listing }) => ({ listing, ...key })),
    (ranking) =>
      `AND (${RANK_COLUMN[ranking]}, created_at, id)
         > (q.value ->> 'value', q.value ->> 'createdAt', q.value ->> 'id')`,
    limit,
  );
}

/** Posts in each listing, each at most `limit`. */
export function readLengths(
  db: D1Database,
  listings: readonly RankedListing[],
  limit: number,
): Promise<number[]> {
  const questions = listings.map((listing) => ({ listing }));
  return countEach(db, questions, () => "", limit);
}

const KINDS_OF_LISTING = RANKINGS.flatMap((ranking) =>
  SCOPE_KINDS.map((kind) => ({ ranking, kind })),
);

/** One statement for all questions about one ranking and one kind of scope. */
async function countEach<Question extends { readonly listing: RankedListing }>(
  db: D1Database,
  questions: readonly Question[],
  condition: (ranking: Ranking) => string,
  limit: number,
): Promise<number[]> {
  const counts = new Array<number>(questions.length).fill(0);
  const groups = KINDS_OF_LISTING.map((group) => ({
    ...group,
    indexes: [...questions.keys()].filter((index) => {
      const { ranking, scope } = (questions[index] as Question).listing;
      return group.ranking === ranking && group.kind === scopeKind(scope);
    }),
  })).filter(({ indexes }) => indexes.length > 0);
  if (groups.length === 0) return counts;
  const answers = await db.batch<{ posts: number }>(
    groups.map(({ ranking, kind, indexes }) => {
      const rows = indexes.map((index) => {
        const { listing, ...question } = questions[index] as Question;
        return { ...question, scope: scopeValue(listing.scope) };
      });
      return countStatement(
        db,
        rowsIn(ranking, kind, "q.value ->> 'scope'"),
        condition(ranking),
      ).bind(JSON.stringify(rows), limit);
    }),
  );
  groups.forEach(({ indexes }, group) => {
    indexes.forEach((index, row) => {
      counts[index] = answers[group]?.results[row]?.posts ?? 0;
    });
  });
  return counts;
}

function countStatement(db: D1Database, rows: string, condition: string): D1PreparedStatement {
  return db.prepare(
    `SELECT (SELECT count(*) FROM (SELECT 1 ${rows} ${condition} LIMIT ?2)) AS posts
     FROM json_each(?1) q ORDER BY q.key`,
  );
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
