/** `/api/comment`: an answer to a post, or to a comment in its thread. */
import { cleanBlock } from "../model/clean-text.ts";
import {
  type CommentId,
  commentFullname,
  mintId,
  type PostId,
  parsePostFullname,
} from "../model/ids.ts";
import { MAX_COMMENT_CHARS } from "../model/limits.ts";
import { allOf, optionalField, requiredField, requiredText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { wayBack } from "./local-path.ts";
import { type FieldRefusal, isRefusal } from "./refusal.ts";
import { sendEvent } from "./send-event.ts";
import { parseThing, threadPath } from "./thing.ts";

const TEXT = { clean: cleanBlock, maxChars: MAX_COMMENT_CHARS };

export const comment: PersonForm = {
  path: "/api/comment",
  page: {
    form: "comment",
    title: "Write a comment",
    keeps: ["link", "parent", "text"],
    threadOf: (fields) => {
      const place = readPlace(fields);
      return isRefusal(place) ? place : threadPath(place.post);
    },
  },
  limiter: "SUBMIT_LIMITER",
  sender: "person",
  handle: postComment,
};

async function postComment(request: PersonRequest): Promise<Outcome> {
  const { fields, nowMs, random } = request;
  const sent = allOf({ place: readPlace(fields), text: requiredText(fields, "text", TEXT) });
  if (isRefusal(sent)) return sent;
  const { place, text } = sent;
  const id = mintId(nowMs, random) as CommentId;
  const event = await sendEvent(request, { type: "comment_posted", comment: id, ...place, text });
  if (isRefusal(event)) return event;
  const fullname = commentFullname(id);
  return { json: { id: fullname }, location: `${pieceOf(request, place.post)}#${fullname}` };
}

/** Whoever answers in a later piece of a thread goes back to it; it has the comment, or leads on to it. */
function pieceOf({ request, fields }: PersonRequest, post: PostId): string {
  const thread = threadPath(post);
  const [path = ""] = wayBack(request, fields).split(/[?#]/);
  return path.startsWith(`${thread}/_/`) ? path : thread;
}

interface Place {
  readonly post: PostId;
  /** Null when it answers the post. Whether it is in the post's thread the consumer knows. */
  readonly parent: CommentId | null;
}

/** Without a `parent`, and with the post as one, the comment answers the post. */
function readPlace(fields: URLSearchParams): Place | FieldRefusal {
  const sent = allOf({
    link: requiredField(fields, "link"),
    parent: optionalField(fields, "parent"),
  });
  if (isRefusal(sent)) return sent;
  const post = parsePostFullname(sent.link);
  if (post === null) return { type: "not_a_post", field: "link" };
  if (sent.parent === "") return { post, parent: null };
  const parent = parseThing(sent.parent, "parent");
  if (isRefusal(parent)) return parent;
  if (parent.kind === "comment") return { post, parent: parent.comment };
  return parent.post === post
    ? { post, parent: null }
    : { type: "parent_elsewhere", field: "parent" };
}
