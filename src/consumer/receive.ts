/**
 * The consumer's door: messages become events, outcomes become acks and retries. A message that is
 * no event is kept among the dead letters; none blocks the queue.
 */
import type { Message } from "@cloudflare/workers-types";
import { type CairnEvent, parseEvent } from "../queue/events.ts";
import { keepDeadLetters } from "../store/dead-letters.ts";
import { consumeEvents } from "./consume.ts";
import type { PublisherDeps } from "./publish-stale.ts";

/**
 * A group that fails is halved, so that a poisonous message fails alone: eight times for one among a
 * hundred. More failures mean an outage, and then everything comes again later; D1 allows 1,000
 * queries an invocation.
 */
const MAX_FAILURES = 14;
/** Growing delay between attempts: 1 s, 2 s, 4 s … Seconds. */
const MAX_RETRY_SECONDS = 600;

interface Received {
  readonly message: Message;
  readonly event: CairnEvent;
}

export async function receiveEvents(
  messages: readonly Message[],
  deps: PublisherDeps,
): Promise<void> {
  const received: Received[] = [];
  for (const message of messages) {
    const event = parseEvent(message.body);
    if (event.type === "malformed") await setAside(message, event.why, deps);
    else received.push({ message, event });
  }
  const groups = [received];
  let failures = 0;
  for (let group = groups.pop(); group; group = groups.pop()) {
    const isApplied = failures < MAX_FAILURES && (await receiveGroup(group, deps));
    if (isApplied) continue;
    failures++;
    const half = Math.ceil(group.length / 2);
    if (group.length === 1 || failures > MAX_FAILURES) retryAll(group);
    else groups.push(group.slice(half), group.slice(0, half));
  }
}

/** @returns false when it could not be applied, for whatever reason */
async function receiveGroup(group: readonly Received[], deps: PublisherDeps): Promise<boolean> {
  if (group.length === 0) return true;
  try {
    const events = group.map(({ event }) => event);
    const outcomes = await consumeEvents(
      deps.db,
      events,
      deps.now(),
      deps.pace,
      deps.config.admins,
      deps.ranked,
    );
    group.forEach(({ message }, index) => {
      if (outcomes[index] === "waiting") retryLater(message);
      else message.ack();
    });
    return true;
  } catch (error) {
    console.error(`applying ${group.length} events failed`, error);
    return false;
  }
}

function retryAll(group: readonly Received[]): void {
  for (const { message } of group) retryLater(message);
}

function retryLater(message: Message): void {
  message.retry({ delaySeconds: Math.min(2 ** (message.attempts - 1), MAX_RETRY_SECONDS) });
}

async function setAside(message: Message, why: string, deps: PublisherDeps): Promise<void> {
  console.error(`message ${message.id} set aside: ${why}`);
  try {
    await keepDeadLetters(deps.db, [letterOf(message, why, deps.now())]);
    message.ack();
  } catch (error) {
    console.error(`setting message ${message.id} aside failed`, error);
    retryLater(message);
  }
}

/** What the queue gave up on is kept until an operator decides. */
export async function receiveDeadLetters(
  messages: readonly Message[],
  deps: PublisherDeps,
): Promise<void> {
  const letters = messages.map((message) => letterOf(message, "gave up retrying", deps.now()));
  await keepDeadLetters(deps.db, letters);
}

function letterOf(message: Message, why: string, at: number) {
  return { id: message.id, at, why, body: JSON.stringify(message.body ?? null) };
}
