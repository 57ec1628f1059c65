/** A comment as D1 stores it. New properties go into the JSON column `data`, as a post's do. */
import type { Comment, Edit, Standing, Verdict } from "../model/entities.ts";
import type { CommentId, PostId } from "../model/ids.ts";

export interface CommentRow {
  readonly id: string;
  readonly post: string;
  readonly parent: string | null;
  readonly piece: string;
  readonly depth: number;
  readonly author: string;
  readonly created_at: number;
  readonly ups: number;
  readonly downs: number;
  readonly standing: string;
  readonly data: string;
}

interface CommentData {
  readonly text: string;
  readonly edit?: Edit;
  readonly verdict?: Verdict;
}

/** The columns in the order in which every statement of this folder writes and reads them. */
export const COMMENT_COLUMNS =
  "id, post, parent, piece, depth, author, created_at, ups, downs, standing, data";

export function toCommentRow(comment: Comment): CommentRow {
  const data: CommentData = {
    text: comment.text,
    ...(comment.edit === null ? {} : { edit: comment.edit }),
    ...(comment.verdict === null ? {} : { verdict: comment.verdict }),
  };
  return {
    id: comment.id,
    post: comment.post,
    parent: comment.parent,
    piece: comment.piece,
    depth: comment.depth,
    author: comment.author,
    created_at: comment.createdAt,
    ups: comment.ups,
    downs: comment.downs,
    standing: comment.standing,
    data: JSON.stringify(data),
  };
}

export function fromCommentRow(row: CommentRow): Comment {
  const data = JSON.parse(row.data) as CommentData;
  return {
    id: row.id as CommentId,
    post: row.post as PostId,
    parent: row.parent as CommentId | null,
    piece: row.piece,
    depth: row.depth,
    author: row.author,
    text: data.text,
    createdAt: row.created_at,
    ups: row.ups,
    downs: row.downs,
    standing: row.standing as Standing,
    edit: data.edit ?? null,
    verdict: data.verdict ?? null,
  };
}
