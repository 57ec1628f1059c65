/** `/api/del`: somebody takes down what they wrote. Whether it is theirs the consumer knows. */
import { requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { parseThing, type Thing, threadOfThing } from "./thing.ts";

export const del: PersonForm = {
  path: "/api/del",
  page: {
    form: "delete",
    title: "Delete",
    keeps: ["id"],
    threadOf: (fields) => threadOfThing(fields, "id"),
  },
  limiter: "VOTE_LIMITER",
  sender: "person",
  handle: deleteThing,
};

async function deleteThing(request: PersonRequest): Promise<Outcome> {
  const id = requiredField(request.fields, "id");
  if (isRefusal(id)) return id;
  const thing = parseThing(id, "id");
  if (isRefusal(thing)) return thing;
  const event = await sendEvent(request, deletionOf(thing));
  if (isRefusal(event)) return event;
  return { json: { id }, location: wayBack(request.request, request.fields) };
}

function deletionOf(thing: Thing) {
  return thing.kind === "post"
    ? ({ type: "post_deleted", post: thing.post } as const)
    : ({ type: "comment_deleted", comment: thing.comment } as const);
}
