/** The rest of a thread: what does not fit on the post's own page, in pieces of bounded size. */
import { isLocked, isVisible } from "../model/entities.ts";
import { isId, type PostId, postFullname } from "../model/ids.ts";
import { MAIN_PIECE } from "../model/piece.ts";
import type { Change } from "./change.ts";
import { permalink, threadAddress, tombstone } from "./comment-line.ts";
import { isOpen } from "./comment-tree.ts";
import { pieceKey, rankedKey, submitKey } from "./key.ts";
import { jsonPath } from "./listing-view.ts";
import { definePage, pageOf, type Rendered, type Site } from "./page-type.ts";
import { renderTemplate } from "./templates.ts";
import { viewDeleted } from "./thread.ts";
import { loadThreads, type ThreadModel, threadRepresentations } from "./thread-model.ts";

interface Params {
  readonly post: PostId;
  readonly piece: string;
}

export const piecePage = definePage<Params, ThreadModel>({
  name: "piece of a thread",
  path: "/comments/{id}/_/{comment}",
  tier: "write",
  parse(key) {
    const [, post = "", piece = ""] = /^\/comments\/([^/]+)\/_\/([^/]+)$/.exec(key) ?? [];
    return isId(post) && isId(piece) ? { post: post as PostId, piece } : null;
  },
  lane: () => "fast",
  affectedBy: affectedPieces,
  async *every(reads) {
    for (const { post, piece } of await reads.continuations()) yield pieceKey(post, piece);
  },
  load: loadThreads,
  view: viewPiece,
});

function* affectedPieces(change: Change): Iterable<string> {
  for (const { after } of change.comments) {
    if (after.piece !== MAIN_PIECE) yield pieceKey(after.post, after.piece);
  }
  for (const { post, piece } of change.pieces) {
    if (piece !== MAIN_PIECE) yield pieceKey(post, piece);
  }
}

function viewPiece({ piece }: Params, model: ThreadModel, site: Site): Rendered {
  const { post, community } = model;
  if (!isVisible(post) && post.comments === 0) return viewDeleted(model);
  const key = pieceKey(post.id, piece);
  const title = isVisible(post) ? post.title : tombstone(post);
  const representations = threadRepresentations(model, key, site, (comments) =>
    renderTemplate("piece", {
      title: `${title} : ${community?.name ?? post.community}`,
      canonical: site.origin + key,
      jsonPath: jsonPath(key),
      community: community ?? { name: post.community },
      communityPath: rankedKey("hot", post.community, 1),
      submitPath: submitKey(post.community),
      threadPath: threadAddress(post),
      postTitle: title,
      parentPath: model.parent === null ? "" : permalink(model.parent, post),
      isLocked: isVisible(post) && isLocked(post),
      replyForm: isOpen(post) ? { link: postFullname(post.id), dest: key } : null,
      ...comments,
    }),
  );
  return pageOf(...representations);
}
