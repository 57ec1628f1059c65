/**
 * When votes are counted. A vote on a quiet post is counted at once. On a post whose votes have just
 * been counted it waits for others: what it does to ranks, karma and a dozen pages is then done once
 * for all of them. Pure.
 */
import type { Post } from "./entities.ts";
import type { PostId } from "./ids.ts";

/** What votes that are not counted yet will add to their post. */
export interface Tally {
  readonly post: PostId;
  readonly ups: number;
  readonly downs: number;
  /** Milliseconds since 1970. */
  readonly due: number;
}

/** Least milliseconds between two counts of one post. */
export interface TallyPace {
  /** Where many votes wait. */
  readonly fast: number;
  /** Where few do; without it, the same. */
  readonly tally?: number;
}

/** So many are worth the work, however long the last ones have been counted. */
const MANY = 10;

/**
 * @param votes that wait
 * @returns when they are to be counted, in milliseconds since 1970; not after `now`: at once
 */
export function tallyDue({ talliedAt }: Post, votes: number, now: number, pace: TallyPace): number {
  const { fast, tally: slow = fast } = pace;
  // Whose clock was ahead does not keep votes waiting until the others have come so far.
  const last = Math.min(talliedAt, now);
  return last + (votes >= MANY ? Math.min(fast, slow) : slow);
}
