/** `/api/vote`: up, down, or neither. */
import type { VoteValue } from "../model/entities.ts";
import { allOf, requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { isRefusal } from "./refusal.ts";
import { sendAbout } from "./send-about.ts";
import { requiredThing } from "./thing.ts";

const VALUES: ReadonlyMap<string, VoteValue> = new Map([
  ["1", 1],
  ["0", 0],
  ["-1", -1],
]);

export const vote: PersonForm = {
  path: "/api/vote",
  page: null,
  limiter: "VOTE_LIMITER",
  sender: "person",
  handle: castVote,
};

async function castVote(request: PersonRequest): Promise<Outcome> {
  const { fields } = request;
  const sent = allOf({ thing: requiredThing(fields, "id"), dir: requiredField(fields, "dir") });
  if (isRefusal(sent)) return sent;
  const { thing, dir } = sent;
  const value = VALUES.get(dir);
  if (value === undefined)
    return { type: "not_a_choice", field: "dir", allowed: [...VALUES.keys()] };
  return sendAbout(
    request,
    thing,
    thing.kind === "post"
      ? { type: "post_voted", post: thing.post, value }
      : { type: "comment_voted", comment: thing.comment, value },
  );
}
