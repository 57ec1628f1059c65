/** Sends an accepted form as an event. What happens to it then is the consumer's. */
import { type EventId, mintId } from "../model/ids.ts";
import { MAX_EVENT_BYTES } from "../model/limits.ts";
import type { CairnEvent } from "../queue/events.ts";
import { EVENT_VERSION } from "../queue/fields.ts";
import type { PersonRequest } from "./form.ts";
import type { Refusal } from "./refusal.ts";

/** An outage of the queue is over in seconds, or not soon. */
const RETRY_SECONDS = 10;

/** What the form says; who, when and which event are added here. */
export type EventContent<Event extends CairnEvent = CairnEvent> = Event extends CairnEvent
  ? Omit<Event, "version" | "id" | "at" | "by">
  : never;

/** @returns the event's id once the queue has it */
export async function sendEvent(
  { env, nowMs, random, person }: PersonRequest,
  content: EventContent,
): Promise<EventId | Refusal> {
  const id = mintId(nowMs, random) as EventId;
  const event: CairnEvent = { version: EVENT_VERSION, id, at: nowMs, by: person, ...content };
  const bytes = new TextEncoder().encode(JSON.stringify(event)).length;
  if (bytes > MAX_EVENT_BYTES) {
    return { type: "text_too_large", field: "text", bytes, max: MAX_EVENT_BYTES };
  }
  try {
    await env.EVENTS.send(event);
    return id;
  } catch (error) {
    console.error("the queue refused an event", event.type, error);
    return { type: "queue_unavailable", seconds: RETRY_SECONDS };
  }
}
