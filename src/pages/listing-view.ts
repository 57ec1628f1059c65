/** A page of posts as HTML and JSON; every listing of posts looks like this. Pure. */
import type { Community, Post } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import {
  commentsListing,
  isDomainScope,
  logListing,
  newListing,
  type Ranking,
  rankingsIn,
  type Scope,
  type SiteOrCommunity,
} from "../model/listing.ts";
import { TOP_WINDOWS, type TopWindow, windowListing } from "../model/window.ts";
import { atomFeed, feedPath } from "./atom.ts";
import { describe, SITE_DESCRIPTION } from "./description.ts";
import { rankedKey, submitKey } from "./key.ts";
import { htmlAndJson, pageOf, type Rendered, type Site } from "./page-type.ts";
import { postLine } from "./post-line.ts";
import { listedPostJson, listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

export type ListingTab = Ranking | "new" | "rising";

export interface ListingPage {
  readonly scope: Scope;
  readonly tab: ListingTab;
  /** Of top: the window, if it is not of all time. */
  readonly window?: TopWindow;
  readonly key: string;
  /** The number people see; null for the head of a chronological listing. */
  readonly page: number | null;
  readonly posts: readonly Post[];
  readonly communities: ReadonlyMap<CommunityKey, Community>;
  /** Keys of the neighbouring pages: `before` holds better or newer posts. */
  readonly before: string | null;
  readonly after: string | null;
}

type Tab = ListingTab | "comments" | "log";

const TAB_LABELS: Readonly<Record<Tab, string>> = {
  hot: "Hot",
  new: "New",
  rising: "Rising",
  top: "Top",
  controversial: "Controversial",
  comments: "Comments",
  log: "Moderators",
};

export function viewListing(listing: ListingPage, site: Site): Rendered {
  const { communities, posts, before, after } = listing;
  const children = posts.map((post) => listedPostJson(post, communities.get(post.community), site));
  return pageOf(
    ...htmlAndJson(listingHtml(listing, site), listingJson(children, before, after)),
    // What is new comes to the first page only.
    ...(before === null ? [listingFeed(listing, site)] : []),
  );
}

export function listingHtml(listing: ListingPage, site: Site): string {
  const { scope, posts, communities, before, after } = listing;
  const domain = isDomainScope(scope) ? scope.domain : null;
  const community = communityOf(listing);
  const isFirst = before === null;
  return renderTemplate("listing", {
    title: titleOf(listing),
    description: isFirst ? descriptionOf(listing) : null,
    canonical: site.origin + listing.key,
    jsonPath: jsonPath(listing.key),
    feedPath: isFirst ? feedPath(listing.key) : null,
    community,
    communityPath: community && rankedKey("hot", community.key, 1),
    domain,
    domainPath: domain && rankedKey("hot", { domain }, 1),
    submitPath: community ? submitKey(community.key) : "/submit",
    tabs: tabsOf(scope, listing.tab),
    windows:
      listing.tab === "top" && !isDomainScope(scope)
        ? windowTabs(scope, listing.window ?? "all")
        : [],
    isNumbered: isNumbered(listing),
    emptyText: emptyText(listing),
    posts: posts.map((post) => postLine(post, communities.get(post.community))),
    before,
    after,
    isChronological: listing.tab === "new",
    isDisputed: listing.tab === "controversial",
  });
}

function communityOf({ scope, communities }: ListingPage): Community | null {
  return scope === null || isDomainScope(scope) ? null : (communities.get(scope) ?? null);
}

function descriptionOf(listing: ListingPage): string | null {
  if (isDomainScope(listing.scope)) return null;
  const community = communityOf(listing);
  return community ? describe(community.description || community.title) : SITE_DESCRIPTION;
}

function listingFeed(listing: ListingPage, site: Site) {
  const { key, scope, posts, communities } = listing;
  const named = { title: titleOf(listing), isOfSite: scope === null, path: key };
  const things = posts.map((post) => ({ type: "post", post }) as const);
  const begunAt = communityOf(listing)?.createdAt ?? null;
  return atomFeed({ ...named, begunAt, things, posts: new Map(), communities }, site);
}

function titleOf(listing: ListingPage): string {
  const { scope, tab, window, page } = listing;
  const community = communityOf(listing);
  const own = isDomainScope(scope) ? scope.domain : "Cairn";
  const place = community ? `r/${community.name}` : own;
  const time = window ? ` of the ${window}` : "";
  const order = tab === "hot" ? "" : `${TAB_LABELS[tab]}${time}: `;
  const number = isNumbered(listing) ? `, page ${page}` : "";
  return `${order}${place}${number}`;
}

/** The first page of what is ranked is the listing itself; of what is new it is the oldest. */
function isNumbered({ tab, page }: ListingPage): boolean {
  return page !== null && (page > 1 || tab === "new");
}

function emptyText({ tab, window }: ListingPage): string {
  if (tab === "rising") return "Nothing rises here just now.";
  return `Not a stone on this heap ${window ? `in the last ${window}` : "yet"}.`;
}

export function tabsOf(scope: Scope, current: Tab): object[] {
  const [hot, ...others] = rankingsIn(scope).map((ranking) => ({
    tab: ranking,
    href: rankedKey(ranking, scope, 1),
  }));
  const newest = { tab: "new", href: newListing(scope) } as const;
  const own = isDomainScope(scope)
    ? []
    : [
        { tab: "rising", href: windowListing("rising", scope) } as const,
        ...others,
        { tab: "comments", href: commentsListing(scope) } as const,
      ];
  const log =
    scope === null || isDomainScope(scope)
      ? []
      : [{ tab: "log", href: logListing(scope) } as const];
  const tabs = [...(hot ? [hot] : []), newest, ...own, ...log];
  return tabs.map(({ tab, href }) => ({
    label: TAB_LABELS[tab],
    href,
    isCurrent: tab === current,
  }));
}

function windowTabs(scope: SiteOrCommunity, current: TopWindow | "all"): object[] {
  const windows = TOP_WINDOWS.map((window) => ({
    label: window as string,
    href: windowListing(window, scope),
    isCurrent: window === current,
  }));
  const all = { label: "all", href: rankedKey("top", scope, 1), isCurrent: current === "all" };
  return [...windows, all];
}

/** The JSON representation's path; the front page's has a slash before the dot. */
export function jsonPath(key: string): string {
  return `${key}.json`;
}
