/** Rows of posts, and the ids that lead to them. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Post } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import {
  COUNTED_COLUMNS,
  fromPostRow,
  POST_COLUMNS,
  type PostRow,
  SELECT_POST,
  toCountedRow,
  toPostRow,
} from "./post-row.ts";
import { askAbout, bindChunks, fromJson, jsonChunks } from "./statements.ts";

/** The id of a repeated submission, and the post that it leads to. */
export interface Alias {
  readonly id: PostId;
  readonly post: PostId;
}

/** Ids read at a time when all are walked. */
const WALK_ROWS = 5000;

/** Whatever their standing. */
export async function readPosts(
  db: D1Database,
  ids: readonly PostId[],
): Promise<Map<PostId, Post>> {
  const results = await askAbout<PostRow>(
    db,
    `${SELECT_POST} FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value`,
    ids,
  );
  return new Map(results.map((row) => [row.id as PostId, fromPostRow(row)]));
}

/** Id → the post it leads to, for those of the ids that are aliases. */
export async function readAliases(
  db: D1Database,
  ids: readonly PostId[],
): Promise<Map<PostId, PostId>> {
  const results = await askAbout<{ id: PostId; post: PostId }>(
    db,
    "SELECT a.id, a.post FROM json_each(?1) q CROSS JOIN alias a ON a.id = q.value",
    ids,
  );
  return new Map(results.map(({ id, post }) => [id, post]));
}

export async function readAliasIds(db: D1Database): Promise<PostId[]> {
  const { results } = await db.prepare("SELECT id FROM alias ORDER BY id").all<{ id: PostId }>();
  return results.map(({ id }) => id);
}

/** The ids that lead to any of these posts. */
export async function readAliasesOf(db: D1Database, posts: readonly PostId[]): Promise<PostId[]> {
  const results = await askAbout<{ id: PostId }>(
    db,
    "SELECT a.id FROM json_each(?1) q CROSS JOIN alias a ON a.post = q.value",
    posts,
  );
  return results.map(({ id }) => id);
}

/** Ids of all posts and aliases: every id that has a page. */
export async function* walkThreadIds(db: D1Database): AsyncGenerator<PostId> {
  const statement = db.prepare(
    `SELECT id FROM (SELECT id FROM post WHERE id > ?1 UNION ALL SELECT id FROM alias WHERE id > ?1)
     ORDER BY id LIMIT ${WALK_ROWS}`,
  );
  let last = "";
  while (true) {
    const { results } = await statement.bind(last).all<{ id: PostId }>();
    for (const { id } of results) yield id;
    const end = results.at(-1);
    if (!end || results.length < WALK_ROWS) return;
    last = end.id;
  }
}

export function insertAliases(db: D1Database, aliases: readonly Alias[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `INSERT INTO alias (id, post) SELECT ${fromJson("id, post")} FROM json_each(?1) WHERE true
         ON CONFLICT (id) DO NOTHING`,
    aliases,
  );
}

const UPSERT_POSTS = `INSERT INTO post (${POST_COLUMNS})
  SELECT ${fromJson(POST_COLUMNS)} FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO UPDATE SET author = excluded.author, ups = excluded.ups,
    downs = excluded.downs,
    score = excluded.score, hot = excluded.hot,
    controversial = excluded.controversial, tallied_at = excluded.tallied_at,
    comments = excluded.comments, data = excluded.data`;

/** On its own: every index is of visible posts, and would be written again with each vote. */
const UPDATE_STANDINGS = `UPDATE post SET standing = q.value ->> 'standing' FROM json_each(?1) q
  WHERE post.id = q.value ->> 'id' AND post.standing <> q.value ->> 'standing'`;

export function upsertPosts(db: D1Database, posts: readonly Post[]): D1PreparedStatement[] {
  return jsonChunks(posts.map(toPostRow)).flatMap((json) => [
    db.prepare(UPSERT_POSTS).bind(json),
    db.prepare(UPDATE_STANDINGS).bind(json),
  ]);
}

const UPDATE_COUNTS = `UPDATE post SET ${COUNTED_COLUMNS.map(
  (column) => `${column} = q.value ->> '${column}'`,
).join(", ")} FROM json_each(?1) q WHERE post.id = q.value ->> 'id'`;

/** What votes and comments change of posts that are there: far less than all of them, with their text. */
export function updateCounts(db: D1Database, posts: readonly Post[]): D1PreparedStatement[] {
  return bindChunks(db, UPDATE_COUNTS, posts.map(toCountedRow));
}

const UPDATE_COMMENTS = `UPDATE post SET comments = q.value ->> 'comments' FROM json_each(?1) q
  WHERE post.id = q.value ->> 'id'`;

/** On its own: SQLite writes every index whose column is set, even to what it was. */
export function updateCommentCounts(db: D1Database, posts: readonly Post[]): D1PreparedStatement[] {
  const rows = posts.map(({ id, comments }) => ({ id, comments }));
  return bindChunks(db, UPDATE_COMMENTS, rows);
}
