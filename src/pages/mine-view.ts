/**
 * What somebody saved, hid, liked and disliked, as pages for them alone. Pure. Never a score or a
 * count: one vote would change the pages of everybody who voted for the same thing.
 */
import type { Comment, Post } from "../model/entities.ts";
import { commentFullname, postFullname } from "../model/ids.ts";
import { OWN_LISTINGS, type OwnListing } from "../model/listing.ts";
import {
  communityName,
  permalink,
  postUnder,
  type Surroundings,
  threadAddress,
} from "./comment-line.ts";
import { ownPath, rankedKey } from "./key.ts";
import { htmlAndJson, pageOf, type Rendered } from "./page-type.ts";
import { authorPath, displayDomain, isoTime, postPath } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";
import type { Thing } from "./thing.ts";

export type OwnTab = OwnListing | "inbox" | "written";

const LABELS: Readonly<Record<OwnTab, string>> = {
  inbox: "Inbox",
  written: "Written",
  saved: "Saved",
  hidden: "Hidden",
  liked: "Liked",
  disliked: "Disliked",
};

/** Keys of the neighbouring pages; `before` is newer. */
export interface Neighbours {
  readonly before: string | null;
  readonly after: string | null;
}

export function viewOwnThings(
  tab: OwnListing,
  things: readonly Thing[],
  surroundings: Surroundings,
  neighbours: Neighbours,
): Rendered {
  const { before, after } = paths(neighbours);
  const html = renderTemplate("mine", {
    ...ownFrame(tab),
    things: things.map((thing) => lineOf(thing, surroundings)),
    before,
    after,
  });
  const children = things.map((thing) => jsonOf(thing, surroundings));
  return pageOf(...htmlAndJson(html, listingJson(children, before, after)));
}

/** What all pages of one's own show around their things. */
export function ownFrame(tab: OwnTab): object {
  return {
    title: LABELS[tab],
    tab,
    tabs: (["inbox", "written", ...OWN_LISTINGS] as const).map((each) => ({
      label: LABELS[each],
      href: `/me/${each}`,
      isCurrent: each === tab,
    })),
  };
}

/** Addresses, as only their owner may ask for them. */
export function paths({ before, after }: Neighbours): Neighbours {
  return { before: before && ownPath(before), after: after && ownPath(after) };
}

function lineOf(thing: Thing, surroundings: Surroundings): object {
  const line = thing.type === "post" ? postOf(thing.post) : commentOf(thing.comment, surroundings);
  return {
    ...line,
    type: thing.type,
    authorPath: authorPath(line.author),
    createdAt: isoTime(line.createdAt),
    community: communityName(line.community, surroundings.communities),
    communityPath: rankedKey("hot", line.community, 1),
  };
}

function postOf(post: Post) {
  const { id, title, author, community, createdAt } = post;
  const shown = { id: postFullname(id), title, author, community, createdAt };
  return {
    ...shown,
    href: post.url ?? postPath(post),
    domain: displayDomain(post),
    path: postPath(post),
  };
}

function commentOf(comment: Comment, { posts }: Surroundings) {
  const post = postUnder(comment, posts);
  const { id, author, createdAt } = comment;
  const path = permalink(comment, post);
  const shown = { id: commentFullname(id), author, createdAt, community: post.community };
  return { ...shown, title: post.title, href: threadAddress(post), domain: "", path };
}

/** Reddit's shapes without what votes change. */
function jsonOf(thing: Thing, { posts, communities }: Surroundings): object {
  if (thing.type === "post") {
    const { id, title, author, url, community, createdAt } = thing.post;
    const permalink = postPath(thing.post);
    const subreddit = communityName(community, communities);
    const name = postFullname(id);
    const where = { url: url ?? permalink, permalink, subreddit };
    return { kind: "t3", data: { id, name, title, author, ...where, created_utc: createdAt } };
  }
  const { comment } = thing;
  const post = postUnder(comment, posts);
  return {
    kind: "t1",
    data: {
      id: comment.id,
      name: commentFullname(comment.id),
      link_id: postFullname(post.id),
      link_title: post.title,
      author: comment.author,
      subreddit: communityName(post.community, communities),
      permalink: permalink(comment, post),
      created_utc: comment.createdAt,
    },
  };
}
