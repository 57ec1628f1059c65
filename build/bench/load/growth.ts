/** A site that is several times as large, of the same kind: what a vote costs must not depend on it. */
import type { Post } from "../../../src/model/entities.ts";
import type { PostId } from "../../../src/model/ids.ts";
import { insertPosts, renumberListings } from "../../../src/store/bulk.ts";
import type { ContentDb } from "../../../src/store/database.ts";

/** Each is as far from the posts before as these are from each other. Seconds. */
const SHIFT = 7;
const POSTS_A_BATCH = 2000;

/** Adds copies of posts, under other ids and of other links, between the others in every order. */
export async function growSite(
  db: ContentDb,
  posts: readonly Post[],
  times: number,
): Promise<void> {
  for (let copy = 1; copy < times; copy++) {
    for (let from = 0; from < posts.length; from += POSTS_A_BATCH) {
      const copies = posts.slice(from, from + POSTS_A_BATCH).map((post) => copyOf(post, copy));
      await insertPosts(db, [], copies);
    }
  }
  await renumberListings(db);
}

function copyOf(post: Post, copy: number): Post {
  return {
    ...post,
    id: `${post.id}${copy.toString(36)}` as PostId,
    linkKey: post.linkKey === null ? null : `${post.linkKey}#${copy}`,
    createdAt: post.createdAt - copy * SHIFT,
    comments: 0,
  };
}
