/**
 * A post's own page. What its author deleted answers 410; the id of a repeated submission leads to
 * the post that the community already had.
 */
import { type Community, isVisible, type Post } from "../model/entities.ts";
import { isId, type PostId } from "../model/ids.ts";
import { renderMarkdown } from "../model/markup.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { rankedKey, submitKey, threadKey } from "./key.ts";
import { jsonPath } from "./listing-view.ts";
import { definePage, type Rendered, type Site } from "./page-type.ts";
import { postLine, postPath } from "./post-line.ts";
import { threadJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";

interface Params {
  readonly id: PostId;
}

interface Model {
  readonly post: Post;
  readonly community: Community | undefined;
}

export const threadPage = definePage<Params, Model>({
  name: "thread",
  path: "/r/{community}/comments/{id}/{slug} (key: /comments/{id})",
  tier: "write",
  parse(key) {
    const id = key.startsWith("/comments/") ? key.slice("/comments/".length) : "";
    return isId(id) ? { id: id as PostId } : null;
  },
  lane: () => "fast",
  affectedBy: affectedThreads,
  async *every(reads) {
    for await (const id of reads.threadIds()) yield threadKey(id);
  },
  load: loadThreads,
  view: viewThread,
});

function* affectedThreads(change: Change): Iterable<string> {
  for (const { after } of change.posts) yield threadKey(after.id);
  for (const id of change.aliases) yield threadKey(id);
}

async function loadThreads(reads: Reads, params: readonly Params[]): Promise<(Model | null)[]> {
  const ids = params.map(({ id }) => id);
  const aliases = await reads.aliases(ids);
  const posts = await reads.posts([...ids, ...aliases.values()]);
  const communities = await reads.communities(
    [...posts.values()].map(({ community }) => community),
  );
  return ids.map((id) => {
    const post = posts.get(aliases.get(id) ?? id);
    return post ? { post, community: communities.get(post.community) } : null;
  });
}

function viewThread({ id }: Params, { post, community }: Model, site: Site): Rendered {
  if (!isVisible(post)) return viewDeleted(post, community);
  if (id !== post.id) return { type: "redirect", status: 301, location: postPath(post) };
  const path = postPath(post);
  const html = renderTemplate("thread", {
    title: `${post.title} : ${community?.name ?? post.community}`,
    canonical: site.origin + path,
    jsonPath: jsonPath(path),
    community,
    communityPath: rankedKey("hot", post.community, 1),
    submitPath: submitKey(post.community),
    post: postLine(post, community),
    textHtml: post.text === null ? "" : renderMarkdown(post.text),
  });
  return {
    type: "page",
    status: 200,
    path,
    representations: [
      { type: "html", body: html },
      { type: "json", body: JSON.stringify(threadJson(post, community)) },
    ],
  };
}

/** Nothing of the post is left, not even its slug. */
function viewDeleted(post: Post, community: Community | undefined): Rendered {
  const html = renderTemplate("gone", {
    title: "Deleted",
    communityPath: rankedKey("hot", post.community, 1),
    communityName: community?.name ?? post.community,
  });
  return {
    type: "page",
    status: 410,
    path: null,
    representations: [
      { type: "html", body: html },
      { type: "json", body: JSON.stringify(threadJson(post, community)) },
    ],
  };
}
