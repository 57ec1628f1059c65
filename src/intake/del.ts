/** `/api/del`: somebody takes down what they wrote. Whether it is theirs the consumer knows. */
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { isRefusal } from "./refusal.ts";
import { sendAbout } from "./send-about.ts";
import { requiredThing, threadOfThing } from "./thing.ts";

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
  const thing = requiredThing(request.fields, "id");
  if (isRefusal(thing)) return thing;
  return sendAbout(
    request,
    thing,
    thing.kind === "post"
      ? { type: "post_deleted", post: thing.post }
      : { type: "comment_deleted", comment: thing.comment },
  );
}
