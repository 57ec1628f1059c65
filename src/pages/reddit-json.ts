/** Reddit's JSON shapes, as existing readers and scripts expect them. Pure. */
import { cutAt } from "../model/beginning.ts";
import { type Community, type Edit, isLocked, type Post, score } from "../model/entities.ts";
import { type CommunityKey, postFullname } from "../model/ids.ts";
import { pageToken } from "./key.ts";
import type { Site } from "./page-type.ts";
import { displayDomain, postPath } from "./post-line.ts";

/** What Cairn does not have, or has only for each person: clients of Reddit's expect the fields. */
export const NEUTRAL_FIELDS = {
  likes: null,
  saved: false,
  distinguished: null,
  stickied: false,
} as const;

export function subredditJson(key: CommunityKey, community: Community | undefined): object {
  const name = community?.name ?? key;
  return { subreddit: name, subreddit_id: `t5_${key}`, subreddit_name_prefixed: `r/${name}` };
}

/** When it was edited, in seconds since 1970; false if never. */
export function editedJson(edit: Edit | null): number | false {
  return edit === null ? false : Math.floor(edit.at / 1000);
}

/**
 * Of a post's text in a listing, UTF-16 units: its thread has all of it. Ten pages of the longest texts
 * would be 22 MB, which nobody can hold who renders and compresses them.
 */
const MAX_LISTED_TEXT = 15_000;

export function listedPostJson(post: Post, community: Community | undefined, site: Site): object {
  const text = post.text && cutAt(post.text, MAX_LISTED_TEXT);
  return postJson({ ...post, text }, community, site);
}

export function postJson(
  post: Post,
  community: Community | undefined,
  site: Site,
  path = postPath(post),
): object {
  return {
    kind: "t3",
    data: {
      id: post.id,
      name: postFullname(post.id),
      title: post.title,
      url: post.url ?? site.origin + path,
      permalink: path,
      domain: displayDomain(post),
      author: post.author,
      ...subredditJson(post.community, community),
      score: score(post),
      ups: post.ups,
      downs: post.downs,
      upvote_ratio: upvoteRatio(post),
      num_comments: post.comments,
      created: post.createdAt,
      created_utc: post.createdAt,
      edited: editedJson(post.edit),
      is_self: post.url === null,
      selftext: post.text ?? "",
      over_18: post.isAdult,
      spoiler: false,
      is_video: false,
      thumbnail: post.url === null ? "self" : "default",
      link_flair_text: null,
      ...NEUTRAL_FIELDS,
      locked: isLocked(post),
    },
  };
}

/** Two digits; of a post without a vote, Reddit's one half. */
function upvoteRatio({ ups, downs }: Post): number {
  return ups + downs === 0 ? 0.5 : Math.round((100 * ups) / (ups + downs)) / 100;
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
      modhash: null,
      dist: children.length,
      before: before && pageToken(before),
      after: after && pageToken(after),
      children,
    },
  };
}
