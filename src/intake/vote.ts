/** `/api/vote`: up, down, or neither. */
import type { VoteValue } from "../model/entities.ts";
import { allOf, requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { parseThing, type Thing } from "./thing.ts";

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
  const sent = allOf({ id: requiredField(fields, "id"), dir: requiredField(fields, "dir") });
  if (isRefusal(sent)) return sent;
  const thing = parseThing(sent.id, "id");
  if (isRefusal(thing)) return thing;
  const value = VALUES.get(sent.dir);
  if (value === undefined)
    return { type: "not_a_choice", field: "dir", allowed: [...VALUES.keys()] };
  const event = await sendEvent(request, voteOn(thing, value));
  if (isRefusal(event)) return event;
  return { json: { id: sent.id }, location: wayBack(request.request, fields) };
}

function voteOn(thing: Thing, value: VoteValue) {
  return thing.kind === "post"
    ? ({ type: "post_voted", post: thing.post, value } as const)
    : ({ type: "comment_voted", comment: thing.comment, value } as const);
}
