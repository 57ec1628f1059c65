/**
 * Publishes what is due now, and what will be soon: a queue counts its delays in seconds, and readers
 * would wait for the rest of one.
 */
import type { Limits } from "./limits.ts";
import type { Phases } from "./phases.ts";
import { publishTurn } from "./publish-stale.ts";

/** The bell rings up to a second too early, and its clock may be another one. Milliseconds. */
const SOON_MS = 2000;
/** Whoever had so much to do has had enough: the bell rings again. */
const LIGHT = 100;

export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

type PublishingPhases = Pick<Phases, "settleTallies" | "publishLease" | "nextDue">;

/** While it sleeps, others may name pages that are due at once: it looks for them. */
export async function publishSoon(
  phases: PublishingPhases,
  { now, sleep }: Clock,
  limits: Limits,
): Promise<void> {
  let turns = 1;
  let isLight = await isLightTurn(phases, limits);
  for (let look = 0; isLight && turns < limits.turns && look < limits.looks; look++) {
    const due = await phases.nextDue();
    const wait = (due ?? Number.POSITIVE_INFINITY) - now();
    if (wait > SOON_MS) return;
    if (wait > 0) await sleep(Math.min(wait, limits.lookMs));
    else {
      turns++;
      isLight = await isLightTurn(phases, limits);
    }
  }
}

async function isLightTurn(phases: PublishingPhases, limits: Limits): Promise<boolean> {
  const counts = await publishTurn(phases, limits);
  return Object.values(counts).reduce((sum, pages) => sum + pages, 0) < LIGHT;
}
