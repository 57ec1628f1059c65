/**
 * The consumer's door: outcomes of events become acks and retries. None blocks the queue. What is done
 * with them is asked of whoever does it: see apply-delivered.ts.
 */
import type { Message } from "@cloudflare/workers-types";
import type { Delivered, Fate } from "./apply-delivered.ts";

/**
 * A group that fails is halved, so that a poisonous message fails alone: eight times for one among a
 * hundred. More failures mean an outage, and then everything comes again later; D1 allows 1,000
 * queries an invocation.
 */
const MAX_FAILURES = 14;
/** Growing delay between attempts: 1 s, 2 s, 4 s … Seconds. */
const MAX_RETRY_SECONDS = 600;

export interface Receiving {
  /** @returns what becomes of each, in their order */
  applyEvents(delivered: readonly Delivered[]): Promise<readonly Fate[]>;
  keepDeadLetters(delivered: readonly Delivered[]): Promise<void>;
}

export async function receiveEvents(
  messages: readonly Message[],
  receiving: Pick<Receiving, "applyEvents">,
): Promise<void> {
  const groups = [messages];
  let failures = 0;
  for (let group = groups.pop(); group; group = groups.pop()) {
    const failed = failures < MAX_FAILURES ? await receiveGroup(group, receiving) : group;
    if (failed.length === 0) continue;
    failures++;
    const half = Math.ceil(failed.length / 2);
    if (failed.length === 1 || failures > MAX_FAILURES) retryAll(failed);
    else groups.push(failed.slice(half), failed.slice(0, half));
  }
}

/** @returns those that could not be applied, for whatever reason */
async function receiveGroup(
  group: readonly Message[],
  receiving: Pick<Receiving, "applyEvents">,
): Promise<readonly Message[]> {
  if (group.length === 0) return [];
  const fates = await fatesOf(group, receiving);
  group.forEach((message, index) => {
    if (fates[index] === "done") message.ack();
    if (fates[index] === "waits") retryLater(message);
  });
  return group.filter((_, index) => fates[index] === "failed");
}

/** Whoever applies them may be elsewhere, and out of reach. */
async function fatesOf(
  group: readonly Message[],
  receiving: Pick<Receiving, "applyEvents">,
): Promise<readonly Fate[]> {
  try {
    return await receiving.applyEvents(group.map(deliveredOf));
  } catch (error) {
    console.error(`handing ${group.length} events on failed`, error);
    return group.map(() => "failed");
  }
}

function deliveredOf({ id, body }: Message): Delivered {
  return { id, body };
}

function retryAll(group: readonly Message[]): void {
  for (const message of group) retryLater(message);
}

function retryLater(message: Message): void {
  message.retry({ delaySeconds: Math.min(2 ** (message.attempts - 1), MAX_RETRY_SECONDS) });
}

/** What the queue gave up on is kept until an operator decides. */
export function receiveDeadLetters(
  messages: readonly Message[],
  receiving: Pick<Receiving, "keepDeadLetters">,
): Promise<void> {
  return receiving.keepDeadLetters(messages.map(deliveredOf));
}
