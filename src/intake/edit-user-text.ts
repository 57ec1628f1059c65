/** `/api/editusertext`: a new text for what somebody wrote. Whether it is theirs the consumer knows. */
import { cleanBlock } from "../model/clean-text.ts";
import { MAX_COMMENT_CHARS, MAX_TEXT_CHARS } from "../model/limits.ts";
import { optionalText, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { isRefusal } from "./refusal.ts";
import { sendAbout } from "./send-about.ts";
import { requiredThing, type Thing, threadOfThing } from "./thing.ts";

const POST_TEXT = { clean: cleanBlock, maxChars: MAX_TEXT_CHARS };
const COMMENT_TEXT = { clean: cleanBlock, maxChars: MAX_COMMENT_CHARS };

export const editUserText: PersonForm = {
  path: "/api/editusertext",
  page: {
    form: "edit",
    title: "Edit",
    keeps: ["thing_id", "text"],
    threadOf: (fields) => threadOfThing(fields, "thing_id"),
  },
  limiter: "SUBMIT_LIMITER",
  sender: "person",
  handle: editText,
};

async function editText(request: PersonRequest): Promise<Outcome> {
  const thing = requiredThing(request.fields, "thing_id");
  if (isRefusal(thing)) return thing;
  const text = readText(request.fields, thing);
  if (isRefusal(text)) return text;
  return sendAbout(
    request,
    thing,
    thing.kind === "post"
      ? { type: "post_edited", post: thing.post, text }
      : { type: "comment_edited", comment: thing.comment, text },
  );
}

/** A post may consist of its title alone, if one says so; a comment is its text. */
function readText(fields: URLSearchParams, { kind }: Thing) {
  return kind === "post" && fields.has("text")
    ? optionalText(fields, "text", POST_TEXT)
    : requiredText(fields, "text", COMMENT_TEXT);
}
