/**
 * What the ranked listings share: pages of 25 posts, 1,000 deep, for the site, for communities and, in
 * some orders, for domains. A domain without visible posts has no page.
 */
import type { Community, Post } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import {
  DOMAIN_RANKINGS,
  isDomainScope,
  type Ranking,
  rankingsIn,
  type Scope,
} from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import {
  MAX_RANKED_PAGES,
  PAGE_SIZE,
  parsePageNumber,
  RANKED_DEPTH,
  rankedKey,
  splitListing,
} from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { viewListing } from "./listing-view.ts";
import { definePage, type PageType } from "./page-type.ts";

interface RankedPage {
  readonly scope: Scope;
  readonly page: number;
}

interface Model {
  readonly posts: readonly Post[];
  readonly hasNext: boolean;
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

/** First pages are stored with others of their scope: they are a type of their own. */
export function splitRankedListing(
  ranking: Ranking,
  paths: { readonly first: string; readonly deep: string },
): { readonly first: PageType; readonly deep: PageType } {
  return {
    first: defineRankedListing(ranking, ranking, paths.first, ({ page }) => page === 1),
    deep: defineRankedListing(ranking, ranking, paths.deep, ({ page }) => page > 1),
  };
}

/** @param has are these among the type's pages? */
export function defineRankedListing(
  ranking: Ranking,
  name: string,
  path: string,
  has: (params: RankedPage) => boolean,
): PageType {
  const keyOf = ({ scope, page }: RankedPage) => rankedKey(ranking, scope, page);
  return definePage<RankedPage, Model>({
    name,
    path,
    tier: "write",
    parse(key) {
      const params = parseRankedKey(ranking, key);
      return params && has(params) ? params : null;
    },
    lane: ({ scope, page }) => (page > 1 ? "slow" : isDomainScope(scope) ? "side" : "fast"),
    *affectedBy(change) {
      for (const page of affectedRankedPages(ranking, change)) if (has(page)) yield keyOf(page);
    },
    async *every(reads) {
      for await (const page of everyRankedPage(ranking, reads)) if (has(page)) yield keyOf(page);
    },
    load: (reads, params) => loadRankedPages(ranking, reads, params),
    view({ scope, page }, model, site) {
      return viewListing(
        {
          scope,
          tab: ranking,
          key: keyOf({ scope, page }),
          page,
          posts: model.posts,
          communities: model.communities,
          before: page > 1 ? keyOf({ scope, page: page - 1 }) : null,
          after: model.hasNext && page < MAX_RANKED_PAGES ? keyOf({ scope, page: page + 1 }) : null,
        },
        site,
      );
    },
  });
}

function parseRankedKey(ranking: Ranking, key: string): RankedPage | null {
  const { scope, rest } = splitListing(key);
  if (!rankingsIn(scope).includes(ranking)) return null;
  if (key === rankedKey(ranking, scope, 1)) return { scope, page: 1 };
  const page = parsePageNumber(rest.split("/").at(-1), 2);
  const isOwn =
    page !== null && page <= MAX_RANKED_PAGES && key === rankedKey(ranking, scope, page);
  return isOwn ? { scope, page } : null;
}

function* affectedRankedPages(ranking: Ranking, change: Change): Iterable<RankedPage> {
  for (const { key } of change.communities) yield { scope: key, page: 1 };
  for (const { scope, from, to, lengthBefore, lengthAfter, ...moved } of change.ranked) {
    if (moved.ranking !== ranking) continue;
    for (let page = pageOf(from); page <= pageOf(to); page++) yield { scope, page };
    if (lengthBefore === lengthAfter) continue;
    yield { scope, page: lastPage(lengthBefore) };
    yield { scope, page: lastPage(lengthAfter) };
  }
}

/** The page, from 1, that shows a 0-based position. */
function pageOf(position: number): number {
  return Math.floor(position / PAGE_SIZE) + 1;
}

/** An empty listing has its first page too, and a domain's leaves it when it becomes empty. */
function lastPage(length: number): number {
  return Math.max(1, Math.ceil(Math.min(length, RANKED_DEPTH) / PAGE_SIZE));
}

async function* everyRankedPage(ranking: Ranking, reads: Reads): AsyncIterable<RankedPage> {
  const counts = await reads.rankedCounts(ranking);
  const all = [...counts.values()].reduce((sum, posts) => sum + posts, 0);
  const lengths: [Scope, number][] = [[null, all]];
  for (const { key } of await reads.allCommunities()) lengths.push([key, counts.get(key) ?? 0]);
  if (DOMAIN_RANKINGS.includes(ranking)) {
    for (const [domain, posts] of await reads.domainCounts()) lengths.push([{ domain }, posts]);
  }
  for (const [scope, length] of lengths) {
    for (let page = 1; page <= lastPage(length); page++) yield { scope, page };
  }
}

async function loadRankedPages(
  ranking: Ranking,
  reads: Reads,
  params: readonly RankedPage[],
): Promise<(Model | null)[]> {
  const slices = await reads.rankedSlices(
    params.map(({ scope, page }) => ({
      ranking,
      scope,
      from: (page - 1) * PAGE_SIZE,
      count: PAGE_SIZE + 1,
    })),
  );
  const communities = await readCommunitiesOf(reads, params, slices.flat());
  return params.map(({ scope, page }, index) => {
    const posts = slices[index] ?? [];
    const isNowhere = scope !== null && !isDomainScope(scope) && !communities.has(scope);
    const isFirst = page === 1 && !isDomainScope(scope);
    if (isNowhere || (posts.length === 0 && !isFirst)) return null;
    return { posts: posts.slice(0, PAGE_SIZE), hasNext: posts.length > PAGE_SIZE, communities };
  });
}
