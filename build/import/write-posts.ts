/** Writes a batch of imported posts, with the names that they bring: first the names, then what uses them. */
import type { Community } from "../../src/model/entities.ts";
import { communityKey } from "../../src/model/ids.ts";
import { insertPosts, type ReservedName, reserveNames } from "../../src/store/bulk.ts";
import type { LocalState } from "../local.ts";
import { type ImportedPost, NO_AUTHOR } from "./link-row.ts";

/** @returns how many of the posts are new */
export async function writePosts(
  state: Pick<LocalState, "db" | "accounts">,
  batch: readonly ImportedPost[],
): Promise<number> {
  if (batch.length === 0) return 0;
  const people = batch
    .filter(({ post }) => post.author !== NO_AUTHOR)
    .map(({ post }) => ({ name: post.author, createdAt: post.createdAt }));
  const communities = reservedNames(
    batch.map(({ post, communityName: name }) => ({ name, createdAt: post.createdAt })),
  );
  await reserveNames(state.accounts, reservedNames(people), communities);
  return insertPosts(
    state.db,
    communities.map(toCommunity),
    batch.map(({ post }) => post),
  );
}

/** Each name once, as it is first written and as old as its oldest post. */
function reservedNames(
  uses: readonly { readonly name: string; readonly createdAt: number }[],
): ReservedName[] {
  const names = new Map<string, ReservedName>();
  for (const { name, createdAt } of uses) {
    const nameKey = name.toLowerCase();
    const known = names.get(nameKey);
    names.set(nameKey, {
      nameKey,
      name: known?.name ?? name,
      createdAt: Math.min(known?.createdAt ?? createdAt, createdAt),
    });
  }
  return [...names.values()];
}

/** Nobody has created an imported community; its moderators are the admins. */
function toCommunity({ name, createdAt }: ReservedName): Community {
  return { key: communityKey(name), name, title: name, description: "", creator: "", createdAt };
}
