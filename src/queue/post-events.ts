/** Events about posts: their shapes, and their parser. Depends on the model only. */
import type { Departure, MarkKind, Verdict, VoteValue } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
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

export interface PostSubmitted extends Base {
  readonly type: "post_submitted";
  readonly post: PostId;
  /** The community's name, in any case. */
  readonly community: string;
  readonly title: string;
  /** Exactly one of `url` and `text` is a string. */
  readonly url: string | null;
  readonly text: string | null;
  /** Post a link even though the community has it already. */
  readonly resubmit: boolean;
}

export interface PostVoted extends Base {
  readonly type: "post_voted";
  readonly post: PostId;
  readonly value: VoteValue;
}

export interface PostDeleted extends Base {
  readonly type: "post_deleted";
  readonly post: PostId;
}

export interface PostEdited extends Base {
  readonly type: "post_edited";
  readonly post: PostId;
  readonly text: string;
}

export interface PostMarked extends Base {
  readonly type: "post_marked";
  readonly post: PostId;
  readonly kind: MarkKind;
  readonly isSet: boolean;
}

export interface PostReported extends Base {
  readonly type: "post_reported";
  readonly post: PostId;
  readonly reason: string;
}

/** A moderator's verdict; whether the sender is one the consumer knows. */
export interface PostJudged extends Base {
  readonly type: "post_judged";
  readonly post: PostId;
  readonly verdict: Verdict["kind"];
  readonly reason: string;
}

export interface PostLocked extends Base {
  readonly type: "post_locked";
  readonly post: PostId;
  readonly isLocked: boolean;
  readonly reason: string;
}

/** Its author has deleted their account. From the consumer itself: no message says so. */
export interface PostDisowned extends Base {
  readonly type: "post_disowned";
  readonly post: PostId;
  readonly departure: Departure;
}

/** Votes on a post have waited for others long enough. From the consumer itself, too. */
export interface PostTallied extends Base {
  readonly type: "post_tallied";
  readonly post: PostId;
}

export type PostEvent =
  | PostSubmitted
  | PostVoted
  | PostDeleted
  | PostEdited
  | PostMarked
  | PostReported
  | PostJudged
  | PostLocked
  | PostDisowned
  | PostTallied;

/** Null for what is none, and for what comes from the consumer itself. */
export function parsePostEvent(base: Base, fields: Fields): PostEvent | null {
  const { type, text, value, reason, verdict, isLocked } = fields;
  if (!isIdText(fields.post)) return null;
  const post = fields.post as PostId;
  switch (type) {
    case "post_submitted":
      return parsePostSubmitted(base, post, fields);
    case "post_voted":
      return isVote(value) ? { ...base, type, post, value } : null;
    case "post_edited":
      return isText(text) ? { ...base, type, post, text } : null;
    case "post_deleted":
      return { ...base, type, post };
    case "post_marked":
      return isMark(fields) ? { ...base, type, post, ...markOf(fields) } : null;
    case "post_reported":
      return isText(reason) ? { ...base, type, post, reason } : null;
    case "post_judged":
      return isVerdict(verdict) && isText(reason) ? { ...base, type, post, verdict, reason } : null;
    case "post_locked":
      return typeof isLocked === "boolean" && isText(reason)
        ? { ...base, type, post, isLocked, reason }
        : null;
    default:
      return null;
  }
}

function parsePostSubmitted(base: Base, post: PostId, fields: Fields): PostSubmitted | null {
  const { community, title, url, text, resubmit } = fields;
  if (!isText(community) || !isText(title)) return null;
  const isLink = isText(url) && text === null;
  const isSelf = isText(text) && url === null;
  if (!isLink && !isSelf) return null;
  return {
    ...base,
    type: "post_submitted",
    post,
    community,
    title,
    url: isLink ? url : null,
    text: isSelf ? text : null,
    resubmit: resubmit === true,
  };
}
