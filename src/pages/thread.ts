/**
 * A post's own page, with the beginning of its thread. What its author deleted, or moderators
 * removed, answers 410, unless there are comments, which stay; the id of a repeated submission leads
 * to the post that the community already had.
 */
import { type Comment, isLocked, isVisible, type Post } from "../model/entities.ts";
import { isId, type PostId, postFullname } from "../model/ids.ts";
import { type OtherDiscussions, otherDiscussions } from "../model/link-group.ts";
import { MAIN_PIECE } from "../model/piece.ts";
import type { Reads } from "../store/reads.ts";
import { atomFeed, feedPath } from "./atom.ts";
import type { Change } from "./change.ts";
import { tombstone } from "./comment-line.ts";
import { isOpen } from "./comment-tree.ts";
import { describe, textOf } from "./description.ts";
import { duplicatesKey, rankedKey, submitKey, threadKey } from "./key.ts";
import { jsonPath } from "./listing-view.ts";
import {
  definePage,
  htmlAndJson,
  pageOf,
  type Rendered,
  type Representation,
  type Site,
} from "./page-type.ts";
import { postLine, postPath } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";
import { textHtml } from "./text-html.ts";
import {
  loadThreads,
  surroundingsOf,
  type ThreadModel,
  threadRepresentations,
} from "./thread-model.ts";

interface Params {
  readonly id: PostId;
}

interface Model extends ThreadModel {
  /** Of the same link; null where there are none. */
  readonly elsewhere: OtherDiscussions | null;
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
  load: loadMainPieces,
  view: viewThread,
});

function* affectedThreads(change: Change): Iterable<string> {
  for (const { after } of change.posts) yield threadKey(after.id);
  for (const { after } of change.comments)
    if (after.piece === MAIN_PIECE) yield threadKey(after.post);
  for (const { post, piece } of change.pieces) if (piece === MAIN_PIECE) yield threadKey(post);
  for (const id of change.aliases) yield threadKey(id);
  for (const { before, after } of change.linkGroups) {
    for (const id of new Set([...before, ...after])) {
      const [was, is] = [otherDiscussions(before, id), otherDiscussions(after, id)];
      if (was?.oldest !== is?.oldest || was?.others !== is?.others) yield threadKey(id);
    }
  }
}

async function loadMainPieces(reads: Reads, params: readonly Params[]): Promise<(Model | null)[]> {
  const ids = params.map(({ id }) => id);
  const aliases = await reads.aliases(ids);
  const posts = ids.map((id) => aliases.get(id) ?? id);
  const threads = await loadThreads(
    reads,
    posts.map((post) => ({ post, piece: MAIN_PIECE })),
  );
  const groups = await reads.linkGroups(
    threads.map((thread) => thread?.post.linkKey ?? null).filter((key) => key !== null),
  );
  return threads.map((thread) => {
    if (!thread) return null;
    const group = groups.get(thread.post.linkKey ?? "") ?? [];
    return { ...thread, elsewhere: otherDiscussions(group, thread.post.id) };
  });
}

function viewThread({ id }: Params, model: Model, site: Site): Rendered {
  const { post } = model;
  if (!isVisible(post) && (post.comments === 0 || id !== post.id)) return viewDeleted(model);
  if (id !== post.id) return { type: "redirect", status: 301, location: postPath(post) };
  return isVisible(post) ? viewVisible(model, site) : viewWithoutPost(model, site);
}

function viewVisible(model: Model, site: Site): Rendered {
  const { post, community, elsewhere } = model;
  const path = postPath(post);
  const fullname = postFullname(post.id);
  const line = postLine(post, community);
  // A link has no text of its own.
  const description =
    describe(textOf(textHtml(post))) ??
    `${line.domain} in r/${line.community}, and what people say about it.`;
  const title = `${post.title} : ${community?.name ?? post.community}`;
  const representations = threadRepresentations(model, path, site, (comments) =>
    renderTemplate("thread", {
      title,
      kind: "article",
      description,
      canonical: site.origin + path,
      jsonPath: jsonPath(path),
      feedPath: feedPath(path),
      community,
      communityPath: rankedKey("hot", post.community, 1),
      submitPath: submitKey(post.community),
      // Listings do not show the text.
      post: { ...line, isEdited: post.edit !== null },
      textHtml: textHtml(post),
      tombstone: "",
      isLocked: isLocked(post),
      commentCount: post.comments,
      // Answers go where the comments go on.
      replyForm: isOpen(post) ? { link: fullname, dest: comments.morePath } : null,
      otherDiscussions: elsewhere && { ...elsewhere, path: duplicatesKey(elsewhere.oldest) },
      ...comments,
    }),
  );
  const feed = threadFeed(model, title, path, site);
  return { type: "page", status: 200, path, representations: [...representations, feed] };
}

/** The comments stay; nothing of the post is left, not even its slug. */
function viewWithoutPost(model: ThreadModel, site: Site): Rendered {
  const { post, community } = model;
  const path = threadKey(post.id);
  const title = `${tombstone(post)} : ${community?.name ?? post.community}`;
  const representations = threadRepresentations(model, path, site, (comments) =>
    renderTemplate("thread", {
      title,
      canonical: site.origin + path,
      jsonPath: jsonPath(path),
      feedPath: feedPath(path),
      community,
      communityPath: rankedKey("hot", post.community, 1),
      submitPath: submitKey(post.community),
      post: { community: community?.name ?? post.community },
      textHtml: "",
      tombstone: tombstone(post),
      thingPath: thingPath(post),
      isLocked: false,
      commentCount: post.comments,
      replyForm: null,
      otherDiscussions: null,
      ...comments,
    }),
  );
  const feed = threadFeed(model, title, path, site);
  return pageOf(...representations, feed);
}

/** Comments in a thread's feed: who asks once an hour misses few of a lively one. */
const MAX_FEED_COMMENTS = 50;

/** The post, and the newest comments on its own page. */
function threadFeed(model: ThreadModel, title: string, path: string, site: Site): Representation {
  const { post } = model;
  const comments = model.comments.filter(isVisible).sort(byNewest).slice(0, MAX_FEED_COMMENTS);
  const things = [
    ...(isVisible(post) ? [{ type: "post", post } as const] : []),
    ...comments.map((comment) => ({ type: "comment", comment }) as const),
  ];
  const page = { title, path, key: threadKey(post.id), begunAt: post.createdAt };
  return atomFeed({ ...surroundingsOf(model), ...page, things }, site);
}

function byNewest(a: Comment, b: Comment): number {
  return b.createdAt - a.createdAt || b.id.length - a.id.length || (a.id < b.id ? 1 : -1);
}

/** Where moderators bring it back; empty for what its author deleted, which is final. */
function thingPath({ id, standing }: Post): string {
  return standing === "removed" ? `/api/thing?id=${postFullname(id)}` : "";
}

/** Nothing is left of the post, and nobody has said anything about it. */
export function viewDeleted(model: ThreadModel): Rendered {
  const { post, community } = model;
  const isRemoved = post.standing === "removed";
  const html = renderTemplate("gone", {
    title: isRemoved ? "Removed" : "Deleted",
    isRemoved,
    thingPath: thingPath(post),
    communityPath: rankedKey("hot", post.community, 1),
    communityName: community?.name ?? post.community,
  });
  const nothing = listingJson([], null, null);
  const representations = htmlAndJson(html, [nothing, nothing]);
  return { type: "page", status: 410, path: null, representations };
}
