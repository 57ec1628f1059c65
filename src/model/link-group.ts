/** Posts of the same link, in any community: each other's "other discussions". Pure. */
import type { PostId } from "./ids.ts";

/**
 * The oldest hundred visible posts of a link are its group; later ones are not in it. One page shows
 * the group, and all their threads count it, so that it must end somewhere.
 */
export const MAX_LINK_GROUP = 100;

/** Oldest first, at most `MAX_LINK_GROUP`. */
export type LinkGroup = readonly PostId[];

export interface OtherDiscussions {
  /** The oldest post of the group: its page is under this id. */
  readonly oldest: PostId;
  /** How many there are besides the one that is looked at. */
  readonly others: number;
}

/** Null for a post that is alone with its link, or not in the group. */
export function otherDiscussions(group: LinkGroup, id: PostId): OtherDiscussions | null {
  const [oldest] = group;
  if (oldest === undefined || group.length < 2 || !group.includes(id)) return null;
  return { oldest, others: group.length - 1 };
}
