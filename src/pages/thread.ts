/**
 * A post's own page, with the beginning of its thread. What its author deleted, or moderators
 * removed, answers 410, unless
 * there are comments, which stay; the id of a repeated submission leads to the post that the
 * community already had.
 */
import { isLocked, isVisible } from "../model/entities.ts";
import { isId, type PostId, postFullname } from "../model/ids.ts";
import { renderMarkdown } from "../model/markup.ts";
import { MAIN_PIECE } from "../model/piece.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { tombstone } from "./comment-line.ts";
import { isOpen } from "./comment-tree.ts";
import { rankedKey, submitKey, threadKey } from "./key.ts";
import { jsonPath } from "./listing-view.ts";
import { definePage, type Rendered, type Site } from "./page-type.ts";
import { postLine, postPath } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";
import { loadThreads, type ThreadModel, threadRepresentations } from "./thread-model.ts";

interface Params {
  readonly id: PostId;
}

export const threadPage = definePage<Params, ThreadModel>({
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
  load: loadMainPieces,
  view: viewThread,
});

function* affectedThreads(change: Change): Iterable<string> {
  for (const { after } of change.posts) yield threadKey(after.id);
  for (const { after } of change.comments)
    if (after.piece === MAIN_PIECE) yield threadKey(after.post);
  for (const { post, piece } of change.pieces) if (piece === MAIN_PIECE) yield threadKey(post);
  for (const id of change.aliases) yield threadKey(id);
}

async function loadMainPieces(
  reads: Reads,
  params: readonly Params[],
): Promise<(ThreadModel | null)[]> {
  const ids = params.map(({ id }) => id);
  const aliases = await reads.aliases(ids);
  const posts = ids.map((id) => aliases.get(id) ?? id);
  return loadThreads(
    reads,
    posts.map((post) => ({ post, piece: MAIN_PIECE })),
  );
}

function viewThread({ id }: Params, model: ThreadModel, site: Site): Rendered {
  const { post } = model;
  if (!isVisible(post) && (post.comments === 0 || id !== post.id)) return viewDeleted(model);
  if (id !== post.id) return { type: "redirect", status: 301, location: postPath(post) };
  return isVisible(post) ? viewVisible(model, site) : viewWithoutPost(model, site);
}

function viewVisible(model: ThreadModel, site: Site): Rendered {
  const { post, community } = model;
  const path = postPath(post);
  const fullname = postFullname(post.id);
  const representations = threadRepresentations(model, path, (comments) =>
    renderTemplate("thread", {
      title: `${post.title} : ${community?.name ?? post.community}`,
      canonical: site.origin + path,
      jsonPath: jsonPath(path),
      community,
      communityPath: rankedKey("hot", post.community, 1),
      submitPath: submitKey(post.community),
      post: postLine(post, community),
      textHtml: post.text === null ? "" : renderMarkdown(post.text),
      tombstone: "",
      isLocked: isLocked(post),
      commentCount: post.comments,
      replyForm: isOpen(post) ? { link: fullname } : null,
      ...comments,
    }),
  );
  return { type: "page", status: 200, path, representations };
}

/** The comments stay; nothing of the post is left, not even its slug. */
function viewWithoutPost(model: ThreadModel, site: Site): Rendered {
  const { post, community } = model;
  const path = threadKey(post.id);
  const representations = threadRepresentations(model, path, (comments) =>
    renderTemplate("thread", {
      title: `${tombstone(post)} : ${community?.name ?? post.community}`,
      canonical: site.origin + path,
      jsonPath: jsonPath(path),
      community,
      communityPath: rankedKey("hot", post.community, 1),
      submitPath: submitKey(post.community),
      post: { community: community?.name ?? post.community },
      textHtml: "",
      tombstone: tombstone(post),
      isLocked: false,
      commentCount: post.comments,
      replyForm: null,
      ...comments,
    }),
  );
  return { type: "page", status: 200, path: null, representations };
}

/** Nothing is left of the post, and nobody has said anything about it. */
export function viewDeleted(model: ThreadModel): Rendered {
  const { post, community } = model;
  const isRemoved = post.standing === "removed";
  const html = renderTemplate("gone", {
    title: isRemoved ? "Removed" : "Deleted",
    isRemoved,
    communityPath: rankedKey("hot", post.community, 1),
    communityName: community?.name ?? post.community,
  });
  const nothing = listingJson([], null, null);
  return {
    type: "page",
    status: 410,
    path: null,
    representations: [
      { type: "html", body: html },
      { type: "json", body: JSON.stringify([nothing, nothing]) },
    ],
  };
}
