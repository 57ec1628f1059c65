/** Writing many imported comments at once, while nothing else runs; and reading what they join. */
import type { D1Database } from "@cloudflare/workers-types";
import { chunksOf } from "../model/chunks-of.ts";
import type { Comment } from "../model/entities.ts";
import type { CommentId, PostId } from "../model/ids.ts";
import type { Piece, Place } from "../model/piece.ts";
import { withoutDeparted } from "./bulk-authors.ts";
import { COMMENT_COLUMNS, toCommentRow } from "./comment-row.ts";
import { readPieces, upsertPieces } from "./conversation.ts";
import { bindChunks, fromJson, jsonChunks } from "./statements.ts";

export interface StoredPlace extends Place {
  readonly post: PostId;
}

/** Ids in one parameter: 24 characters each and their quotes stay far below D1's 2 MB. */
const IDS_PER_QUERY = 10_000;

/** Where those of the comments stand that are stored. */
export async function readPlaces(
  db: D1Database,
  ids: Iterable<CommentId>,
): Promise<Map<CommentId, StoredPlace>> {
  const select = db.prepare(
    `SELECT c.id, c.post, c.piece, c.depth
     FROM json_each(?1) q CROSS JOIN comment c ON c.id = q.value`,
  );
  const places = new Map<CommentId, StoredPlace>();
  for (const json of jsonChunks([...ids], IDS_PER_QUERY)) {
    const { results } = await select.bind(json).all<StoredPlace & { readonly id: CommentId }>();
    for (const { id, post, piece, depth } of results) places.set(id, { post, piece, depth });
  }
  return places;
}

/** Those of the posts that are stored, whatever their standing. */
export async function readStoredPosts(db: D1Database, ids: Iterable<PostId>): Promise<Set<PostId>> {
  const select = db.prepare("SELECT p.id FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value");
  const stored = new Set<PostId>();
  for (const json of jsonChunks([...ids], IDS_PER_QUERY)) {
    const { results } = await select.bind(json).all<{ readonly id: PostId }>();
    for (const { id } of results) stored.add(id);
  }
  return stored;
}

/** Of threads without comments there are none. */
export async function readAllPieces(
  db: D1Database,
  posts: Iterable<PostId>,
): Promise<Map<PostId, Piece[]>> {
  const pieces = new Map<PostId, Piece[]>();
  for (const ids of chunksOf([...posts], IDS_PER_QUERY)) {
    for (const [post, ofPost] of await readPieces(db, ids)) pieces.set(post, ofPost);
  }
  return pieces;
}

const INSERT_COMMENTS = `INSERT INTO comment (${COMMENT_COLUMNS})
  SELECT ${fromJson(COMMENT_COLUMNS)} FROM json_each(?1)`;

/**
 * One transaction, so that the pieces always say what is in them.
 * @param comments new ones
 * @param pieces all that the comments stand in, as they are with them
 */
export async function insertComments(
  db: D1Database,
  comments: readonly Comment[],
  pieces: readonly { readonly post: PostId; readonly piece: Piece }[],
): Promise<void> {
  const rows = (await withoutDeparted(db, comments)).map(toCommentRow);
  const inserts = bindChunks(db, INSERT_COMMENTS, rows);
  if (inserts.length > 0) await db.batch([...inserts, ...upsertPieces(db, pieces)]);
}
