/**
 * What one commit changes, as far as pages can tell: the only thing that `affectedBy` sees. Pure.
 */
import type { Community, Post } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import type { Ranking, Scope } from "../model/listing.ts";

/** A post that is new (`before` is null) or different. */
export interface PostChange {
  readonly before: Post | null;
  readonly after: Post;
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

export interface Change {
  readonly posts: readonly PostChange[];
  readonly ranked: readonly RankedChange[];
  readonly chronological: readonly ChronologicalChange[];
  /** Communities that are new. */
  readonly communities: readonly Community[];
  /** All communities after the change; 0 when none is new. */
  readonly communityCount: number;
  /** Ids whose page leads to another post: new, or their post has come or gone. */
  readonly aliases: readonly PostId[];
}
