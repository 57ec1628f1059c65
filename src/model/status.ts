/** What operators see of a site: sums since its beginning, and what waits. Pure. */
import type { CommunityKey } from "./ids.ts";

export interface LaneStatus {
  /** Stale pages. */
  readonly pages: number;
  /** How long the oldest of them could have been written already. Seconds. */
  readonly overdue: number;
}

/** A community whose moderators have something to do. */
export interface OpenReports {
  readonly community: CommunityKey;
  /** Things that somebody has reported and nobody has judged. */
  readonly things: number;
}

/** Events that were accepted and that nothing has become of yet. */
export interface Backlog {
  readonly events: number;
  /** When the oldest was sent, in seconds since 1970; null when there is none. */
  readonly oldestAt: number | null;
}

export interface StatusReport {
  /** When cron found all this. Seconds since 1970, as all times here. */
  readonly at: number;
  readonly events: { readonly applied: number; readonly refused: number; readonly dead: number };
  /** As the queue says, of those that are not delayed; null when it does not. */
  readonly waiting: Backlog | null;
  readonly stale: Readonly<Record<"fast" | "side" | "slow" | "private", LaneStatus>>;
  readonly pages: { readonly written: number; readonly unchanged: number; readonly failed: number };
  /** "Now" of the windows; null before their first tick. */
  readonly windowsAt: number | null;
  /** When cron last moved the clocks, or found nothing to move. */
  readonly tickedAt: number;
  /** Most first; of very many reports only some are looked at. */
  readonly reports: readonly OpenReports[];
  readonly audit: { readonly at: number; readonly pages: number; readonly healed: number };
  /** Counted once an hour. */
  readonly rows: RowCounts;
}

export interface RowCounts {
  readonly at: number;
  readonly posts: number;
  readonly comments: number;
  readonly people: number;
  readonly communities: number;
  /** Stored pages, voids included. */
  readonly objects: number;
}

/** Cron runs every minute: after five without it, nothing is published any more. Seconds. */
const MAX_REPORT_AGE = 300;
/** First pages, and the clock, wait for a minute at most; after five something is broken. Seconds. */
const MAX_OVERDUE = 300;

/** @param now seconds since 1970 */
export function isHealthy({ at, stale, tickedAt = at }: StatusReport, now: number): boolean {
  // A report from before a deploy may know no lane `side`, and no tick.
  const { fast, side = fast } = stale;
  const overdue = Math.max(fast.overdue, side.overdue, at - tickedAt);
  // A report from the future says nothing about now.
  return Math.abs(now - at) <= MAX_REPORT_AGE && overdue <= MAX_OVERDUE;
}
