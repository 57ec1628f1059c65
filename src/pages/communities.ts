/** The list of communities, in the order of their names. */
import type { Community } from "../model/entities.ts";
import { blockKey, parsePageNumber, rankedKey } from "./key.ts";
import { jsonPath } from "./listing-view.ts";
import { definePage, htmlAndJson, pageOf } from "./page-type.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

interface Params {
  readonly page: number;
}

interface Model {
  readonly communities: readonly Community[];
  readonly hasNext: boolean;
}

/** A line each: what fits a page without becoming slow to scan. */
const COMMUNITIES_A_PAGE = 100;

const LIST = "/r";
/** Numbered pages; `-` is no community's name. */
const NUMBERED = "/r/-";

function keyOf(page: number): string {
  return page === 1 ? LIST : blockKey(NUMBERED, page);
}

export const communitiesPage = definePage<Params, Model>({
  name: "communities",
  path: "/r · /r/-/{n}",
  tier: "write",
  parse(key) {
    if (key === LIST) return { page: 1 };
    const page = key.startsWith(`${NUMBERED}/`)
      ? parsePageNumber(key.slice(NUMBERED.length + 1), 2)
      : null;
    return page === null ? null : { page };
  },
  lane: ({ page }) => (page === 1 ? "fast" : "slow"),
  *affectedBy(change) {
    for (let page = 1; page <= pagesFor(change.communityCount); page++) {
      if (change.communities.length > 0) yield keyOf(page);
    }
  },
  async *every(reads) {
    const communities = await reads.allCommunities();
    for (let page = 1; page <= pagesFor(communities.length); page++) yield keyOf(page);
  },
  async load(reads, params) {
    const all = await reads.allCommunities();
    return params.map(({ page }) => {
      const from = (page - 1) * COMMUNITIES_A_PAGE;
      const communities = all.slice(from, from + COMMUNITIES_A_PAGE);
      if (communities.length === 0 && page > 1) return null;
      return { communities, hasNext: all.length > from + COMMUNITIES_A_PAGE };
    });
  },
  view({ page }, { communities, hasNext }, site) {
    const before = page > 1 ? keyOf(page - 1) : null;
    const after = hasNext ? keyOf(page + 1) : null;
    const html = renderTemplate("communities", {
      title: page === 1 ? "Communities" : `Communities, page ${page}`,
      canonical: site.origin + keyOf(page),
      jsonPath: jsonPath(keyOf(page)),
      communities: communities.map((community) => ({
        ...community,
        path: rankedKey("hot", community.key, 1),
      })),
      before,
      after,
    });
    return pageOf(...htmlAndJson(html, communitiesJson(communities, before, after)));
  },
});

function pagesFor(communities: number): number {
  return Math.max(1, Math.ceil(communities / COMMUNITIES_A_PAGE));
}

/** Reddit's `t5` things. */
function communitiesJson(
  communities: readonly Community[],
  before: string | null,
  after: string | null,
): object {
  const children = communities.map(({ key, name, title, description, createdAt }) => ({
    kind: "t5",
    data: {
      id: key,
      name: `t5_${key}`,
      display_name: name,
      title,
      public_description: description,
      url: rankedKey("hot", key, 1),
      created_utc: createdAt,
    },
  }));
  return listingJson(children, before, after);
}
