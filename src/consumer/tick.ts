/**
 * What cron does to the clock-driven listings: it moves their "now", and orders anew the lists that
 * time or votes can have changed. In commits of a few scopes each, so that a tick may end or crash
 * anywhere, or meet another: what is not done stays marked for the next one.
 */
import {
  type Asof,
  RISING_EVERY,
  TOP_WINDOWS,
  WINDOW_SECONDS,
  windowBit,
  windowListing,
  windowsIn,
} from "../model/window.ts";
import { affectedPages } from "../pages/affected.ts";
import { NO_CHANGE } from "../pages/change.ts";
import { type BestRequest, readBest } from "../store/best-of-window.ts";
import { readCommitNumber } from "../store/commit.ts";
import type { ContentDb } from "../store/database.ts";
import type { Pace } from "../store/page-rows.ts";
import {
  type CrossedEdge,
  commitClocks,
  commitOrder,
  findCrossedEdges,
  type NewOrder,
  noteTick,
} from "../store/tick-rows.ts";
import {
  type DirtyScope,
  readAsof,
  readDirtyScopes,
  readWindowLists,
  type WindowClock,
} from "../store/windows.ts";
import { type Limits, PAID } from "./limits.ts";
import { MAX_CLOCK_SKEW_MS } from "./patience.ts";
import { compareLists } from "./window-changes.ts";

/** Scopes of one commit: at most 525 posts each. */
const SCOPES_A_COMMIT = 40;

/**
 * @param now milliseconds since 1970
 * @returns false when there may be more to do than fits into one invocation
 */
export async function tick(
  db: ContentDb,
  now: number,
  pace: Pace,
  { tickCommits }: Pick<Limits, "tickCommits"> = PAID,
): Promise<boolean> {
  let tries = tickCommits;
  while (!(await moveClocks(db, Math.floor(now / 1000)))) if (--tries === 0) return false;
  // However much there is to order, time goes on.
  await noteTick(db, now);
  while (!(await orderDirtyScopes(db, now, pace))) if (--tries === 0) return false;
  return true;
}

/** @returns false when another commit came in between */
async function moveClocks(db: ContentDb, now: number): Promise<boolean> {
  const commit = await readCommitNumber(db);
  const asof = await readAsof(db);
  const edges = await findCrossedEdges(db, edgesBetween(asof, now));
  const rising = windowBit("rising");
  const clocks = new Set<WindowClock>(
    edges.map(({ window }) => (window === rising ? "rising" : "top")),
  );
  // Before the first tick everything is marked, but for communities that are younger than the marks.
  if (asof.top === null) clocks.add("top");
  if (asof.rising === null) clocks.add("rising");
  for (const clock of ["top", "rising"] as const) if (isAhead(asof[clock], now)) clocks.add(clock);
  // Where nothing has crossed an edge, the lists as of then are those of now.
  return clocks.size === 0 || commitClocks(db, commit, edges, [...clocks], now);
}

/** Has a clock that was wrong set it? Those of two runs of cron differ by less. */
function isAhead(at: number | null, now: number): at is number {
  return at !== null && at > now + MAX_CLOCK_SKEW_MS / 1000;
}

/** Time may also go back: then posts cross the edges the other way. */
function edgesBetween({ top, rising }: Asof, now: number): CrossedEdge[] {
  const edges: CrossedEdge[] = [];
  if (top !== null && (top < now || isAhead(top, now))) {
    const [from, to] = [Math.min(top, now), Math.max(top, now)];
    for (const window of TOP_WINDOWS) {
      const seconds = WINDOW_SECONDS[window];
      edges.push({ window: windowBit(window), from: from - seconds, to: to - seconds });
    }
  }
  const since = rising ?? now - RISING_EVERY;
  if (now - since >= RISING_EVERY || isAhead(since, now)) {
    // Whoever had a rising post then, or has one since.
    const from = Math.min(since, now) - WINDOW_SECONDS.rising;
    edges.push({ window: windowBit("rising"), from, to: Number.MAX_SAFE_INTEGER });
  }
  return edges;
}

/** @returns true when nothing is dirty any more; false after a commit, or when one came in between */
async function orderDirtyScopes(db: ContentDb, now: number, pace: Pace): Promise<boolean> {
  const commit = await readCommitNumber(db);
  const scopes = await readDirtyScopes(db, SCOPES_A_COMMIT);
  if (scopes.length === 0) return true;
  const order = await newOrder(db, scopes, await readAsof(db));
  await commitOrder(db, commit, order, now, pace);
  return false;
}

async function newOrder(
  db: ContentDb,
  scopes: readonly DirtyScope[],
  asof: Asof,
): Promise<NewOrder> {
  const requests = scopes.flatMap((dirty) => bestRequests(dirty, asof));
  const listings = requests.map(({ window, scope }) => windowListing(window, scope));
  const before = await readWindowLists(db, listings);
  const after = await readBest(db, requests);
  const lists = listings.map((listing, index) => ({ listing, posts: after[index] ?? [] }));
  const changes = lists.map(({ listing, posts }, index) =>
    compareLists(listing, before[index] ?? [], posts),
  );
  return {
    scopes: scopes.map(({ scope }) => scope),
    lists: lists.filter((_, index) => changes[index] !== null),
    pages: affectedPages({ ...NO_CHANGE, windows: changes.filter((change) => change !== null) }),
  };
}

function bestRequests({ scope, windows }: DirtyScope, asof: Asof): BestRequest[] {
  return windowsIn(windows).map((window) => {
    const at = window === "rising" ? asof.rising : asof.top;
    if (at === null) throw new Error("a tick that orders lists before its clocks are set");
    return { window, scope, at, after: at - WINDOW_SECONDS[window] };
  });
}
