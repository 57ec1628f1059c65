/** Applies dead letters again, as the consumer would. Depends on the store and on events. */
import { type CairnEvent, type Malformed, parseEvent } from "../queue/events.ts";
import { type DeadLetter, explainDeadLetter, removeDeadLetters } from "../store/dead-letters.ts";
import { commitEvents } from "./consume.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";

export type ReplayDeps = Pick<ConsumerDeps, "db" | "now" | "pace" | "config">;

export interface ReplayCounts {
  readonly applied: number;
  /** Impossible after all: the sender is told. */
  readonly refused: number;
  /** Still dead letters, with the new reason. */
  readonly kept: number;
}

/**
 * One by one, so that each fails alone, and the oldest event first, because others may depend on it.
 * Killed anywhere, a letter is gone or can be applied once more: a duplicate changes nothing.
 */
export async function replayDeadLetters(
  deps: ReplayDeps,
  letters: readonly DeadLetter[],
): Promise<ReplayCounts> {
  const counts = { applied: 0, refused: 0, kept: 0 };
  const opened = letters.map((letter) => ({ letter, event: openLetter(letter) }));
  for (const { letter, event } of opened.sort((a, b) => sentAt(a.event) - sentAt(b.event))) {
    const { result, why } = await applyAlone(deps, event);
    counts[result]++;
    if (result === "kept") await explainDeadLetter(deps.db, letter.id, why);
    else await removeDeadLetters(deps.db, [letter.id]);
  }
  return counts;
}

/** What an operator or another version has put there may be anything. */
function openLetter({ body }: DeadLetter): CairnEvent | Malformed {
  try {
    return parseEvent(JSON.parse(body));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { type: "malformed", why: "no JSON" };
  }
}

function sentAt(event: CairnEvent | Malformed): number {
  return event.type === "malformed" ? 0 : event.at;
}

interface Result {
  readonly result: keyof ReplayCounts;
  readonly why: string;
}

async function applyAlone(
  { db, now, pace, config }: ReplayDeps,
  event: CairnEvent | Malformed,
): Promise<Result> {
  if (event.type === "malformed") return { result: "kept", why: event.why };
  try {
    const { outcomes } = await commitEvents(db, [event], now(), pace, { admins: config.admins });
    const [outcome] = outcomes;
    if (outcome === "waiting") return { result: "kept", why: "what it depends on is not there" };
    return { result: outcome === "refused" ? "refused" : "applied", why: "" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { result: "kept", why: `applying it failed: ${message}` };
  }
}
