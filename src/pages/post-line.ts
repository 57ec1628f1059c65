/** A post as listings and its own page show it: one line. Pure. */
import { type Community, type Post, score } from "../model/entities.ts";
import { personKey, postFullname } from "../model/ids.ts";
import { TRUSTED_SCORE } from "../model/limits.ts";
import { siteOf } from "../model/link.ts";
import { slugOf } from "../model/slug.ts";
import { personPath, rankedKey, threadPath } from "./key.ts";

export interface PostLine {
  /** The fullname, as forms send it. */
  readonly id: string;
  readonly title: string;
  /** Where the title leads: the link, or the post's own page. */
  readonly href: string;
  /** The link's `rel` attribute; empty for none. */
  readonly rel: string;
  readonly domain: string;
  /** Empty where the domain has no pages. */
  readonly domainPath: string;
  readonly score: number;
  readonly author: string;
  /** Empty for an author without pages. */
  readonly authorPath: string;
  /** ISO 8601; the overlay makes it relative. */
  readonly createdAt: string;
  readonly community: string;
  readonly communityPath: string;
  readonly path: string;
  readonly isAdult: boolean;
  readonly comments: number;
  /** "1 comment". */
  readonly commentsLabel: string;
}

export function postLine(post: Post, community: Community | undefined): PostLine {
  const path = postPath(post);
  return {
    id: postFullname(post.id),
    title: post.title,
    href: post.url ?? path,
    rel: post.url !== null && score(post) < TRUSTED_SCORE ? "nofollow ugc" : "",
    domain: displayDomain(post),
    domainPath: domainPath(post),
    score: score(post),
    author: post.author,
    authorPath: authorPath(post.author),
    createdAt: isoTime(post.createdAt),
    community: community?.name ?? post.community,
    communityPath: rankedKey("hot", post.community, 1),
    path,
    isAdult: post.isAdult,
    comments: post.comments,
    commentsLabel: post.comments === 1 ? "1 comment" : `${post.comments} comments`,
  };
}

/** Empty for an author who is gone, or whose name fits no path. */
export function authorPath(author: string): string {
  const person = personKey(author);
  return person === null ? "" : personPath(person);
}

export function postPath({ community, id, title }: Post): string {
  return threadPath(community, id, slugOf(title));
}

/** Reddit's: `self.programming` for a text post. */
export function displayDomain(post: Post): string {
  const url = post.url === null ? null : URL.parse(post.url);
  return url ? siteOf(url) : `self.${post.community}`;
}

function domainPath({ domains: [domain] }: Post): string {
  return domain === undefined ? "" : rankedKey("hot", { domain }, 1);
}

/** `2013-08-01T12:00:00Z`: whole seconds, no milliseconds. */
export function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
