/**
 * The consumer's door: outcomes of events become acks and retries. None blocks the queue. What is done
 * with them is asked of whoever does it: see apply-delivered.ts.
 */
import type { Message } from "@cloudflare/workers-types";
import type { Pending } from "../store/pending.ts";
import type { AppliedDelivery, Delivered, Fate } from "./apply-delivered.ts";

/**
 * A group that fails is halved, so that a poisonous message fails alone: eight times for one among a
 * hundred. More failures mean an outage, and then everything comes again later; D1 allows 1,000
 * queries an invocation.
 */
const MAX_FAILURES = 14;
/** Growing delay between attempts: 1 s, 2 s, 4 s … Seconds. */
const MAX_RETRY_SECONDS = 600;
/** A hundred attempts are four days then. */
const MAX_DEAD_RETRY_SECONDS = 3600;

export interface Receiving {
  applyMessages(delivered: readonly Delivered[]): Promise<AppliedDelivery>;
  keepDeadLetters(delivered: readonly Delivered[]): Promise<void>;
}

/** @returns what is to be done after the last commit; null when that has to be read */
export async function receiveEvents(
  messages: readonly Message[],
  receiving: Pick<Receiving, "applyMessages">,
): Promise<Pending | null> {
  const groups = [messages];
  let failures = 0;
  let pending: Pending | null = null;
  for (let group = groups.pop(); group; group = groups.pop()) {
    if (group.length === 0) continue;
    const isTried = failures < MAX_FAILURES;
    const applied = isTried ? await applyGroup(group, receiving) : allFailed(group);
    pending = applied.pending;
    const failed = settleGroup(group, applied.fates);
    if (failed.length === 0) continue;
    failures++;
    const half = Math.ceil(failed.length / 2);
    if (failed.length === 1 || failures > MAX_FAILURES) retryAll(failed);
    else groups.push(failed.slice(half), failed.slice(0, half));
  }
  return pending;
}

/** @returns those that could not be applied, for whatever reason */
function settleGroup(group: readonly Message[], fates: readonly Fate[]): readonly Message[] {
  group.forEach((message, index) => {
    if (fates[index] === "done") message.ack();
    if (fates[index] === "waits") retryLater(message);
  });
  return group.filter((_, index) => fates[index] === "failed");
}

/** Whoever applies them may be elsewhere, and out of reach. */
async function applyGroup(
  group: readonly Message[],
  receiving: Pick<Receiving, "applyMessages">,
): Promise<AppliedDelivery> {
  try {
    return await receiving.applyMessages(group.map(deliveredOf));
  } catch (error) {
    console.error(`handing ${group.length} events on failed`, error);
    return allFailed(group);
  }
}

function allFailed(group: readonly Message[]): AppliedDelivery {
  return { fates: group.map(() => "failed"), pending: null };
}

function deliveredOf({ id, body, attempts }: Message): Delivered {
  return { id, body, attempts };
}

function retryAll(group: readonly Message[]): void {
  for (const message of group) retryLater(message);
}

function retryLater(message: Message, maxSeconds = MAX_RETRY_SECONDS): void {
  message.retry({ delaySeconds: Math.min(2 ** (message.attempts - 1), maxSeconds) });
}

/**
 * What the queue gave up on is kept until an operator decides. Nothing comes after the last attempt:
 * they are spread over the four days for which a queue keeps a message (one, on the free plan).
 */
export async function receiveDeadLetters(
  messages: readonly Message[],
  receiving: Pick<Receiving, "keepDeadLetters">,
): Promise<void> {
  try {
    await receiving.keepDeadLetters(messages.map(deliveredOf));
  } catch (error) {
    console.error(`keeping ${messages.length} dead letters failed`, error);
    for (const message of messages) retryLater(message, MAX_DEAD_RETRY_SECONDS);
  }
}
