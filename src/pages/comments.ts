/** Newest comments, of the site and of communities. */
import { type Comment, type Community, isVisible } from "../model/entities.ts";
import type { CommentId } from "../model/ids.ts";
import { commentsListing } from "../model/listing.ts";
import { atomFeed, feedPath } from "./atom.ts";
import { defineChronologicalListing } from "./chronological-listing.ts";
import { commentJson, commentLine, readCommentLines, type Surroundings } from "./comment-line.ts";
import { rankedKey, splitScope, submitKey } from "./key.ts";
import { jsonPath, tabsOf } from "./listing-view.ts";
import { htmlAndJson, pageOf } from "./page-type.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

interface Comments extends Surroundings {
  readonly community: Community | null;
  /** Newest first. */
  readonly comments: readonly Comment[];
}

export const commentsPage = defineChronologicalListing<Comments>({
  name: "comments",
  path: "/comments · /comments/-/{n} · /r/{community}/comments · /r/{community}/comments/-/{n}",
  separator: "/-/",
  isSparse: false,
  owns: (listing) => splitScope(listing).rest === "/comments",
  async every(reads) {
    const communities = await reads.allCommunities();
    return [commentsListing(null), ...communities.map(({ key }) => commentsListing(key))];
  },
  begun: (change) => change.communities.map(({ key }) => commentsListing(key)),
  async load(reads, pages) {
    const found = await readCommentLines(
      reads,
      pages.flatMap(({ ids }) => ids as CommentId[]),
    );
    const scopes = pages.map(({ listing }) => splitScope(listing).scope);
    const own = await reads.communities(scopes.filter((scope) => scope !== null));
    return pages.map(({ ids }, index) => {
      const scope = scopes[index] ?? null;
      const community = scope === null ? null : own.get(scope);
      if (community === undefined) return null;
      const comments = ids
        .map((id) => found.comments.get(id as CommentId))
        .filter((comment) => comment !== undefined);
      return { ...found, community, comments: comments.filter(isVisible) };
    });
  },
  view({ key, block, before, after }, things, site) {
    const { community, comments } = things;
    const place = community ? `r/${community.name}` : "Cairn";
    const title = `Comments: ${place}${block === null ? "" : `, page ${block}`}`;
    const begunAt = community?.createdAt ?? null;
    const named = { title, isOfSite: !community, path: key };
    const feed = { ...things, ...named, begunAt, things: comments.map(thingOf) };
    const html = renderTemplate("comments", {
      title,
      canonical: site.origin + key,
      jsonPath: jsonPath(key),
      feedPath: block === null ? feedPath(key) : null,
      community,
      communityPath: community && rankedKey("hot", community.key, 1),
      submitPath: community ? submitKey(community.key) : "/submit",
      tabs: tabsOf(community?.key ?? null, "comments"),
      isNumbered: block !== null,
      comments: comments.map((comment) => commentLine(comment, things)),
      before,
      after,
    });
    const children = comments.map((comment) => commentJson(comment, things, ""));
    return pageOf(
      ...htmlAndJson(html, listingJson(children, before, after)),
      ...(block === null ? [atomFeed(feed, site)] : []),
    );
  },
});

function thingOf(comment: Comment) {
  return { type: "comment", comment } as const;
}
