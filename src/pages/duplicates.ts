/**
 * All visible posts of one link: "other discussions". One page for the whole group, under the id of
 * its oldest post, to which the others' addresses lead; a post that is alone has none.
 */
import type { Community, Post } from "../model/entities.ts";
import { type CommunityKey, isId, type PostId } from "../model/ids.ts";
import { type LinkGroup, otherDiscussions } from "../model/link-group.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { duplicatesKey } from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { jsonPath } from "./listing-view.ts";
import { definePage, type Rendered, type Site } from "./page-type.ts";
import { postLine } from "./post-line.ts";
import { listingJson, postJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

interface Params {
  readonly id: PostId;
}

interface Model {
  readonly oldest: PostId;
  /** Oldest first; none for a page that only leads to the oldest post's. */
  readonly posts: readonly Post[];
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

export const duplicatesPage = definePage<Params, Model>({
  name: "other discussions",
  path: "/duplicates/{id}",
  tier: "write",
  parse(key) {
    const id = key.startsWith("/duplicates/") ? key.slice("/duplicates/".length) : "";
    return isId(id) ? { id: id as PostId } : null;
  },
  lane: () => "fast",
  affectedBy: affectedDuplicates,
  async *every(reads) {
    for (const group of await reads.allLinkGroups()) {
      for (const id of group) yield duplicatesKey(id);
    }
  },
  load: loadGroups,
  view: viewGroup,
});

/** A post's address leads elsewhere than before, or is the one whose page shows all of them. */
function* affectedDuplicates(change: Change): Iterable<string> {
  for (const { before, after } of change.linkGroups) {
    for (const id of new Set([...before, ...after])) {
      const now = otherDiscussions(after, id)?.oldest;
      if (now === id || now !== otherDiscussions(before, id)?.oldest) yield duplicatesKey(id);
    }
  }
}

async function loadGroups(
  reads: Reads,
  params: readonly Params[],
): Promise<readonly (Model | null)[]> {
  const own = await reads.posts(params.map(({ id }) => id));
  const groups = await reads.linkGroups(
    [...own.values()].map(({ linkKey }) => linkKey).filter((key) => key !== null),
  );
  const groupOf = (id: PostId): LinkGroup => groups.get(own.get(id)?.linkKey ?? "") ?? [];
  const shown = params.flatMap(({ id }) => (groupOf(id)[0] === id ? groupOf(id) : []));
  const posts = await reads.posts(shown);
  const communities = await readCommunitiesOf(reads, [], [...posts.values()]);
  return params.map(({ id }) => {
    const found = otherDiscussions(groupOf(id), id);
    if (!found) return null;
    const group = found.oldest === id ? groupOf(id) : [];
    const members = group.map((member) => posts.get(member)).filter((post) => post !== undefined);
    return { oldest: found.oldest, posts: members, communities };
  });
}

function viewGroup({ id }: Params, { oldest, posts, communities }: Model, site: Site): Rendered {
  // The oldest post may be deleted, and then another page has them all.
  if (id !== oldest) return { type: "redirect", status: 302, location: duplicatesKey(oldest) };
  const key = duplicatesKey(oldest);
  const html = renderTemplate("duplicates", {
    title: `Discussions of ${posts[0]?.title}`,
    canonical: site.origin + key,
    jsonPath: jsonPath(key),
    posts: posts.map((post) => postLine(post, communities.get(post.community))),
  });
  const [first = [], ...others] = posts.map((post) =>
    postJson(post, communities.get(post.community), site),
  );
  const json = [listingJson([first], null, null), listingJson(others, null, null)];
  return {
    type: "page",
    status: 200,
    path: null,
    representations: [
      { type: "html", body: html },
      { type: "json", body: JSON.stringify(json) },
    ],
  };
}
