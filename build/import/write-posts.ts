/** Writes a batch of imported posts, with the names that they bring: first the names, then what uses them. */
import type { Community } from "../../src/model/entities.ts";
import { communityKey } from "../../src/model/ids.ts";
import { insertPosts } from "../../src/store/bulk-posts.ts";
import { type ReservedName, reserveNames } from "../../src/store/reserved-names.ts";
import type { LocalState } from "../local.ts";
import type { ImportedPost } from "./link-row.ts";
import { reservedNames, reservedPeople } from "./reserved-names.ts";

/** @returns how many of the posts are new */
export async function writePosts(
  state: Pick<LocalState, "db" | "accounts">,
  batch: readonly ImportedPost[],
): Promise<number> {
  if (batch.length === 0) return 0;
  const posts = batch.map(({ post }) => post);
  const communities = reservedNames(
    batch.map(({ post, communityName: name }) => ({ name, createdAt: post.createdAt })),
  );
  await reserveNames(state.accounts, reservedPeople(posts), communities);
  return insertPosts(state.db, communities.map(toCommunity), posts);
}

/** Nobody has created an imported community; its moderators are the admins. */
function toCommunity({ name, createdAt }: ReservedName): Community {
  return { key: communityKey(name), name, title: name, description: "", creator: "", createdAt };
}
