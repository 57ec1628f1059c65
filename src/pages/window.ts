/**
 * The listings that the clock drives: the best of an hour, a day … a year, and rising. Their order is
 * rows that a tick writes; what else happens changes only how a line looks, or takes it away.
 */
import { type Community, isVisible, type Post } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import {
  RISING_DEPTH,
  TOP_DEPTH,
  TOP_WINDOWS,
  WINDOWS,
  type Window,
  windowListing,
} from "../model/window.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { blockKey, PAGE_SIZE, parsePageNumber, splitScope } from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { viewListing } from "./listing-view.ts";
import { definePage, type PageType } from "./page-type.ts";

interface Params {
  readonly window: Window;
  readonly scope: SiteOrCommunity;
  readonly page: number;
}

interface Model {
  readonly posts: readonly Post[];
  readonly hasNext: boolean;
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

/** First pages are stored together, with what is rising. */
export const windowFirst = defineWindowListing(
  "first pages of windows",
  "/top/{hour,day,week,month,year} · /rising · /r/{community}/top/{window} · /r/{community}/rising",
  WINDOWS,
  ({ page }) => page === 1,
);

export const windowDeep = defineWindowListing(
  "top of a window",
  "/top/{window}/{n} · /r/{community}/top/{window}/{n}",
  TOP_WINDOWS,
  ({ page }) => page > 1,
);

/** @param has are these among the type's pages? */
function defineWindowListing(
  name: string,
  path: string,
  windows: readonly Window[],
  has: (params: Params) => boolean,
): PageType {
  const keyOf = ({ window, scope, page }: Params) => windowKey(windowListing(window, scope), page);
  return definePage<Params, Model>({
    name,
    path,
    tier: "write",
    parse(key) {
      const params = parseWindowKey(windows, key);
      return params && has(params) ? params : null;
    },
    // Their order is a minute old anyway.
    lane: ({ page }) => (page === 1 ? "side" : "slow"),
    *affectedBy(change) {
      for (const page of affectedWindowPages(windows, change)) if (has(page)) yield keyOf(page);
    },
    async *every(reads) {
      for await (const page of everyWindowPage(windows, reads)) if (has(page)) yield keyOf(page);
    },
    load: loadWindowPages,
    view({ window, scope, page }, { posts, hasNext, communities }, site) {
      const keyAt = (page: number) => keyOf({ window, scope, page });
      const before = page > 1 ? keyAt(page - 1) : null;
      const after = hasNext ? keyAt(page + 1) : null;
      const shown = { scope, key: keyAt(page), page, posts, communities, before, after };
      return viewListing(
        window === "rising" ? { ...shown, tab: "rising" } : { ...shown, tab: "top", window },
        site,
      );
    },
  });
}

function windowKey(listing: string, page: number): string {
  return page === 1 ? listing : blockKey(listing, page);
}

function parseWindowKey(windows: readonly Window[], key: string): Params | null {
  const { scope } = splitScope(key);
  for (const window of windows) {
    const listing = windowListing(window, scope);
    if (key === listing) return { window, scope, page: 1 };
    if (!key.startsWith(`${listing}/`)) continue;
    const page = parsePageNumber(key.slice(listing.length + 1), 2);
    const depth = window === "rising" ? RISING_DEPTH : TOP_DEPTH;
    return page !== null && page <= pageOf(depth) ? { window, scope, page } : null;
  }
  return null;
}

/** The page that shows a slot; an empty listing has its first page too. */
function pageOf(slot: number): number {
  return Math.max(1, Math.ceil(slot / PAGE_SIZE));
}

function* affectedWindowPages(windows: readonly Window[], change: Change): Iterable<Params> {
  for (const { key: scope } of change.communities) {
    for (const window of windows) yield { window, scope, page: 1 };
  }
  for (const { listing, slots } of change.windows) {
    const first = parseWindowKey(windows, listing);
    if (first === null) continue;
    for (const page of new Set(slots.map(pageOf))) yield { ...first, page };
  }
}

async function* everyWindowPage(windows: readonly Window[], reads: Reads): AsyncIterable<Params> {
  const counts = await reads.windowCounts();
  const communities = await reads.allCommunities();
  for (const scope of [null, ...communities.map(({ key }) => key)]) {
    for (const window of windows) {
      const last = pageOf(counts.get(windowListing(window, scope)) ?? 0);
      for (let page = 1; page <= last; page++) yield { window, scope, page };
    }
  }
}

async function loadWindowPages(reads: Reads, params: readonly Params[]): Promise<(Model | null)[]> {
  const lists = await reads.windowLists(
    params.map(({ window, scope }) => windowListing(window, scope)),
  );
  const shown = params.map(({ page }, index) =>
    (lists[index] ?? []).slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
  );
  const found = await reads.posts(shown.flat());
  const communities = await readCommunitiesOf(reads, params, [...found.values()]);
  return params.map(({ scope, page }, index) => {
    const ids = shown[index] ?? [];
    const exists = scope === null || communities.has(scope);
    if (!exists || (page > 1 && ids.length === 0)) return null;
    const posts = ids.map((id) => found.get(id)).filter((post) => post !== undefined);
    const hasNext = (lists[index]?.length ?? 0) > page * PAGE_SIZE;
    return { posts: posts.filter(isVisible), hasNext, communities };
  });
}
