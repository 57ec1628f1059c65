/**
 * The page table: which pages are stale, since which commit, and when they may be written.
 *
 * `named` is the last commit that may have changed a page, `written` the commit its stored object
 * reflects; stale means named > written. A stale page may be leased when it is `due`. Of one that is
 * `suspect` an earlier publisher's put may still be on its way; `stored` is what its last publisher, or
 * a build, has noted of its object. Times are in milliseconds since 1970.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { chunksOf } from "../model/chunks-of.ts";
import type { TallyPace } from "../model/tally.ts";

/** How long pages, by lane, and votes wait for others of their kind. Milliseconds. */
export interface Pace extends TallyPace {
  /** Least time between two writes of one page. */
  readonly fast: number;
  /** Without it, as the fast ones. */
  readonly side?: number;
  readonly slow: number;
  readonly private: number;
  /** How long pages of one's votes wait even before their first write: one votes more than once. */
  readonly patience?: number;
}

/** KV and R2 refuse more than one write a second to a key, whatever the hurry. Milliseconds. */
export const URGENT_PACE_MS = 1000;

export interface NamedPage {
  readonly key: string;
  readonly lane: Lane;
}

/**
 * `fast`: threads, and first pages of the site and its communities; `side`: those of people and
 * domains, and of what the clock orders, and other discussions; `slow`: everything deeper, where
 * waiting merges more; `private`: what one person reads now and then; `votes`: such a page that
 * changes with each of one's votes. A publisher who has too much to do takes them in this order.
 */
export type Lane = (typeof STORED_LANES)[number] | "votes";

export const STORED_LANES = ["fast", "side", "slow", "private"] as const;

/** The table knows no more than how long to pause. */
export function pausesAs(lane: Lane): (typeof STORED_LANES)[number] {
  return lane === "votes" ? "private" : lane;
}

/** The same of a lane in SQL. */
const PAUSES_AS = "CASE l.key WHEN 'votes' THEN 'private' ELSE l.key END";

export function asJson(pace: Pace): string {
  return JSON.stringify({ ...pace, side: pace.side ?? pace.fast });
}

/** Keys of leased pages. A lease that has run out and was not ended counts: it may yet be settled. */
export const LEASED = "(SELECT value FROM lease CROSS JOIN json_each(lease.keys))";

/** Retries, and clocks that differ a little. Milliseconds. */
const SLACK_MS = 60_000;

/** How long after now a page may be due at most: later means that a clock was ahead. Milliseconds. */
export function longestPauseMs(pace: Pace): number {
  return Math.max(...Object.values(pace)) + SLACK_MS;
}

/** As far as it is normal. Milliseconds. */
export const CLOCKS_APART_MS = 500;

/** When a page was put. A clock that was ahead of now, ?1, keeps nobody waiting until then. */
export const WRITTEN_AT = `min(page.written_at, ?1 + ${CLOCKS_APART_MS})`;

// A stale page that is not leased will be read after this commit anyway: naming it again writes
// nothing, unless it is more urgent now. A leased one may have been read before it.
const NAME_PAGES = `INSERT INTO page (key, lane, named, due, urgent)
  SELECT k.value, ${PAUSES_AS}, ?3, ?1 + iif(l.key = 'votes', ?6, 0), ?4
  FROM json_each(?5) l CROSS JOIN json_each(l.value) k WHERE true
  ON CONFLICT (key) DO UPDATE SET
    named = max(page.named, excluded.named),
    lane = excluded.lane,
    urgent = max(page.urgent, excluded.urgent),
    due = CASE
      WHEN page.suspect THEN page.due
      WHEN page.named > page.written THEN min(page.due, max(excluded.due, ${WRITTEN_AT} + ${URGENT_PACE_MS}))
      ELSE max(excluded.due, ${WRITTEN_AT} +
        CASE WHEN excluded.urgent THEN ${URGENT_PACE_MS} ELSE ?2 ->> excluded.lane END)
    END
  WHERE page.named <= page.written OR (excluded.urgent AND NOT page.urgent)
    OR page.key IN ${LEASED}`;

/** @param isUrgent something was taken down: the pages do not wait for their lane */
export function namePages(
  db: D1Database,
  pages: readonly NamedPage[],
  commit: number,
  now: number,
  pace: Pace,
  isUrgent = false,
): D1PreparedStatement[] {
  const patience = isUrgent ? 0 : (pace.patience ?? 0);
  return chunksOf(pages, MAX_PAGES).map((chunk) => {
    const json = JSON.stringify(keysByLane(chunk));
    return db.prepare(NAME_PAGES).bind(now, asJson(pace), commit, isUrgent ? 1 : 0, json, patience);
  });
}

/** Of one statement: their keys are far shorter than what D1 takes as a parameter. */
const MAX_PAGES = 1000;

/** A vote names many pages, of few lanes: SQLite reads an array of texts much faster than objects. */
function keysByLane(pages: readonly NamedPage[]): object {
  const byLane = [...Map.groupBy(pages, ({ lane }) => lane)];
  return Object.fromEntries(byLane.map(([lane, named]) => [lane, named.map(({ key }) => key)]));
}

/** Stale pages that were named by a commit: what it cost. */
export async function keysNamedAt(db: D1Database, commit: number): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT key FROM page WHERE named = ?1 AND named > written")
    .bind(commit)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}
