/**
 * What somebody wrote, for themselves: with what moderators removed, because nothing here says that
 * they did. What they deleted themselves is gone here too.
 */
import { type Comment, isVisible, type Post } from "../model/entities.ts";
import { commentFullname, postFullname } from "../model/ids.ts";
import { renderMarkdown } from "../model/markup.ts";
import type { Reads } from "../store/reads.ts";
import { defineChronologicalListing, type SlotsOfPage } from "./chronological-listing.ts";
import {
  communityName,
  lastingLink,
  postUnder,
  type Surroundings,
  tombstone,
} from "./comment-line.ts";
import { rankedKey, splitOwn, threadKey } from "./key.ts";
import { type Neighbours, ownFrame, paths } from "./mine-view.ts";
import { readNamedThings } from "./named-things.ts";
import { htmlAndJson, pageOf, type Rendered } from "./page-type.ts";
import { displayDomain, isoTime } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";
import type { Thing } from "./thing.ts";

interface Written extends Surroundings {
  readonly things: readonly Thing[];
}

function owns(listing: string): boolean {
  return splitOwn(listing)?.rest === "/written";
}

export const writtenPage = defineChronologicalListing<Written>({
  name: "mine: written",
  path: "/me/written · /me/written/{n} (key: ~{name}/written)",
  separator: "/",
  isSparse: true,
  lanes: { head: "private", block: "private" },
  owns,
  every: async (reads) => (await reads.privateListings()).filter(owns),
  begun: () => [],
  load: loadWritten,
  view: ({ before, after }, { things, ...surroundings }) =>
    viewWritten(things, surroundings, { before, after }),
});

async function loadWritten(reads: Reads, pages: readonly SlotsOfPage[]): Promise<Written[]> {
  const names = pages.flatMap(({ ids }) => ids);
  const { posts, comments, surroundings } = await readNamedThings(reads, names);
  const things = new Map<string, Thing>();
  for (const post of posts.values()) {
    if (post.standing !== "deleted") things.set(postFullname(post.id), { type: "post", post });
  }
  for (const comment of comments.values()) {
    if (comment.standing === "deleted") continue;
    things.set(commentFullname(comment.id), { type: "comment", comment });
  }
  return pages.map(({ ids }) => ({
    ...surroundings,
    things: ids.map((id) => things.get(id)).filter((thing) => thing !== undefined),
  }));
}

export function viewWritten(
  things: readonly Thing[],
  surroundings: Surroundings,
  neighbours: Neighbours,
): Rendered {
  const { before, after } = paths(neighbours);
  const lines = things.map((thing) =>
    thing.type === "post"
      ? postOf(thing.post, surroundings)
      : commentOf(thing.comment, surroundings),
  );
  const html = renderTemplate("written", {
    ...ownFrame("written"),
    things: lines.map(({ html }) => html),
    before,
    after,
  });
  const children = lines.map(({ json }) => json);
  return pageOf(...htmlAndJson(html, listingJson(children, before, after)));
}

/** Without votes and counts, as all that is private; by its id, as nothing says what is visible. */
function postOf(post: Post, { communities }: Surroundings) {
  const id = postFullname(post.id);
  const path = threadKey(post.id);
  const community = communityName(post.community, communities);
  const html = {
    id,
    isComment: false,
    path,
    title: post.title,
    href: post.url ?? path,
    domain: displayDomain(post),
    community,
    communityPath: rankedKey("hot", post.community, 1),
    createdAt: isoTime(post.createdAt),
    textHtml: post.text === null ? "" : renderMarkdown(post.text),
  };
  const data = {
    id: post.id,
    name: id,
    title: post.title,
    url: post.url ?? path,
    permalink: path,
    subreddit: community,
    selftext: post.text ?? "",
    created_utc: post.createdAt,
  };
  return { html, json: { kind: "t3", data } };
}

function commentOf(comment: Comment, { posts, communities }: Surroundings) {
  const post = postUnder(comment, posts);
  const id = commentFullname(comment.id);
  const path = lastingLink(comment);
  // Nothing here tells an author that what they wrote was removed.
  const isOwn = post.standing === "removed" && post.author === comment.author;
  const title = isVisible(post) || isOwn ? post.title : tombstone(post);
  const community = communityName(post.community, communities);
  const html = {
    id,
    isComment: true,
    path,
    title,
    href: threadKey(post.id),
    domain: "",
    community,
    communityPath: rankedKey("hot", post.community, 1),
    createdAt: isoTime(comment.createdAt),
    textHtml: renderMarkdown(comment.text),
  };
  const data = {
    id: comment.id,
    name: id,
    link_id: postFullname(post.id),
    link_title: title,
    subreddit: community,
    body: comment.text,
    permalink: path,
    created_utc: comment.createdAt,
  };
  return { html, json: { kind: "t1", data } };
}
