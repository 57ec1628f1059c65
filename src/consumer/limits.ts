/**
 * How much is done at once, on the paid plan and on the free one. Pure.
 *
 * Paid, a Worker does all of its work itself, and D1's 1,000 queries of an invocation are what bounds
 * it. Free, its object does, phase by phase: each of them is an invocation of its own, of 50 calls.
 * What does not fit goes on at the next bell, or the next run of cron.
 */

export interface Limits {
  /** Pages of one lease: queries and memory. */
  readonly pagesALease: number;
  /** Leases of one turn of the publisher. */
  readonly leasesATurn: number;
  /** Turns of one invocation. */
  readonly turns: number;
  /** So often it looks meanwhile whether something has become due, so long apart. Milliseconds. */
  readonly looks: number;
  readonly lookMs: number;
  /** Of one lease, whose pages may not all be readable. */
  readonly readsALease: number;
  /**
   * What fails together is tried again one by one, as far as that goes, and the rest left to the next
   * phase; else it is halved again and again. Each way ends, because what failed alone is postponed.
   */
  readonly isOneByOne: boolean;
  /** Of a commit that others overtake. */
  readonly attempts: number;
  /** Commits of one tick. */
  readonly tickCommits: number;
  /** Thousands of posts whose rows are brought up to date. */
  readonly deriveSteps: number;
  /** What a deleted account left: commits at once, and how often in one invocation. */
  readonly slices: number;
  readonly finishes: number;
  /** Where all pages are named: batches at once, and how often in one invocation. */
  readonly namingSteps: number;
  readonly namings: number;
}

export const PAID: Limits = {
  // What becomes due meanwhile waits for its end; leases of a hundred would save 3 % of the work.
  pagesALease: 50,
  leasesATurn: 12,
  turns: 4,
  // A look is a query; of the turns, of up to 360, all but the last are light.
  looks: 30,
  lookMs: 100,
  // Twelve find one page among fifty that cannot be read. Each may take some twenty queries, and
  // without any left nothing could be settled.
  readsALease: 30,
  isOneByOne: false,
  // Two consumers that always collide would mean a bug; then the queue tries again later.
  attempts: 20,
  // 20 queries each, 40 where all is new.
  tickCommits: 12,
  // Three queries each, and the clock allows half a minute.
  deriveSteps: 100,
  // Each takes about 40 queries, and publishing wants some.
  slices: 6,
  finishes: 1,
  namingSteps: Number.POSITIVE_INFINITY,
  namings: 1,
};

export const FREE: Limits = {
  // Two calls each, and two for the lease. Reading them takes some ten, alone or together,
  // and three more for each 5,000 things in a person's export.
  pagesALease: 10,
  // A turn is two calls of the Worker for each: it makes 45 at most.
  leasesATurn: 8,
  turns: 2,
  looks: 3,
  // Whatever it has to wait: each look is a request to the object.
  lookMs: 2000,
  readsALease: 3,
  isOneByOne: true,
  // Seven calls each; where votes are counted, twice over.
  attempts: 3,
  // Eight calls each.
  tickCommits: 4,
  deriveSteps: 15,
  slices: 1,
  finishes: 6,
  // One for each kind of page at least: five calls each.
  namingSteps: 8,
  namings: 10,
};

/** @param plan as `PLAN` of the bindings says it */
export function limitsOf(plan: string): Limits {
  return plan === "free" ? FREE : PAID;
}
