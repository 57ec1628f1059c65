/** Sites made from the operator's own: a busy one, on which people post all day, and a larger one. */
import type { Post } from "../../../src/model/entities.ts";
import type { PostId } from "../../../src/model/ids.ts";
import { insertPosts, renumberListings } from "../../../src/store/bulk.ts";
import type { ContentDb } from "../../../src/store/database.ts";

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
 * @returns them, the newest first
 */
export async function addYoungPosts(
  db: ContentDb,
  posts: readonly Post[],
  mark: string,
  now: number,
): Promise<readonly Post[]> {
  const apart = (2 * DAY_SECONDS) / posts.length;
  const newest = Math.floor(now / 1000);
  const ownVoteOnly = posts.map((post): Post => ({ ...post, ups: 1, downs: 0 }));
  const young = await addCopies(db, ownVoteOnly, mark, (_, index) =>
    Math.floor(newest - index * apart),
  );
  await renumberListings(db);
  return young;
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
