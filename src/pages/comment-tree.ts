/**
 * One piece of a thread as nested comments, in each order. Pure. All orders show the same comments. A
 * deleted comment is a tombstone while something below it is visible, else it is not there.
 */
import { type Comment, isLocked, isVisible, type Post, score } from "../model/entities.ts";
import { type CommentId, commentFullname } from "../model/ids.ts";
import { livingPieces, type Piece } from "../model/piece.ts";
import { bestRank, controversialRank } from "../model/ranking.ts";
import { commentJson, replyPath, type Surroundings, tombstone } from "./comment-line.ts";
import { type CommentSort, pieceKey } from "./key.ts";
import { authorPath, isoTime } from "./post-line.ts";
import { listingJson } from "./reddit-json.ts";
import { renderTemplate } from "./templates.ts";
import { textHtml } from "./text-html.ts";

export interface CommentNode {
  readonly comment: Comment;
  readonly textHtml: string;
  readonly replies: readonly CommentNode[];
  /** Pieces that go on below this comment, in the order of their beginning. */
  readonly continuations: readonly Piece[];
}

/** Of the comments of a piece: the tree of those that are shown. */
export function commentTree(
  comments: readonly Comment[],
  pieces: readonly Piece[],
): readonly CommentNode[] {
  const here = new Set(comments.map(({ id }) => id));
  const answers = Map.groupBy(comments, ({ parent }) =>
    parent !== null && here.has(parent) ? parent : null,
  );
  const living = livingPieces(pieces);
  const continued = Map.groupBy(
    pieces.filter(({ name }) => living.has(name)),
    ({ parent }) => parent,
  );
  const build = (parent: CommentId | null): CommentNode[] =>
    (answers.get(parent) ?? []).flatMap((comment) => {
      const replies = build(comment.id);
      const continuations = continued.get(comment.id) ?? [];
      const isShown = isVisible(comment) || replies.length > 0 || continuations.length > 0;
      const html = isVisible(comment) ? textHtml(comment) : "";
      return isShown ? [{ comment, textHtml: html, replies, continuations }] : [];
    });
  return build(null);
}

const RANK: Readonly<Record<CommentSort, (comment: Comment) => number>> = {
  best: ({ ups, downs }) => bestRank(ups, downs),
  top: score,
  new: ({ createdAt }) => createdAt,
  controversial: ({ ups, downs }) => controversialRank(ups, downs),
  old: ({ createdAt }) => -createdAt,
};

/** Best first; ties by newer, then by id; `old` has its ties the other way round. */
export function sortNodes(nodes: readonly CommentNode[], sort: CommentSort): CommentNode[] {
  const rank = RANK[sort];
  const tie = sort === "old" ? -1 : 1;
  return [...nodes].sort(
    ({ comment: a }, { comment: b }) =>
      rank(b) - rank(a) ||
      tie * (b.createdAt - a.createdAt || b.id.length - a.id.length || (a.id < b.id ? 1 : -1)),
  );
}

export function treeHtml(nodes: readonly CommentNode[], sort: CommentSort, post: Post): string {
  return sortNodes(nodes, sort)
    .map((node) => nodeHtml(node, sort, post))
    .join("");
}

function nodeHtml(
  { comment, textHtml: html, replies, continuations }: CommentNode,
  sort: CommentSort,
  post: Post,
): string {
  const id = commentFullname(comment.id);
  const [continuation] = continuations;
  return renderTemplate("comment", {
    id,
    author: comment.author,
    authorPath: authorPath(comment.author),
    score: score(comment),
    createdAt: isoTime(comment.createdAt),
    textHtml: html,
    tombstone: isVisible(comment) ? "" : tombstone(comment),
    isRemoved: comment.standing === "removed",
    isEdited: comment.edit !== null,
    permalink: `#${id}`,
    replyPath: isOpen(post) ? replyPath(comment, continuation?.name) : "",
    repliesHtml: treeHtml(replies, sort, post),
    continuePath: continuation ? pieceKey(post.id, continuation.name) : "",
  });
}

/** Can anybody still answer? */
export function isOpen(post: Post): boolean {
  return isVisible(post) && !isLocked(post);
}

/** Where answers go on: what they answer, by fullname, and their level in the piece, from 0. */
interface More {
  /** The name of the piece; empty where there is none. */
  readonly piece: string;
  readonly parent: string;
  readonly depth: number;
}

/** Reddit's shape: a listing, whose things nest their replies in the same. */
export function treeJson(
  nodes: readonly CommentNode[],
  sort: CommentSort,
  surroundings: Surroundings,
  more: More,
): object {
  const children = sortNodes(nodes, sort).map(({ comment, replies, continuations }) => {
    const { id, depth } = comment;
    const piece = continuations[0]?.name ?? "";
    const isLeaf = replies.length === 0 && piece === "";
    const below = { piece, parent: commentFullname(id), depth: depth + 1 };
    const nested = isLeaf ? "" : treeJson(replies, sort, surroundings, below);
    return commentJson(comment, surroundings, nested);
  });
  return listingJson([...children, ...(more.piece === "" ? [] : [moreJson(more)])], null, null);
}

/** It names the first comment of the piece. How many there are, only that piece says. */
function moreJson({ piece: id, parent, depth }: More): object {
  const place = { count: 1, parent_id: parent, depth };
  return { kind: "more", data: { id, name: `t1_${id}`, ...place, children: [id] } };
}
