/** `/api/report`: somebody finds that a thing breaks the rules, and says why. */
import { allOf, requiredField, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { REASON } from "./reason.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { parseThing, threadOfThing } from "./thing.ts";

export const report: PersonForm = {
  path: "/api/report",
  page: {
    form: "report",
    title: "Report",
    keeps: ["thing_id", "reason"],
    threadOf: (fields) => threadOfThing(fields, "thing_id"),
  },
  limiter: "SUBMIT_LIMITER",
  sender: "person",
  handle: reportThing,
};

async function reportThing(request: PersonRequest): Promise<Outcome> {
  const { fields } = request;
  const sent = allOf({
    id: requiredField(fields, "thing_id"),
    reason: requiredText(fields, "reason", REASON),
  });
  if (isRefusal(sent)) return sent;
  const { id, reason } = sent;
  const thing = parseThing(id, "thing_id");
  if (isRefusal(thing)) return thing;
  const event = await sendEvent(
    request,
    thing.kind === "post"
      ? { type: "post_reported", post: thing.post, reason }
      : { type: "comment_reported", comment: thing.comment, reason },
  );
  if (isRefusal(event)) return event;
  return { json: { id }, location: wayBack(request.request, fields) };
}
