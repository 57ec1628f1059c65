/** Events about comments: their shapes, and their parser. Depends on the model only. */
import type { Departure, MarkKind, Verdict, VoteValue } from "../model/entities.ts";
import type { CommentId, PostId } from "../model/ids.ts";
import {
  type Base,
  type Fields,
  isIdText,
  isMark,
  isText,
  isVerdict,
  isVote,
  markOf,
} from "./fields.ts";

export interface CommentPosted extends Base {
  readonly type: "comment_posted";
  readonly comment: CommentId;
  readonly post: PostId;
  /** The comment it answers; null when it answers the post. */
  readonly parent: CommentId | null;
  readonly text: string;
}

export interface CommentVoted extends Base {
  readonly type: "comment_voted";
  readonly comment: CommentId;
  readonly value: VoteValue;
}

export interface CommentEdited extends Base {
  readonly type: "comment_edited";
  readonly comment: CommentId;
  readonly text: string;
}

export interface CommentDeleted extends Base {
  readonly type: "comment_deleted";
  readonly comment: CommentId;
}

export interface CommentMarked extends Base {
  readonly type: "comment_marked";
  readonly comment: CommentId;
  readonly kind: MarkKind;
  readonly isSet: boolean;
}

export interface CommentReported extends Base {
  readonly type: "comment_reported";
  readonly comment: CommentId;
  readonly reason: string;
}

/** As a post's. */
export interface CommentJudged extends Base {
  readonly type: "comment_judged";
  readonly comment: CommentId;
  readonly verdict: Verdict["kind"];
  readonly reason: string;
}

export interface CommentDisowned extends Base {
  readonly type: "comment_disowned";
  readonly comment: CommentId;
  readonly departure: Departure;
}

export type CommentEvent =
  | CommentPosted
  | CommentVoted
  | CommentEdited
  | CommentDeleted
  | CommentMarked
  | CommentReported
  | CommentJudged
  | CommentDisowned;

/** Null for what is none. That an author has left comes from the consumer itself. */
export function parseCommentEvent(base: Base, fields: Fields): CommentEvent | null {
  const { type, text, value, reason, verdict } = fields;
  if (!isIdText(fields.comment)) return null;
  const comment = fields.comment as CommentId;
  switch (type) {
    case "comment_posted":
      return parseCommentPosted(base, comment, fields);
    case "comment_voted":
      return isVote(value) ? { ...base, type, comment, value } : null;
    case "comment_edited":
      return isText(text) ? { ...base, type, comment, text } : null;
    case "comment_deleted":
      return { ...base, type, comment };
    case "comment_marked":
      return isMark(fields) ? { ...base, type, comment, ...markOf(fields) } : null;
    case "comment_reported":
      return isText(reason) ? { ...base, type, comment, reason } : null;
    case "comment_judged":
      return isVerdict(verdict) && isText(reason)
        ? { ...base, type, comment, verdict, reason }
        : null;
    default:
      return null;
  }
}

function parseCommentPosted(
  base: Base,
  comment: CommentId,
  { post, parent, text }: Fields,
): CommentPosted | null {
  if (!isIdText(post) || !isText(text) || (parent !== null && !isIdText(parent))) return null;
  const place = { post: post as PostId, parent: parent as CommentId | null };
  return { ...base, type: "comment_posted", comment, ...place, text };
}
