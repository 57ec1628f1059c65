/** What a piece of a thread is rendered from, and what its pages share. */
import type { Comment, Community, Post } from "../model/entities.ts";
import { isVisible } from "../model/entities.ts";
import { type CommentId, commentFullname, postFullname } from "../model/ids.ts";
import { byBeginning, livingPieces, MAIN_PIECE, type Piece } from "../model/piece.ts";
import type { PieceRef } from "../store/conversation.ts";
import type { Reads } from "../store/reads.ts";
import { type Surroundings, tombstone } from "./comment-line.ts";
import { type CommentNode, commentTree, treeHtml, treeJson } from "./comment-tree.ts";
import { COMMENT_SORTS, type CommentSort, pieceKey, threadKey } from "./key.ts";
import type { Representation, Site } from "./page-type.ts";
import { listingJson, postJson } from "./reddit-json.ts";

export interface ThreadModel {
  readonly post: Post;
  readonly community: Community | undefined;
  readonly piece: string;
  readonly comments: readonly Comment[];
  /** All pieces of the thread, in the order of their beginning. */
  readonly pieces: readonly Piece[];
  /** The comment that this piece continues; null when it answers the post. */
  readonly parent: Comment | null;
}

/** Null where there is no such post, or piece. */
export async function loadThreads(
  reads: Reads,
  refs: readonly PieceRef[],
): Promise<(ThreadModel | null)[]> {
  const ids = refs.map(({ post }) => post);
  const [posts, pieces, comments] = await Promise.all([
    reads.posts(ids),
    reads.pieces(ids),
    reads.pieceComments(refs),
  ]);
  const parentOf = ({ post, piece }: PieceRef) =>
    aboveOf({ piece, pieces: pieces.get(post) ?? [] });
  const [communities, parents] = await Promise.all([
    reads.communities([...posts.values()].map(({ community }) => community)),
    reads.comments(refs.map(parentOf).filter((id) => id !== null)),
  ]);
  return refs.map(({ post: id, piece }, index) => {
    const post = posts.get(id);
    const ofPost = [...(pieces.get(id) ?? [])].sort(byBeginning);
    const exists = piece === MAIN_PIECE || ofPost.some(({ name }) => name === piece);
    if (!post || !exists) return null;
    const community = communities.get(post.community);
    const above = parentOf({ post: id, piece });
    const parent = above === null ? null : (parents.get(above) ?? null);
    return { post, community, piece, comments: comments[index] ?? [], pieces: ofPost, parent };
  });
}

/** The comment that the piece continues; null when it answers the post. */
function aboveOf({ piece, pieces }: Pick<ThreadModel, "piece" | "pieces">): CommentId | null {
  const parent = pieces.find(({ name }) => name === piece)?.parent ?? null;
  return parent as CommentId | null;
}

/** The piece that goes on where this one ends, below the same parent; empty ones are passed over. */
function nextPiece(model: ThreadModel): string {
  const { piece, pieces } = model;
  const parent = aboveOf(model);
  const siblings = pieces.filter((each) => each.parent === parent);
  const later = siblings.slice(siblings.findIndex(({ name }) => name === piece) + 1);
  const living = livingPieces(pieces);
  return later.find(({ name }) => living.has(name))?.name ?? "";
}

const LABELS: Readonly<Record<CommentSort, string>> = {
  best: "Best",
  top: "Top",
  new: "New",
  controversial: "Controversial",
  old: "Old",
};

/** One HTML representation for each order, and the JSON of the default one. */
export function threadRepresentations(
  model: ThreadModel,
  path: string,
  site: Site,
  render: (comments: {
    readonly sorts: object[];
    readonly commentsHtml: string;
    /** Nothing of them is left. */
    readonly isEmpty: boolean;
    readonly morePath: string;
  }) => string,
): Representation[] {
  const { post, comments, pieces } = model;
  const tree = commentTree(comments, pieces);
  const next = nextPiece(model);
  // Without two comments that are shown every order is the same, and so is the page.
  const isOrdered = comments.length > 1 && tree.length > 0;
  const html = (isOrdered ? COMMENT_SORTS : COMMENT_SORTS.slice(0, 1)).map(
    (sort): Representation => ({
      type: "html",
      sort,
      body: render({
        sorts: isOrdered ? sortLinks(path, sort) : [],
        commentsHtml: treeHtml(tree, sort, post),
        isEmpty: tree.length === 0,
        morePath: next === "" ? "" : pieceKey(post.id, next),
      }),
    }),
  );
  return [...html, { type: "json", body: JSON.stringify(threadJson(model, tree, site)) }];
}

function sortLinks(path: string, current: CommentSort): object[] {
  return COMMENT_SORTS.map((sort) => ({
    label: LABELS[sort],
    href: sort === COMMENT_SORTS[0] ? path : `${path}?sort=${sort}`,
    isCurrent: sort === current,
  }));
}

/**
 * A post and its comments. From all pieces but the main one the post is missing: its score and its
 * number of comments would have every piece written for every vote. One that has gone has neither.
 */
function threadJson(model: ThreadModel, tree: readonly CommentNode[], site: Site): object {
  const { post } = model;
  const above = aboveOf(model);
  const parent = above === null ? postFullname(post.id) : commentFullname(above);
  const next = { piece: nextPiece(model), parent, depth: 0 };
  return [
    listingJson(firstListing(model, site), null, null),
    treeJson(tree, COMMENT_SORTS[0], surroundingsOf(model), next),
  ];
}

function firstListing(model: ThreadModel, site: Site): object[] {
  const { post, community, piece } = model;
  if (!isVisible(post)) return [goneJson(model, site)];
  return piece === MAIN_PIECE ? [postJson(post, community, site)] : [];
}

/** Reddit's clients expect a post above its comments: nothing of what it was is in it. */
function goneJson({ post, community, piece, comments }: ThreadModel, site: Site): object {
  const gone = tombstone(post);
  const nothing = { url: null, ups: 0, downs: 0, isAdult: false, edit: null, lock: null };
  const said = piece === MAIN_PIECE ? post.comments : comments.filter(isVisible).length;
  const shown = { ...post, ...nothing, author: gone, title: gone, text: gone, comments: said };
  return postJson(shown, community, site, threadKey(post.id));
}

/** What a line of any of its comments needs. */
export function surroundingsOf({ post, community }: ThreadModel): Surroundings {
  return {
    posts: new Map([[post.id, post]]),
    communities: new Map(community ? [[community.key, community]] : []),
  };
}
