/** What Cairn stores: communities, posts and votes, as the consumer and the pages see them. Pure. */
import type { CommentId, CommunityKey, Domain, EventId, PersonKey, PostId } from "./ids.ts";
import { controversialRank, hotRank } from "./ranking.ts";

export interface Community {
  readonly key: CommunityKey;
  /** The name as it was registered. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Empty of an imported one, and once they have left. */
  readonly creator: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

/** Seen by everybody; taken down by its author, which is final; or removed by moderators. */
export type Standing = "visible" | "deleted" | "removed";

/** What moderators decide about a thing. Spam is removed silently: its author is not told. */
export const VERDICTS = ["approved", "removed", "spam"] as const;

/** The newer verdict wins, in whatever order they come; who gave it, and why, the log says. */
export interface Verdict {
  readonly kind: (typeof VERDICTS)[number];
  /** Milliseconds since 1970, at the edge. */
  readonly at: number;
  readonly event: EventId;
}

/** Nobody can comment on a locked post; the newer act wins. */
export interface Lock {
  readonly isSet: boolean;
  readonly at: number;
  readonly event: EventId;
}

export interface Post {
  readonly id: PostId;
  readonly community: CommunityKey;
  readonly author: string;
  readonly title: string;
  /** Null for a text post. */
  readonly url: string | null;
  /** What makes two links the same one; null for a text post. */
  readonly linkKey: string | null;
  /** The link's host and its parents, as model/domain had them when it was submitted. */
  readonly domains: readonly Domain[];
  /** Markdown; null for a link without one. A text post is told by its missing `url`. */
  readonly text: string | null;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly ups: number;
  readonly downs: number;
  readonly standing: Standing;
  readonly isAdult: boolean;
  /** Milliseconds since 1970: when votes were counted last. See model/tally. */
  readonly talliedAt: number;
  /** Visible comments. */
  readonly comments: number;
  /** The last edit of the text; null for none. */
  readonly edit: Edit | null;
  readonly verdict: Verdict | null;
  readonly lock: Lock | null;
}

/** The newer edit wins, in whatever order they come. */
export interface Edit {
  /** Milliseconds since 1970, at the edge. */
  readonly at: number;
  readonly event: EventId;
}

export interface Comment {
  readonly id: CommentId;
  readonly post: PostId;
  /** The comment it answers; null when it answers the post. */
  readonly parent: CommentId | null;
  /** The piece of its thread that shows it, for ever: see model/piece. */
  readonly piece: string;
  /** Levels below the beginning of its piece. */
  readonly depth: number;
  readonly author: string;
  /** Markdown. */
  readonly text: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly ups: number;
  readonly downs: number;
  readonly standing: Standing;
  readonly edit: Edit | null;
  readonly verdict: Verdict | null;
}

export interface CommentVote {
  readonly user: string;
  readonly comment: CommentId;
  readonly value: VoteValue;
  /** Milliseconds since 1970, at the edge. */
  readonly at: number;
  readonly event: EventId;
}

/** What somebody keeps for themselves, or wants to see no more. */
export const MARK_KINDS = ["saved", "hidden"] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface Mark {
  readonly person: PersonKey;
  readonly kind: MarkKind;
  /** A fullname. */
  readonly thing: string;
  readonly isSet: boolean;
  /** Time at the edge (milliseconds) and event: the newer act wins, in whatever order they come. */
  readonly at: number;
  readonly event: EventId;
}

/** Somebody finds that a thing breaks the rules; the last reason counts. */
export interface Report {
  readonly person: PersonKey;
  /** Of the thing. */
  readonly community: CommunityKey;
  /** A fullname. */
  readonly thing: string;
  readonly reason: string;
  /** As a mark's. */
  readonly at: number;
  readonly event: EventId;
}

/** What somebody may do in a community, or may not. */
export interface Role {
  readonly person: PersonKey;
  readonly community: CommunityKey;
  readonly kind: "moderator" | "banned";
  readonly isSet: boolean;
  /** Time at the edge (milliseconds) and event: the newer act wins. */
  readonly at: number;
  readonly event: EventId;
}

/** One act of a moderator, as the log keeps it. */
export interface Act {
  readonly event: EventId;
  readonly community: CommunityKey;
  /** The moderator's name; empty where it follows from an earlier act, and no log says so. */
  readonly by: string;
  readonly kind: ActKind;
  /** The fullname it was about; empty for an act about a person. */
  readonly thing: string;
  /** The name of whom it was about; empty for an act about a thing. */
  readonly person: string;
  readonly reason: string;
  /** Milliseconds since 1970, at the edge. */
  readonly at: number;
}

export type ActKind =
  | Verdict["kind"]
  | "locked"
  | "unlocked"
  | "banned"
  | "unbanned"
  | "moderator"
  | "no_moderator";

/** What becomes of the posts and comments of somebody who deletes their account. */
export type Departure = "keep" | "delete";

export interface Person {
  readonly key: PersonKey;
  /** As registered, or as imported. */
  readonly name: string;
  /** Seconds since 1970: of the account, or of the oldest contribution. */
  readonly createdAt: number;
  /** Sum of the scores of all posts, whatever their standing; of all comments. */
  readonly postKarma: number;
  readonly commentKarma: number;
  /** Slots of the inbox up to this one have been read. */
  readonly inboxRead: number;
  /** Sessions of an earlier epoch have ended. */
  readonly sessionEpoch: number;
  /** When they last asked for a file of all they wrote, in milliseconds since 1970; 0: never. */
  readonly exportAt: number;
  /** Null while the account is there. */
  readonly departure: Departure | null;
}

/** In place of the name of somebody who has deleted their account; no account can have it. */
export const DEPARTED = "[deleted]";

export type VoteValue = -1 | 0 | 1;

export interface Vote {
  readonly user: string;
  readonly post: PostId;
  readonly value: VoteValue;
  /** Time at the edge (milliseconds) and event: the newer vote wins, in whatever order they come. */
  readonly at: number;
  readonly event: EventId;
}

/** Of a post or a comment. */
export function score({ ups, downs }: { readonly ups: number; readonly downs: number }): number {
  return ups - downs;
}

export function hotOf(post: Pick<Post, "ups" | "downs" | "createdAt">): number {
  return hotRank(post.ups, post.downs, post.createdAt);
}

/**
 * 0 where nobody disagrees. Stored and compared, so rounded as the hot rank is: where it is computed,
 * and the way through a database, change the last digits of a power.
 */
export function controversialOf({ ups, downs }: Pick<Post, "ups" | "downs">): number {
  return Number(controversialRank(ups, downs).toFixed(CONTROVERSIAL_DIGITS));
}

/** 15 digits together with the votes of a hundred million: what SQLite reads exactly. */
const CONTROVERSIAL_DIGITS = 6;

/** Its author's deletion is final; else the last verdict decides. */
export function standingOf(standing: Standing, verdict: Verdict | null): Standing {
  if (standing === "deleted") return "deleted";
  return verdict === null || verdict.kind === "approved" ? "visible" : "removed";
}

export function isLocked({ lock }: Pick<Post, "lock">): boolean {
  return lock?.isSet ?? false;
}

/** A post or a comment. */
export function isVisible({ standing }: { readonly standing: Standing }): boolean {
  return standing === "visible";
}
