/**
 * All visible posts of one link: "other discussions". One page for the whole group, under the id of
 * its oldest post, to which the others' addresses lead; a post that is alone has none. The id of a
 * repeated submission leads to the post that was there before, as its thread's does.
 */
import type { Community, Post } from "../model/entities.ts";
import { type CommunityKey, isId, type PostId } from "../model/ids.ts";
import { type LinkGroup, otherDiscussions } from "../model/link-group.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { duplicatesKey } from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { jsonPath } from "./listing-view.ts";
import { definePage, htmlAndJson, pageOf, type Rendered, type Site } from "./page-type.ts";
import { postLine } from "./post-line.ts";
import { listedPostJson, listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

interface Params {
  readonly id: PostId;
}

/** Of a repeated submission: the post that was there before. */
interface Repeated {
  readonly type: "repeated";
  readonly post: PostId;
}

interface Group {
  readonly type: "group";
  readonly oldest: PostId;
  /** Oldest first; none for a page that only leads to the oldest post's. */
  readonly posts: readonly Post[];
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

type Model = Repeated | Group;

export const duplicatesPage = definePage<Params, Model>({
  name: "other discussions",
  path: "/duplicates/{id}",
  tier: "write",
  parse(key) {
    const id = key.startsWith("/duplicates/") ? key.slice("/duplicates/".length) : "";
    return isId(id) ? { id: id as PostId } : null;
  },
  lane: () => "side",
  affectedBy: affectedDuplicates,
  async *every(reads) {
    for (const group of await reads.allLinkGroups()) {
      for (const id of group) yield duplicatesKey(id);
    }
    for (const id of await reads.aliasIds()) yield duplicatesKey(id);
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
  for (const id of change.aliases) yield duplicatesKey(id);
}

async function loadGroups(
  reads: Reads,
  params: readonly Params[],
): Promise<readonly (Model | null)[]> {
  const ids = params.map(({ id }) => id);
  const [own, aliases] = await Promise.all([reads.posts(ids), reads.aliases(ids)]);
  const groups = await reads.linkGroups(
    [...own.values()].map(({ linkKey }) => linkKey).filter((key) => key !== null),
  );
  const groupOf = (id: PostId): LinkGroup => groups.get(own.get(id)?.linkKey ?? "") ?? [];
  const shown = params.flatMap(({ id }) => (groupOf(id)[0] === id ? groupOf(id) : []));
  const posts = await reads.posts(shown);
  const communities = await readCommunitiesOf(reads, [], [...posts.values()]);
  return params.map(({ id }) => {
    const repeated = aliases.get(id);
    if (repeated !== undefined) return { type: "repeated", post: repeated };
    const found = otherDiscussions(groupOf(id), id);
    if (!found) return null;
    const group = found.oldest === id ? groupOf(id) : [];
    const members = group.map((member) => posts.get(member)).filter((post) => post !== undefined);
    return { type: "group", oldest: found.oldest, posts: members, communities };
  });
}

function viewGroup({ id }: Params, model: Model, site: Site): Rendered {
  if (model.type === "repeated") {
    return { type: "redirect", status: 301, location: duplicatesKey(model.post) };
  }
  const { oldest, posts, communities } = model;
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
    listedPostJson(post, communities.get(post.community), site),
  );
  const json = [listingJson([first], null, null), listingJson(others, null, null)];
  return pageOf(...htmlAndJson(html, json));
}
