/**
 * What cron does to the clock-driven listings: it moves their "now", and orders anew the lists that
 * time or votes can have changed. In commits of a few scopes each, so that a tick may end or crash
 * anywhere, or meet another: what is not done stays marked for the next one.
 */
import type { CommunityKey } from "../model/ids.ts";
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
  readClocks,
  readToOrder,
  readWindowLists,
  type WindowClock,
} from "../store/windows.ts";
import { type Limits, PAID } from "./limits.ts";
import { MAX_CLOCK_SKEW_MS } from "./patience.ts";
import { compareLists } from "./window-changes.ts";

/** Scopes of one commit: at most 525 posts each. */
const SCOPES_A_COMMIT = 40;
/** And communities whose rising alone is ordered: at most 25 posts each. */
const SWEPT_A_COMMIT = 160;

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
  while (true) {
    const moved = await moveClocks(db, Math.floor(now / 1000));
    if (moved !== "overtaken") {
      // However much there is to order, time goes on.
      await noteTick(db, now);
      while (!(await orderSome(db, now, pace))) if (--tries === 0) return false;
      if (moved === "all") return true;
    } else if (--tries === 0) return false;
  }
}

/** Overtaken: another commit came in between. Rising waits until it is ordered as of its last "now". */
type Moved = "all" | "all but rising" | "overtaken";

async function moveClocks(db: ContentDb, now: number): Promise<Moved> {
  const commit = await readCommitNumber(db);
  const { isSweeping, ...asof } = await readClocks(db);
  const rising = risingEdge(asof, now);
  const waits = isSweeping && rising !== null;
  const edges = await findCrossedEdges(db, [
    ...topEdges(asof, now),
    ...(rising === null || waits ? [] : [rising]),
  ]);
  const sweep = edges.find((edge) => edge === rising) ?? null;
  const crossed = edges.filter((edge) => edge !== rising);
  const clocks = new Set<WindowClock>();
  if (crossed.length > 0) clocks.add("top");
  if (sweep !== null) clocks.add("rising");
  // Before the first tick everything is marked, but for communities that are younger than the marks.
  for (const clock of ["top", "rising"] as const) {
    const isWrong = asof[clock] === null || isAhead(asof[clock], now);
    if (isWrong && !(clock === "rising" && waits)) clocks.add(clock);
  }
  const done = waits ? "all but rising" : "all";
  // Where nothing has crossed an edge, the lists as of then are those of now.
  if (clocks.size === 0) return done;
  const moved = { clocks: [...clocks], at: now, edges: crossed, sweep };
  return (await commitClocks(db, commit, moved)) ? done : "overtaken";
}

/** Has a clock that was wrong set it? Those of two runs of cron differ by less. */
function isAhead(at: number | null, now: number): at is number {
  return at !== null && at > now + MAX_CLOCK_SKEW_MS / 1000;
}

/** Time may also go back: then posts cross the edges the other way. */
function topEdges({ top }: Asof, now: number): CrossedEdge[] {
  if (top === null || (top >= now && !isAhead(top, now))) return [];
  const [from, to] = [Math.min(top, now), Math.max(top, now)];
  return TOP_WINDOWS.map((window) => {
    const seconds = WINDOW_SECONDS[window];
    return { window: windowBit(window), from: from - seconds, to: to - seconds };
  });
}

/** Whoever had a rising post then, or has one since; null while it is too early to order them anew. */
function risingEdge({ rising }: Asof, now: number): CrossedEdge | null {
  const since = rising ?? now - RISING_EVERY;
  if (now - since < RISING_EVERY && !isAhead(since, now)) return null;
  const from = Math.min(since, now) - WINDOW_SECONDS.rising;
  return { window: windowBit("rising"), from, to: Number.MAX_SAFE_INTEGER };
}

/** @returns true when nothing is left to order; false after a commit, or when one came in between */
async function orderSome(db: ContentDb, now: number, pace: Pace): Promise<boolean> {
  const commit = await readCommitNumber(db);
  const { marked, swept } = await readToOrder(db, {
    marked: SCOPES_A_COMMIT,
    swept: SWEPT_A_COMMIT,
  });
  if (marked.length === 0 && swept === null) return true;
  const isSweptUp = swept !== null && swept.length < SWEPT_A_COMMIT;
  const order = {
    ...(await newOrder(db, [...marked, ...(swept ?? []).map(risingOf)], await readAsof(db))),
    scopes: marked.map(({ scope }) => scope),
    sweptTo: isSweptUp ? null : swept?.at(-1),
  };
  await commitOrder(db, commit, order, now, pace);
  return false;
}

function risingOf(scope: CommunityKey): DirtyScope {
  return { scope, windows: windowBit("rising") };
}

/** A list that is asked for twice is the same both times. */
async function newOrder(
  db: ContentDb,
  scopes: readonly DirtyScope[],
  asof: Asof,
): Promise<Pick<NewOrder, "lists" | "pages">> {
  const requests = scopes.flatMap((dirty) => bestRequests(dirty, asof));
  const listings = requests.map(({ window, scope }) => windowListing(window, scope));
  const before = await readWindowLists(db, listings);
  const after = await readBest(db, requests);
  const lists = listings.map((listing, index) => ({ listing, posts: after[index] ?? [] }));
  const changes = lists.map(({ listing, posts }, index) =>
    compareLists(listing, before[index] ?? [], posts),
  );
  return {
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
