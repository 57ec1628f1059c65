/** Reddit's JSON shapes, as existing readers and scripts expect them. Pure. */
import { type Community, isLocked, type Post, score } from "../model/entities.ts";
import { postFullname } from "../model/ids.ts";
import { pageToken } from "./key.ts";
import { displayDomain, postPath } from "./post-line.ts";

export function postJson(post: Post, community: Community | undefined): object {
  const path = postPath(post);
  return {
    kind: "t3",
    data: {
      id: post.id,
      name: postFullname(post.id),
      title: post.title,
      url: post.url ?? path,
      permalink: path,
      domain: displayDomain(post),
      author: post.author,
      subreddit: community?.name ?? post.community,
      score: score(post),
      ups: post.ups,
      downs: post.downs,
      num_comments: post.comments,
      created_utc: post.createdAt,
      is_self: post.url === null,
      selftext: post.text ?? "",
      over_18: post.isAdult,
      locked: isLocked(post),
    },
  };
}

/** @param before @param after keys of the neighbouring pages; tokens name them */
export function listingJson(
  children: readonly object[],
  before: string | null,
  after: string | null,
): object {
  return {
    kind: "Listing",
    data: {
      before: before && pageToken(before),
      after: after && pageToken(after),
      children,
    },
  };
}
