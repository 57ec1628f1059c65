/** A page of posts as HTML and JSON; every listing of posts looks like this. Pure. */
import type { Community, Post } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import { commentsListing, newListing, type Ranking, type Scope } from "../model/listing.ts";
import { rankedKey, submitKey } from "./key.ts";
import type { Rendered, Site } from "./page-type.ts";
import { postLine } from "./post-line.ts";
import { listingJson, postJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

export type ListingTab = Ranking | "new";

export interface ListingPage {
  readonly scope: Scope;
  readonly tab: ListingTab;
  readonly key: string;
  /** The number people see; null for the head of a chronological listing. */
  readonly page: number | null;
  readonly posts: readonly Post[];
  readonly communities: ReadonlyMap<CommunityKey, Community>;
  /** Keys of the neighbouring pages: `before` holds better or newer posts. */
  readonly before: string | null;
  readonly after: string | null;
}

const TAB_LABELS: Readonly<Record<ListingTab | "comments", string>> = {
  hot: "Hot",
  new: "New",
  top: "Top",
  comments: "Comments",
};

export function viewListing(listing: ListingPage, site: Site): Rendered {
  const { scope, communities, posts, before, after } = listing;
  const community = scope === null ? null : (communities.get(scope) ?? null);
  const children = posts.map((post) => postJson(post, communities.get(post.community)));
  const html = renderTemplate("listing", {
    title: titleOf(listing, community),
    canonical: site.origin + listing.key,
    jsonPath: jsonPath(listing.key),
    community,
    communityPath: community && rankedKey("hot", community.key, 1),
    submitPath: community ? submitKey(community.key) : "/submit",
    tabs: tabsOf(scope, listing.tab),
    isNumbered: listing.page !== null && listing.page > 1,
    posts: posts.map((post) => postLine(post, communities.get(post.community))),
    before,
    after,
    isChronological: listing.tab === "new",
  });
  return {
    type: "page",
    status: 200,
    path: null,
    representations: [
      { type: "html", body: html },
      { type: "json", body: JSON.stringify(listingJson(children, before, after)) },
    ],
  };
}

function titleOf({ tab, page }: ListingPage, community: Community | null): string {
  const place = community ? `r/${community.name}` : "Cairn";
  const order = tab === "hot" ? "" : `${TAB_LABELS[tab]}: `;
  const number = page === null || page === 1 ? "" : `, page ${page}`;
  return `${order}${place}${number}`;
}

export function tabsOf(scope: Scope, current: ListingTab | "comments" | "log"): object[] {
  const tabs = [
    { tab: "hot", href: rankedKey("hot", scope, 1) },
    { tab: "new", href: newListing(scope) },
    { tab: "top", href: rankedKey("top", scope, 1) },
    { tab: "comments", href: commentsListing(scope) },
  ] as const;
  return tabs.map(({ tab, href }) => ({
    label: TAB_LABELS[tab],
    href,
    isCurrent: tab === current,
  }));
}

/** The JSON representation's path; the front page's has a slash before the dot. */
export function jsonPath(key: string): string {
  return `${key}.json`;
}
