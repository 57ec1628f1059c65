/**
 * What one commit changes, as far as pages can tell: the only thing that `affectedBy` sees. Pure.
 */
import type { Changed } from "../model/changed.ts";
import type { Comment, Community, Post } from "../model/entities.ts";
import type { CommunityKey, PersonKey, PostId } from "../model/ids.ts";
import type { LinkGroup } from "../model/link-group.ts";
import type { Ranking, Scope } from "../model/listing.ts";

export type PostChange = Changed<Post>;
export type CommentChange = Changed<Comment>;

export interface PieceChange {
  readonly post: PostId;
  /** `MAIN_PIECE` for the post's own page. */
  readonly piece: string;
}

/**
 * Positions `from` to `to` (0-based, both included) of a ranked listing show something else now.
 * Entering and leaving count as moving from or to the end.
 */
export interface RankedChange {
  readonly ranking: Ranking;
  readonly scope: Scope;
  readonly from: number;
  readonly to: number;
  /** Posts in the listing, counted up to its depth. */
  readonly lengthBefore: number;
  readonly lengthAfter: number;
}

/** Slots `from` to `to` (1-based, both included) of a chronological listing show something else. */
export interface ChronologicalChange {
  readonly listing: string;
  readonly from: number;
  readonly to: number;
  readonly countBefore: number;
  readonly countAfter: number;
}

/**
 * Slots (from 1) of a clock-driven listing that show something else. Of a list that becomes longer or
 * shorter, the last ones of both are among them: their page leads to a next one, or no longer.
 */
export interface WindowChange {
  readonly listing: string;
  readonly slots: readonly number[];
}

/** A group of posts of one link, of which some have come, gone or changed. */
export interface LinkGroupChange {
  readonly before: LinkGroup;
  readonly after: LinkGroup;
}

export interface Change {
  readonly posts: readonly PostChange[];
  readonly comments: readonly CommentChange[];
  readonly ranked: readonly RankedChange[];
  readonly chronological: readonly ChronologicalChange[];
  readonly windows: readonly WindowChange[];
  readonly linkGroups: readonly LinkGroupChange[];
  /** Communities that are new. */
  readonly communities: readonly Community[];
  /** All communities after the change; 0 when none is new. */
  readonly communityCount: number;
  /** Pieces of threads that lead on elsewhere than before, or whose post has gone. */
  readonly pieces: readonly PieceChange[];
  /** People whose own page shows something else: their karma, a title above a comment. */
  readonly people: readonly PersonKey[];
  /** People who have read their inbox; whose sessions have ended. */
  readonly inboxesRead: readonly PersonKey[];
  readonly sessionsEnded: readonly PersonKey[];
  /** People with a file of all they wrote, in which something is different. */
  readonly exports: readonly PersonKey[];
  /** Communities whose queue of reports shows something else, or to others. */
  readonly queues: readonly CommunityKey[];
  /** Communities that others moderate now, or the same people under another name. */
  readonly moderators: readonly CommunityKey[];
  /** Ids whose page leads to another post: new, or their post has come or gone. */
  readonly aliases: readonly PostId[];
}

/** For changes that consist of little. */
export const NO_CHANGE: Change = {
  posts: [],
  comments: [],
  ranked: [],
  chronological: [],
  windows: [],
  linkGroups: [],
  queues: [],
  moderators: [],
  communities: [],
  communityCount: 0,
  pieces: [],
  people: [],
  inboxesRead: [],
  sessionsEnded: [],
  exports: [],
  aliases: [],
};
