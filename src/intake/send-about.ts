/** What somebody does with a thing becomes an event, and they go back to where they did it. */
import type { Outcome, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { type EventContent, sendEvent } from "./send-event.ts";
import type { Thing } from "./thing.ts";

export async function sendAbout(
  request: PersonRequest,
  { fullname }: Thing,
  content: EventContent,
): Promise<Outcome> {
  const event = await sendEvent(request, content);
  if (isRefusal(event)) return event;
  return { json: { id: fullname }, location: wayBack(request.request, request.fields) };
}
