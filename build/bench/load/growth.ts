/** Sites made from the operator's own: a busy one, on which people post all day, and a larger one. */
import type { Community, Post } from "../../../src/model/entities.ts";
import type { CommunityKey, PostId } from "../../../src/model/ids.ts";
import { insertPosts } from "../../../src/store/bulk-posts.ts";
import type { ContentDb } from "../../../src/store/database.ts";
import { renumberListings } from "../../../src/store/renumber.ts";
import { pickerOf } from "./picker.ts";

const POSTS_A_BATCH = 2000;
const DAY_SECONDS = 86_400;

/** Adds copies of posts, each under another id and of another link. */
async function addCopies(
  db: ContentDb,
  posts: readonly Post[],
  mark: string,
  createdAt: (post: Post, index: number) => number,
): Promise<Post[]> {
  const copies = posts.map((post, index): Post => {
    const id = `${post.id}${mark}` as PostId;
    const linkKey = post.linkKey === null ? null : `${post.linkKey}#${mark}`;
    return { ...post, id, linkKey, createdAt: createdAt(post, index), comments: 0 };
  });
  for (let from = 0; from < copies.length; from += POSTS_A_BATCH) {
    await insertPosts(db, [], copies.slice(from, from + POSTS_A_BATCH));
  }
  return copies;
}

/**
 * Copies of these posts, submitted one after another in the last two days.
 * @param mark tells their ids from those of others
 * @param now milliseconds since 1970
 * @param place of each copy: the community of its original, or another one, which is there
 * @returns them, the newest first
 */
export async function addYoungPosts(
  db: ContentDb,
  posts: readonly Post[],
  mark: string,
  now: number,
  place: (post: Post) => CommunityKey = ({ community }) => community,
): Promise<readonly Post[]> {
  const apart = (2 * DAY_SECONDS) / posts.length;
  const newest = Math.floor(now / 1000);
  const ownVoteOnly = posts.map(
    (post): Post => ({ ...post, community: place(post), ups: 1, downs: 0 }),
  );
  const young = await addCopies(db, ownVoteOnly, mark, (_, index) =>
    Math.floor(newest - index * apart),
  );
  await renumberListings(db);
  return young;
}

/**
 * Communities without posts, to spread some among.
 * @param random draws them by Zipf's law
 * @returns draws one
 */
export async function addCommunities(
  db: ContentDb,
  many: number,
  mark: string,
  now: number,
  random: () => number,
): Promise<() => CommunityKey> {
  const communities = Array.from({ length: many }, (_, rank): Community => {
    const name = `load_${mark}_${rank}`;
    const words = { title: name, description: "", creator: "" };
    return { key: name as CommunityKey, name, ...words, createdAt: Math.floor(now / 1000) };
  });
  await insertPosts(db, communities, []);
  const rank = pickerOf(many, 0, 1, random);
  return () => (communities[rank()] as Community).key;
}

/** Makes the site so many times as large, in between the posts that it has in every order. */
export async function growSite(
  db: ContentDb,
  posts: readonly Post[],
  times: number,
): Promise<void> {
  for (let copy = 1; copy < times; copy++) {
    await addCopies(db, posts, copy.toString(36), ({ createdAt }) => createdAt - copy);
  }
  await renumberListings(db);
}
