/** `/api/read_all_messages`: what is in the inbox up to here has been read. */
import { requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

/** More than anybody will ever be told. */
const MAX_SLOT_DIGITS = 9;
const SLOT = new RegExp(`^\\d{1,${MAX_SLOT_DIGITS}}$`);

export const readInbox: PersonForm = {
  path: "/api/read_all_messages",
  page: null,
  limiter: "VOTE_LIMITER",
  sender: "person",
  handle: markRead,
};

/** `upto` comes from the page: what arrived since it was written stays unread. */
async function markRead(request: PersonRequest): Promise<Outcome> {
  const upto = requiredField(request.fields, "upto");
  if (isRefusal(upto)) return upto;
  if (!SLOT.test(upto)) return { type: "not_a_number", field: "upto" };
  const event = await sendEvent(request, { type: "inbox_read", slot: Number(upto) });
  if (isRefusal(event)) return event;
  return { json: { id: null }, location: wayBack(request.request, request.fields) };
}
