/** Newest posts, of the site and of communities. */
import { type Community, isVisible, type Post } from "../model/entities.ts";
import type { CommunityKey, PostId } from "../model/ids.ts";
import { newListing } from "../model/listing.ts";
import { defineChronologicalListing } from "./chronological-listing.ts";
import { splitScope } from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { viewListing } from "./listing-view.ts";

interface Posts {
  /** Newest first. */
  readonly posts: readonly Post[];
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

export const newPage = defineChronologicalListing<Posts>({
  name: "new",
  path: "/new · /new/{n} · /r/{community}/new · /r/{community}/new/{n}",
  separator: "/",
  isSparse: false,
  owns: (listing) => splitScope(listing).rest === "/new",
  async every(reads) {
    const communities = await reads.allCommunities();
    return [newListing(null), ...communities.map(({ key }) => newListing(key))];
  },
  begun: (change) => change.communities.map(({ key }) => newListing(key)),
  async load(reads, pages) {
    const found = await reads.posts(pages.flatMap(({ ids }) => ids as PostId[]));
    const scopes = pages.map(({ listing }) => splitScope(listing));
    const communities = await readCommunitiesOf(reads, scopes, [...found.values()]);
    return pages.map(({ ids }, index) => {
      const scope = scopes[index]?.scope ?? null;
      if (scope !== null && !communities.has(scope)) return null;
      const posts = ids.map((id) => found.get(id as PostId)).filter((post) => post !== undefined);
      return { posts: posts.filter(isVisible), communities };
    });
  },
  view({ listing, key, block, before, after }, { posts, communities }, site) {
    const { scope } = splitScope(listing);
    return viewListing(
      { scope, tab: "new", key, page: block, posts, communities, before, after },
      site,
    );
  },
});
