/** `/api/save`, `/api/unsave`, `/api/hide`, `/api/unhide`: what somebody keeps, or sees no more. */
import type { MarkKind } from "../model/entities.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { isRefusal } from "./refusal.ts";
import { sendAbout } from "./send-about.ts";
import { requiredThing } from "./thing.ts";

export const save = defineMark("/api/save", "saved", true);
export const unsave = defineMark("/api/unsave", "saved", false);
export const hide = defineMark("/api/hide", "hidden", true);
export const unhide = defineMark("/api/unhide", "hidden", false);

function defineMark(path: PersonForm["path"], kind: MarkKind, isSet: boolean): PersonForm {
  return {
    path,
    page: null,
    limiter: "VOTE_LIMITER",
    sender: "person",
    handle: (request) => markThing(request, kind, isSet),
  };
}

async function markThing(request: PersonRequest, kind: MarkKind, isSet: boolean): Promise<Outcome> {
  const thing = requiredThing(request.fields, "id");
  if (isRefusal(thing)) return thing;
  // A hidden comment would leave a hole in its thread.
  if (kind === "hidden" && thing.kind === "comment") return { type: "not_a_post", field: "id" };
  return sendAbout(
    request,
    thing,
    thing.kind === "post"
      ? { type: "post_marked", post: thing.post, kind, isSet }
      : { type: "comment_marked", comment: thing.comment, kind, isSet },
  );
}
