/**
 * Publishes what is due now, and what will be soon: a queue counts its delays in seconds, and readers
 * would wait for the rest of one.
 */
import { nextDue } from "../store/bell-rows.ts";
import { type PublishCounts, type PublisherDeps, publishStale } from "./publish-stale.ts";

/** The bell rings up to a second too early, and its clock may be another one. Milliseconds. */
const SOON_MS = 2000;
/** Meanwhile others may name pages that are due at once: so often it looks for them. Milliseconds. */
const LOOK_MS = 100;
/** Each look is a query, and a turn takes up to 180: D1 allows 1,000 an invocation. */
const MAX_LOOKS = 30;
const MAX_TURNS = 4;
/** Whoever had so much to do has had enough: the bell rings again. */
const LIGHT = 100;

/** @param sleep for so many milliseconds */
export async function publishSoon(
  deps: PublisherDeps,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  let turns = 1;
  let isLight = await publishTurn(deps);
  for (let look = 0; isLight && turns < MAX_TURNS && look < MAX_LOOKS; look++) {
    const due = await nextDue(deps.db);
    const wait = (due ?? Number.POSITIVE_INFINITY) - deps.now();
    if (wait > SOON_MS) return;
    if (wait > 0) await sleep(Math.min(wait, LOOK_MS));
    else {
      turns++;
      isLight = await publishTurn(deps);
    }
  }
}

async function publishTurn(deps: PublisherDeps): Promise<boolean> {
  const counts: PublishCounts = await publishStale(deps);
  return Object.values(counts).reduce((sum, pages) => sum + pages, 0) < LIGHT;
}
