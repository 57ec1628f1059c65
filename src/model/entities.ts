/** What Cairn stores: communities, posts and votes, as the consumer and the pages see them. Pure. */
import type { CommunityKey, EventId, PostId } from "./ids.ts";
import { hotRank } from "./ranking.ts";

export interface Community {
  readonly key: CommunityKey;
  /** The name as it was registered. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly creator: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

/** A post is seen by everybody, or its author took it down. */
export type Standing = "visible" | "deleted";

export interface Post {
  readonly id: PostId;
  readonly community: CommunityKey;
  readonly author: string;
  readonly title: string;
  /** Null for a text post. */
  readonly url: string | null;
  /** What makes two links the same one; null for a text post. */
  readonly linkKey: string | null;
  /** Markdown; null for a link without one. A text post is told by its missing `url`. */
  readonly text: string | null;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly ups: number;
  readonly downs: number;
  readonly standing: Standing;
  readonly isAdult: boolean;
}

export type VoteValue = -1 | 0 | 1;

export interface Vote {
  readonly user: string;
  readonly post: PostId;
  readonly value: VoteValue;
  /** Time at the edge (milliseconds) and event: the newer vote wins, in whatever order they come. */
  readonly at: number;
  readonly event: EventId;
}

export function score(post: Post): number {
  return post.ups - post.downs;
}

export function hotOf(post: Post): number {
  return hotRank(post.ups, post.downs, post.createdAt);
}

export function isVisible(post: Post): boolean {
  return post.standing === "visible";
}
