/**
 * What the queue has delivered becomes events, and these a commit. A message that stays no event is
 * kept among the dead letters.
 */
import { type CairnEvent, type Malformed, parseEvent } from "../queue/events.ts";
import { type DeadLetter, keepDeadLetters } from "../store/dead-letters.ts";
import type { Pending } from "../store/pending.ts";
import type { Outcome } from "./apply.ts";
import { commitEvents } from "./consume.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";

/** Of a message, what the queue's own object need not be there for. */
export interface Delivered {
  readonly id: string;
  readonly body: unknown;
  /** From 1. */
  readonly attempts: number;
}

/** `waits`: it comes again later. `failed`: perhaps only because of others in its group. */
export type Fate = "done" | "waits" | "failed";

export interface AppliedDelivery {
  /** What becomes of each, in their order. */
  readonly fates: readonly Fate[];
  /** After its commit; null if there was none. */
  readonly pending: Pending | null;
}

/**
 * So often it is tried to read a message, a second apart, then two, four …: eight minutes. A deploy takes
 * seconds to minutes to be everywhere (developers.cloudflare.com/durable-objects/platform/known-issues).
 */
const READINGS = 9;

export async function applyDelivered(
  deps: ConsumerDeps,
  delivered: readonly Delivered[],
): Promise<AppliedDelivery> {
  const parsed = delivered.map(({ body }) => parseEvent(body));
  const events = parsed.filter(isEvent);
  const letters = parsed.flatMap((event, index) => {
    const message = delivered[index];
    if (isEvent(event) || !message || isNewHere(message)) return [];
    return [letterOf(message, event.why, deps.now())];
  });
  const ofLetters = await setAside(deps, letters);
  const applied = await applyGroup(deps, events);
  const ofEvents = applied.fates.values();
  const fates = parsed.map((event, index) => {
    if (isEvent(event)) return ofEvents.next().value as Fate;
    return isNewHere(delivered[index]) ? "waits" : ofLetters;
  });
  return { ...applied, fates };
}

/** It may be of a newer version, which intake has and this code is about to get. */
function isNewHere(message: Delivered | undefined): boolean {
  return message !== undefined && message.attempts <= READINGS;
}

function isEvent(event: CairnEvent | Malformed): event is CairnEvent {
  return event.type !== "malformed";
}

async function applyGroup(
  { db, now, pace, config, ranked, limits }: ConsumerDeps,
  events: readonly CairnEvent[],
): Promise<AppliedDelivery> {
  if (events.length === 0) return { fates: [], pending: null };
  try {
    const options = { admins: config.admins, ranked, limits };
    const { outcomes, pending } = await commitEvents(db, events, now(), pace, options);
    return { fates: outcomes.map(fateOf), pending };
  } catch (error) {
    console.error(`applying ${events.length} events failed`, error);
    return { fates: events.map(() => "failed"), pending: null };
  }
}

function fateOf(outcome: Outcome): Fate {
  return outcome === "waiting" ? "waits" : "done";
}

async function setAside(deps: ConsumerDeps, letters: readonly DeadLetter[]): Promise<Fate> {
  for (const { id, why } of letters) console.error(`message ${id} set aside: ${why}`);
  try {
    await keepDeadLetters(deps.db, letters);
    return "done";
  } catch (error) {
    console.error(`setting ${letters.length} messages aside failed`, error);
    return "waits";
  }
}

/** What the queue gave up on. */
export async function keepDelivered(
  { db, now }: Pick<ConsumerDeps, "db" | "now">,
  delivered: readonly Delivered[],
): Promise<void> {
  await keepDeadLetters(
    db,
    delivered.map((message) => letterOf(message, "gave up retrying", now())),
  );
}

function letterOf({ id, body }: Delivered, why: string, at: number): DeadLetter {
  return { id, at, why, body: JSON.stringify(body ?? null) };
}
