/** A thread of a site that has about as many comments as one is asked about. */
import { chunks } from "../../src/consumer/name-all.ts";
import type { Post } from "../../src/model/entities.ts";
import type { Reads } from "../../src/store/reads.ts";

/** Of one query. */
const POSTS_A_READ = 1000;

export async function threadOfAbout(comments: number, reads: Reads): Promise<Post> {
  let nearest: Post | null = null;
  for await (const ids of chunks(reads.threadIds(), POSTS_A_READ)) {
    for (const post of (await reads.posts(ids)).values()) {
      if (nearest === null || distance(post, comments) < distance(nearest, comments))
        nearest = post;
    }
  }
  if (!nearest) throw new Error("the site has no posts");
  return nearest;
}

function distance(post: Post, comments: number): number {
  return Math.abs(post.comments - comments);
}
