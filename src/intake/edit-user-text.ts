/** `/api/editusertext`: a new text for what somebody wrote. Whether it is theirs the consumer knows. */
import { cleanBlock } from "../model/clean-text.ts";
import { MAX_COMMENT_CHARS, MAX_TEXT_CHARS } from "../model/limits.ts";
import { optionalText, requiredField, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { parseThing, type Thing, threadOfThing } from "./thing.ts";

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
  const id = requiredField(request.fields, "thing_id");
  if (isRefusal(id)) return id;
  const thing = parseThing(id, "thing_id");
  if (isRefusal(thing)) return thing;
  const text = readText(request.fields, thing);
  if (isRefusal(text)) return text;
  const event = await sendEvent(request, editOf(thing, text));
  if (isRefusal(event)) return event;
  return { json: { id }, location: wayBack(request.request, request.fields) };
}

/** A post may consist of its title alone, if one says so; a comment is its text. */
function readText(fields: URLSearchParams, { kind }: Thing) {
  return kind === "post" && fields.has("text")
    ? optionalText(fields, "text", POST_TEXT)
    : requiredText(fields, "text", COMMENT_TEXT);
}

function editOf(thing: Thing, text: string) {
  return thing.kind === "post"
    ? ({ type: "post_edited", post: thing.post, text } as const)
    : ({ type: "comment_edited", comment: thing.comment, text } as const);
}
