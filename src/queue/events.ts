/**
 * The events that intake accepts and the consumer applies: their shapes, and their parser.
 * Depends on the model only. A message that `parseEvent` refuses is kept among the dead letters.
 *
 * Values are absolute (a vote says 1, not +1), so that a duplicate changes nothing.
 */
import type { VoteValue } from "../model/entities.ts";
import { type EventId, isId, type PostId } from "../model/ids.ts";

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

export type PostEvent = PostSubmitted | PostVoted | PostDeleted;
export type CairnEvent = CommunityCreated | PostEvent;

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
    case "post_deleted":
      return isIdText(fields.post)
        ? { ...base, type: "post_deleted", post: fields.post as PostId }
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

function malformed(why: string): Malformed {
  return { type: "malformed", why };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isIdText(value: unknown): value is string {
  return isText(value) && isId(value);
}
