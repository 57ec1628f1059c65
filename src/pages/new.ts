/**
 * Newest posts: of the site, of communities, and of domains. A domain has pages while one of its posts
 * is visible: nothing else says that it is there.
 */
import { type Community, isVisible, type Post } from "../model/entities.ts";
import type { CommunityKey, PostId } from "../model/ids.ts";
import { isDomainScope, newListing, type Scope } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import {
  type BlockPage,
  SIDE_LANES,
  type SlotsOfPage,
  splitChronologicalListing,
} from "./chronological-listing.ts";
import { splitListing } from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { viewListing } from "./listing-view.ts";
import type { Rendered, Site } from "./page-type.ts";

interface Posts {
  /** Newest first. */
  readonly posts: readonly Post[];
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

export const newest = splitChronologicalListing<Posts>(
  { heads: "/new · /r/{community}/new", blocks: "/new/{n} · /r/{community}/new/{n}" },
  {
    name: "new",
    separator: "/",
    isSparse: false,
    owns: (listing) => !isDomainScope(splitListing(listing).scope) && isNew(listing),
    async every(reads) {
      const communities = await reads.allCommunities();
      return [newListing(null), ...communities.map(({ key }) => newListing(key))];
    },
    begun: (change) => change.communities.map(({ key }) => newListing(key)),
    load: loadPosts,
    view: viewPosts,
  },
);

export const newOfDomain = splitChronologicalListing<Posts>(
  { heads: "/domain/{host}/new", blocks: "/domain/{host}/new/{n}" },
  {
    name: "new of a domain",
    separator: "/",
    isSparse: true,
    lanes: SIDE_LANES,
    owns: (listing) => isDomainScope(splitListing(listing).scope) && isNew(listing),
    async every(reads) {
      const domains = await reads.domainCounts();
      return [...domains.keys()].map((domain) => newListing({ domain }));
    },
    begun: () => [],
    load: loadPosts,
    view: viewPosts,
  },
);

function isNew(listing: string): boolean {
  return splitListing(listing).rest === "/new";
}

async function loadPosts(reads: Reads, pages: readonly SlotsOfPage[]): Promise<(Posts | null)[]> {
  const found = await reads.posts(pages.flatMap(({ ids }) => ids as PostId[]));
  const params = pages.map(({ listing }) => splitListing(listing));
  const communities = await readCommunitiesOf(reads, params, [...found.values()]);
  const domains = params.flatMap(({ scope }) => (isDomainScope(scope) ? [scope.domain] : []));
  const live = await reads.liveDomains(domains);
  const exists = (scope: Scope) =>
    isDomainScope(scope) ? live.has(scope.domain) : scope === null || communities.has(scope);
  return pages.map(({ ids }, index) => {
    if (!exists(params[index]?.scope ?? null)) return null;
    const posts = ids.map((id) => found.get(id as PostId)).filter((post) => post !== undefined);
    return { posts: posts.filter(isVisible), communities };
  });
}

function viewPosts(
  { listing, key, block, before, after }: BlockPage,
  { posts, communities }: Posts,
  site: Site,
): Rendered {
  const { scope } = splitListing(listing);
  return viewListing(
    { scope, tab: "new", key, page: block, posts, communities, before, after },
    site,
  );
}
