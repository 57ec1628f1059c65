/**
 * The consumer's door: messages become events, outcomes become acks and retries. A message that is
 * no event is kept among the dead letters; none blocks the queue.
 */
import type { Message } from "@cloudflare/workers-types";
import { type CairnEvent, parseEvent } from "../queue/events.ts";
import { keepDeadLetters } from "../store/dead-letters.ts";
import { consumeEvents } from "./consume.ts";
import type { PublisherDeps } from "./publish-stale.ts";

/** From then on a message is applied alone, so that a poisonous one fails alone. */
const ATTEMPTS_TOGETHER = 3;
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
  const together: Received[] = [];
  const alone: Received[][] = [];
  for (const message of messages) {
    const event = parseEvent(message.body);
    if (event.type === "malformed") {
      await setAside(message, event.why, deps);
    } else if (message.attempts > ATTEMPTS_TOGETHER) {
      alone.push([{ message, event }]);
    } else {
      together.push({ message, event });
    }
  }
  for (const group of [together, ...alone]) await receiveGroup(group, deps);
}

async function receiveGroup(group: readonly Received[], deps: PublisherDeps): Promise<void> {
  if (group.length === 0) return;
  try {
    const events = group.map(({ event }) => event);
    const outcomes = await consumeEvents(deps.db, events, deps.now(), deps.pace);
    group.forEach(({ message }, index) => {
      if (outcomes[index] === "waiting") retryLater(message);
      else message.ack();
    });
  } catch (error) {
    console.error(`applying ${group.length} events failed`, error);
    for (const { message } of group) retryLater(message);
  }
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
