/**
 * `/api/export`: somebody wants all they wrote in one file. `/me/export` sends it for them, unless a
 * link on another site led there.
 */
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

export const requestExport: PersonForm = {
  path: "/api/export",
  page: { form: "export", title: "Export all you wrote", keeps: [], threadOf: () => null },
  // The page that waits for the file asks again every second.
  limiter: "VOTE_LIMITER",
  sender: "person",
  handle: askForExport,
};

async function askForExport(request: PersonRequest): Promise<Outcome> {
  const event = await sendEvent(request, { type: "export_requested" });
  return isRefusal(event) ? event : { json: { id: null }, location: "/me/export" };
}
