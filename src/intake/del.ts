/** `/api/del`: somebody takes down what they posted. Whether it is theirs the consumer knows. */
import { parsePostFullname } from "../model/ids.ts";
import { requiredField } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { refererPath } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";

export const del: PersonForm = {
  path: "/api/del",
  page: null,
  limiter: "VOTE_LIMITER",
  sender: "person",
  handle: deletePost,
};

async function deletePost(request: PersonRequest): Promise<Outcome> {
  const id = requiredField(request.fields, "id");
  if (isRefusal(id)) return id;
  const post = parsePostFullname(id);
  if (post === null) return { type: "not_a_post", field: "id" };
  const event = await sendEvent(request, { type: "post_deleted", post });
  if (isRefusal(event)) return event;
  return { json: { id }, location: refererPath(request.request) };
}
