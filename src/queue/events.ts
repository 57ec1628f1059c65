/**
 * The events that intake accepts and the consumer applies: their shapes, and their parser.
 * Depends on the model only. A message that `parseEvent` refuses is kept among the dead letters.
 *
 * Values are absolute (a vote says 1, not +1), so that a duplicate changes nothing.
 */
import {
  type Departure,
  MARK_KINDS,
  type MarkKind,
  type Role,
  VERDICTS,
  type Verdict,
  type VoteValue,
} from "../model/entities.ts";
import { type CommentId, type EventId, isId, type PostId } from "../model/ids.ts";

/** Raised when the meaning of a field changes; older versions keep their parser. */
export const EVENT_VERSION = 1;

interface Base {
  readonly version: typeof EVENT_VERSION;
  readonly id: EventId;
  /** Time at the edge, milliseconds since 1970. */
  readonly at: number;
  /** The sender's name as registered; intake has checked the session. */
  readonly by: string;
}

export interface CommunityCreated extends Base {
  readonly type: "community_created";
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

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

/** Somebody becomes a moderator of a community or is banned from it, or is so no longer. */
export interface RoleSet extends Base {
  readonly type: "role_set";
  /** The community's name, in any case. */
  readonly community: string;
  /** As registered. */
  readonly person: string;
  readonly kind: Role["kind"];
  readonly isSet: boolean;
  readonly reason: string;
}

/** An account is gone: nobody can log in to it, and nobody register its name again. */
export interface AccountDeleted extends Base {
  readonly type: "account_deleted";
  readonly epoch: number;
  readonly posts: Departure;
}

/** A new account: it has a page before it has written anything. */
export interface PersonRegistered extends Base {
  readonly type: "person_registered";
}

/** Somebody has seen what is in their inbox. */
export interface InboxRead extends Base {
  readonly type: "inbox_read";
  /** The newest slot that they have seen. */
  readonly slot: number;
}

/** A new password: sessions of earlier epochs open no private page any more. */
export interface SessionsEnded extends Base {
  readonly type: "sessions_ended";
  readonly epoch: number;
}

/** Votes on a post have waited for others long enough. The publisher finds it; nobody sends it. */
export interface PostTallied extends Base {
  readonly type: "post_tallied";
  readonly post: PostId;
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
export type PostEvent =
  | PostSubmitted
  | PostVoted
  | PostEdited
  | PostDeleted
  | PostMarked
  | PostReported
  | PostJudged
  | PostLocked
  | PostDisowned
  | PostTallied;
/** Somebody wants all they wrote in one file. */
export interface ExportRequested extends Base {
  readonly type: "export_requested";
}

export type PersonEvent =
  | PersonRegistered
  | InboxRead
  | SessionsEnded
  | AccountDeleted
  | ExportRequested;
export type CairnEvent = CommunityCreated | RoleSet | PersonEvent | PostEvent | CommentEvent;

/** Why a message is no event. */
export interface Malformed {
  readonly type: "malformed";
  readonly why: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The only door from `unknown` to an event. */
export function parseEvent(message: unknown): CairnEvent | Malformed {
  if (typeof message !== "object" || message === null) return malformed("no object");
  const fields = message as Fields;
  if (fields.version !== EVENT_VERSION) return malformed(`unknown version ${fields.version}`);
  const event = parseFields(fields);
  return event ?? malformed(`not a valid ${JSON.stringify(fields.type ?? null)} event`);
}

function parseFields(fields: Fields): CairnEvent | null {
  const { id, at, by } = fields;
  if (!isIdText(id) || typeof at !== "number" || !(at > 0) || !isText(by) || by === "") return null;
  const base: Base = { version: EVENT_VERSION, id: id as EventId, at, by };
  switch (fields.type) {
    case "community_created":
      return parseCommunityCreated(base, fields);
    case "post_submitted":
      return parsePostSubmitted(base, fields);
    case "post_voted":
      return parsePostVoted(base, fields);
    case "post_edited":
      return isIdText(fields.post) && isText(fields.text)
        ? { ...base, type: "post_edited", post: fields.post as PostId, text: fields.text }
        : null;
    case "post_deleted":
      return isIdText(fields.post)
        ? { ...base, type: "post_deleted", post: fields.post as PostId }
        : null;
    case "post_marked":
      return isIdText(fields.post) && isMark(fields)
        ? { ...base, type: "post_marked", post: fields.post as PostId, ...markOf(fields) }
        : null;
    case "post_reported":
      return isIdText(fields.post) && isText(fields.reason)
        ? { ...base, type: "post_reported", post: fields.post as PostId, reason: fields.reason }
        : null;
    case "post_judged":
      return isIdText(fields.post) && isVerdict(fields.verdict) && isText(fields.reason)
        ? { ...base, ...verdictOf(fields), type: "post_judged", post: fields.post as PostId }
        : null;
    case "post_locked": {
      const { post, isLocked, reason } = fields;
      return isIdText(post) && typeof isLocked === "boolean" && isText(reason)
        ? { ...base, type: "post_locked", post: post as PostId, isLocked, reason }
        : null;
    }
    case "role_set":
      return parseRoleSet(base, fields);
    case "account_deleted": {
      const { epoch, posts } = fields;
      const isDeparture = posts === "keep" || posts === "delete";
      return isCount(epoch) && isDeparture
        ? { ...base, type: "account_deleted", epoch, posts }
        : null;
    }
    case "person_registered":
      return { ...base, type: "person_registered" };
    case "export_requested":
      return { ...base, type: "export_requested" };
    case "inbox_read":
      return isCount(fields.slot) ? { ...base, type: "inbox_read", slot: fields.slot } : null;
    case "sessions_ended":
      return isCount(fields.epoch)
        ? { ...base, type: "sessions_ended", epoch: fields.epoch }
        : null;
    case "comment_posted":
    case "comment_voted":
    case "comment_edited":
    case "comment_deleted":
    case "comment_marked":
    case "comment_reported":
    case "comment_judged":
      return isIdText(fields.comment)
        ? parseCommentEvent(base, fields.type, fields.comment as CommentId, fields)
        : null;
    default:
      return null;
  }
}

function parseCommunityCreated(base: Base, fields: Fields): CommunityCreated | null {
  const { name, title, description } = fields;
  if (!isText(name) || !isText(title) || !isText(description) || name === "") return null;
  return { ...base, type: "community_created", name, title, description };
}

function parsePostSubmitted(base: Base, fields: Fields): PostSubmitted | null {
  const { post, community, title, url, text, resubmit } = fields;
  if (!isIdText(post) || !isText(community) || !isText(title)) return null;
  const isLink = isText(url) && text === null;
  const isSelf = isText(text) && url === null;
  if (!isLink && !isSelf) return null;
  return {
    ...base,
    type: "post_submitted",
    post: post as PostId,
    community,
    title,
    url: isLink ? url : null,
    text: isSelf ? text : null,
    resubmit: resubmit === true,
  };
}

function parsePostVoted(base: Base, fields: Fields): PostVoted | null {
  const { post, value } = fields;
  if (!isIdText(post) || (value !== -1 && value !== 0 && value !== 1)) return null;
  return { ...base, type: "post_voted", post: post as PostId, value };
}

function parseCommentEvent(
  base: Base,
  type: Exclude<CommentEvent["type"], "comment_disowned">,
  comment: CommentId,
  fields: Fields,
): CommentEvent | null {
  const { post, parent, text, value, reason } = fields;
  switch (type) {
    case "comment_posted":
      if (!isIdText(post) || !isText(text) || (parent !== null && !isIdText(parent))) return null;
      return { ...base, type, comment, post: post as PostId, parent: parent as CommentId, text };
    case "comment_voted":
      return value === -1 || value === 0 || value === 1 ? { ...base, type, comment, value } : null;
    case "comment_edited":
      return isText(text) ? { ...base, type, comment, text } : null;
    case "comment_deleted":
      return { ...base, type, comment };
    case "comment_marked":
      return isMark(fields) ? { ...base, type, comment, ...markOf(fields) } : null;
    case "comment_reported":
      return isText(reason) ? { ...base, type, comment, reason } : null;
    case "comment_judged":
      return isVerdict(fields.verdict) && isText(reason)
        ? { ...base, ...verdictOf(fields), type, comment }
        : null;
  }
}

function isVerdict(value: unknown): value is Verdict["kind"] {
  return VERDICTS.some((kind) => kind === value);
}

function verdictOf({ verdict, reason }: Fields) {
  return { verdict: verdict as Verdict["kind"], reason: reason as string };
}

function parseRoleSet(base: Base, fields: Fields): RoleSet | null {
  const { community, person, kind, isSet, reason } = fields;
  if (!isText(community) || !isText(person) || typeof isSet !== "boolean") return null;
  if ((kind !== "moderator" && kind !== "banned") || !isText(reason)) return null;
  return { ...base, type: "role_set", community, person, kind, isSet, reason };
}

type MarkFields = Pick<PostMarked, "kind" | "isSet">;

function isMark(fields: Fields): fields is Fields & MarkFields {
  return MARK_KINDS.some((kind) => kind === fields.kind) && typeof fields.isSet === "boolean";
}

function markOf({ kind, isSet }: MarkFields): MarkFields {
  return { kind, isSet };
}

function malformed(why: string): Malformed {
  return { type: "malformed", why };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isIdText(value: unknown): value is string {
  return isText(value) && isId(value);
}
