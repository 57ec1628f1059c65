/** Comments, and the pieces of threads: reads and writes of their rows. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Comment } from "../model/entities.ts";
import type { CommentId, PostId } from "../model/ids.ts";
import type { Piece } from "../model/piece.ts";
import { COMMENT_COLUMNS, type CommentRow, fromCommentRow, toCommentRow } from "./comment-row.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

const SELECT_COMMENT = `SELECT ${COMMENT_COLUMNS.replace(/\w+/g, "c.$&")}`;

/** Whatever their standing. */
export async function readComments(
  db: D1Database,
  ids: readonly CommentId[],
): Promise<Map<CommentId, Comment>> {
  const results = await askAbout<CommentRow>(
    db,
    `${SELECT_COMMENT} FROM json_each(?1) q CROSS JOIN comment c ON c.id = q.value`,
    ids,
  );
  return new Map(results.map((row) => [row.id as CommentId, fromCommentRow(row)]));
}

/** A piece of a thread. */
export interface PieceRef {
  readonly post: PostId;
  readonly piece: string;
}

/** The comments of each piece, in no order. */
export async function readPieceComments(
  db: D1Database,
  refs: readonly PieceRef[],
): Promise<Comment[][]> {
  const { results } = await db
    .prepare(
      `${SELECT_COMMENT}, q.key AS ref FROM json_each(?1) q CROSS JOIN comment c
         ON c.post = q.value ->> 'post' AND c.piece = q.value ->> 'piece'`,
    )
    .bind(JSON.stringify(refs))
    .all<CommentRow & { ref: number }>();
  const comments = refs.map((): Comment[] => []);
  for (const row of results) comments[row.ref]?.push(fromCommentRow(row));
  return comments;
}

interface PieceRow extends Piece {
  readonly post: PostId;
}

/** All pieces of the threads of these posts; nothing for a post without comments. */
export async function readPieces(
  db: D1Database,
  posts: readonly PostId[],
): Promise<Map<PostId, Piece[]>> {
  const results = await askAbout<PieceRow>(
    db,
    `SELECT p.post, p.name, p.parent, p.above, p.comments, p.visible, p.chars
       FROM json_each(?1) q CROSS JOIN piece p ON p.post = q.value`,
    posts,
  );
  return Map.groupBy(results, ({ post }) => post);
}

/** Every piece but the main ones, which are their posts' own pages. */
export async function readContinuations(db: D1Database): Promise<PieceRef[]> {
  const { results } = await db
    .prepare("SELECT post, name AS piece FROM piece WHERE name <> ''")
    .all<PieceRef>();
  return results;
}

/** Ids of all comments on these posts, and who wrote them. */
export async function readDiscussion(
  db: D1Database,
  posts: readonly PostId[],
): Promise<{ id: CommentId; author: string }[]> {
  const results = await askAbout<{ id: CommentId; author: string }>(
    db,
    `SELECT c.id, c.author FROM json_each(?1) q CROSS JOIN comment c ON c.post = q.value`,
    posts,
  );
  return results;
}

const UPSERT_COMMENTS = `INSERT INTO comment (${COMMENT_COLUMNS})
  SELECT ${fromJson(COMMENT_COLUMNS)} FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO UPDATE SET author = excluded.author, ups = excluded.ups, downs = excluded.downs,
    standing = excluded.standing, data = excluded.data`;

export function upsertComments(
  db: D1Database,
  comments: readonly Comment[],
): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_COMMENTS, comments.map(toCommentRow));
}

const UPSERT_PIECES = `INSERT INTO piece (post, name, parent, above, comments, visible, chars)
  SELECT ${fromJson("post, name, parent, above, comments, visible, chars")} FROM json_each(?1) WHERE true
  ON CONFLICT (post, name) DO UPDATE SET comments = excluded.comments,
    visible = excluded.visible, chars = excluded.chars`;

export function upsertPieces(
  db: D1Database,
  pieces: readonly { readonly post: PostId; readonly piece: Piece }[],
): D1PreparedStatement[] {
  const rows = pieces.map(({ post, piece }) => ({ post, ...piece }));
  return bindChunks(db, UPSERT_PIECES, rows);
}
