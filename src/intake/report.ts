/** `/api/report`: somebody finds that a thing breaks the rules, and says why. */
import { allOf, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { REASON } from "./reason.ts";
import { isRefusal } from "./refusal.ts";
import { sendAbout } from "./send-about.ts";
import { requiredThing, threadOfThing } from "./thing.ts";

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
    thing: requiredThing(fields, "thing_id"),
    reason: requiredText(fields, "reason", REASON),
  });
  if (isRefusal(sent)) return sent;
  const { thing, reason } = sent;
  return sendAbout(
    request,
    thing,
    thing.kind === "post"
      ? { type: "post_reported", post: thing.post, reason }
      : { type: "comment_reported", comment: thing.comment, reason },
  );
}
