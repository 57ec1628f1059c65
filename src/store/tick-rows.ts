/** What a tick writes, as commits like any other: clocks that move, and lists in their new order. */
import type { D1Database } from "@cloudflare/workers-types";
import type { CommunityKey } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import { windowBit } from "../model/window.ts";
import { commitBatch } from "./commit.ts";
import { type NamedPage, namePages, type Pace } from "./page-rows.ts";
import { bindChunks, fromJson } from "./statements.ts";
import {
  ADD_WINDOWS,
  beginSweep,
  markDirty,
  moveSweep,
  scopeColumn,
  type WindowClock,
  type WindowList,
} from "./windows.ts";

/** Posts created after `from` and not after `to` have crossed the edge of a window (its bit). */
export interface CrossedEdge {
  readonly window: number;
  readonly from: number;
  readonly to: number;
}

/** Those of the edges that a post of any scope has crossed. */
export async function findCrossedEdges(
  db: D1Database,
  edges: readonly CrossedEdge[],
): Promise<CrossedEdge[]> {
  if (edges.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT q.key AS edge FROM json_each(?1) q
       WHERE EXISTS (SELECT 1 FROM post INDEXED BY post_age
         WHERE created_at > q.value ->> 'from' AND created_at <= q.value ->> 'to')`,
    )
    .bind(JSON.stringify(edges))
    .all<{ edge: number }>();
  return results.flatMap(({ edge }) => edges[edge] ?? []);
}

/** One write for several local runs of cron; a time from the future is none. Milliseconds. */
const NOTED_EVERY_MS = 30_000;

/** That a tick has moved the clocks, or found nothing to move. @param now milliseconds since 1970 */
export async function noteTick(db: D1Database, now: number): Promise<void> {
  await db
    .prepare("UPDATE site SET ticked_at = ?1 WHERE ticked_at NOT BETWEEN ?1 - ?2 AND ?1")
    .bind(now, NOTED_EVERY_MS)
    .run();
}

const MARK_CROSSED = `INSERT INTO window_dirty (scope, windows, since)
  SELECT scope, sum(bit), ?2 FROM (
    SELECT q.value ->> 'window' AS bit, p.community AS scope FROM json_each(?1) q
      CROSS JOIN post p INDEXED BY post_age
        ON p.created_at > q.value ->> 'from' AND p.created_at <= q.value ->> 'to'
    UNION SELECT value ->> 'window', '' FROM json_each(?1))
  GROUP BY scope ${ADD_WINDOWS}`;

/** How the clocks move. */
export interface NewClocks {
  /** Those that are set to `at`, in seconds since 1970. */
  readonly clocks: readonly WindowClock[];
  readonly at: number;
  /** Of the best of a window: every scope with a post that has crossed one of them is marked. */
  readonly edges: readonly CrossedEdge[];
  /** The edge of rising, if posts are beyond it: the site is marked, and communities are swept. */
  readonly sweep: CrossedEdge | null;
}

/** @returns false when another commit came in between */
export async function commitClocks(
  db: D1Database,
  readAt: number,
  { clocks, at, edges, sweep }: NewClocks,
): Promise<boolean> {
  const left = await commitBatch(
    db,
    readAt,
    [
      ...(edges.length === 0
        ? []
        : [db.prepare(MARK_CROSSED).bind(JSON.stringify(edges), readAt + 1)]),
      ...(sweep === null
        ? []
        : [
            ...markDirty(db, [{ scope: null, windows: windowBit("rising") }], readAt + 1),
            beginSweep(db, sweep.from),
          ]),
      ...clocks.map((clock) =>
        db
          .prepare(
            `INSERT INTO asof (clock, at) VALUES (?1, ?2)
           ON CONFLICT (clock) DO UPDATE SET at = excluded.at`,
          )
          .bind(clock, at),
      ),
    ],
    at * 1000,
  );
  return left !== null;
}

export interface NewOrder {
  /** No longer marked. */
  readonly scopes: readonly SiteOrCommunity[];
  /** How far the sweep is now: the last community; null: it has ended; undefined: as far as it was. */
  readonly sweptTo: CommunityKey | null | undefined;
  /** Those that are different now. */
  readonly lists: readonly WindowList[];
  readonly pages: readonly NamedPage[];
}

/**
 * @param now milliseconds since 1970
 * @returns false when another commit came in between: its votes may have changed the order
 */
export async function commitOrder(
  db: D1Database,
  readAt: number,
  { scopes, sweptTo, lists, pages }: NewOrder,
  now: number,
  pace: Pace,
): Promise<boolean> {
  const left = await commitBatch(
    db,
    readAt,
    [
      ...bindChunks(db, SET_LISTS, lists),
      ...bindChunks(db, CLEAR_MARKS, scopes.map(scopeColumn)),
      ...(sweptTo === undefined ? [] : [moveSweep(db, sweptTo)]),
      ...namePages(db, pages, readAt + 1, now, pace),
    ],
    now,
  );
  return left !== null;
}

const SET_LISTS = `INSERT INTO window_list (listing, posts)
  SELECT ${fromJson("listing, posts")} FROM json_each(?1) WHERE true
  ON CONFLICT (listing) DO UPDATE SET posts = excluded.posts`;

const CLEAR_MARKS = "DELETE FROM window_dirty WHERE scope IN (SELECT value FROM json_each(?1))";
