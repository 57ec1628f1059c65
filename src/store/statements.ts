/** What every statement shares: rows travel as one JSON parameter, because D1 binds at most 100. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Community, Post, Vote } from "../model/entities.ts";
import { COUNTED_COLUMNS, POST_COLUMNS, toCountedRow, toPostRow } from "./post-row.ts";

/** D1 refuses strings above 2 MB; posts carry up to 160 KB of text. UTF-16 units. */
const MAX_JSON_LENGTH = 500_000;

/** Rows cut into JSON arrays that D1 takes as one parameter each; none for no rows. */
export function jsonChunks(rows: readonly unknown[], maxRows = 1000): string[] {
  if (rows.length === 0) return [];
  if (rows.length <= maxRows) {
    const json = JSON.stringify(rows);
    if (json.length <= MAX_JSON_LENGTH) return [json];
  }
  const chunks: string[] = [];
  let chunk: string[] = [];
  let length = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    if (chunk.length === maxRows || (chunk.length > 0 && length + json.length > MAX_JSON_LENGTH)) {
      chunks.push(`[${chunk.join(",")}]`);
      chunk = [];
      length = 0;
    }
    chunk.push(json);
    length += json.length;
  }
  if (chunk.length > 0) chunks.push(`[${chunk.join(",")}]`);
  return chunks;
}

/**
 * What a query answers about a list that may be of any length: one statement for a short one, and
 * for a long one as many as it takes.
 * @param sql answers about the values of `json_each(?1)`, in their order if that matters
 */
export async function askInChunks<Row>(
  db: D1Database,
  sql: string,
  values: readonly string[],
): Promise<Row[]> {
  const statements = jsonChunks(values, Number.POSITIVE_INFINITY).map((json) =>
    db.prepare(sql).bind(json),
  );
  const answers = await Promise.all(statements.map((statement) => statement.all<Row>()));
  return answers.flatMap(({ results }) => results);
}

/** `a, b` → the same columns taken from a row of `json_each`. */
export function fromJson(columns: string): string {
  return columns.replace(/\w+/g, (column) => `value ->> '${column}'`);
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
  return jsonChunks(posts.map(toCountedRow)).map((json) => db.prepare(UPDATE_COUNTS).bind(json));
}

const UPDATE_COMMENTS = `UPDATE post SET comments = q.value ->> 'comments' FROM json_each(?1) q
  WHERE post.id = q.value ->> 'id'`;

/** On its own: SQLite writes every index whose column is set, even to what it was. */
export function updateCommentCounts(db: D1Database, posts: readonly Post[]): D1PreparedStatement[] {
  const rows = posts.map(({ id, comments }) => ({ id, comments }));
  return jsonChunks(rows).map((json) => db.prepare(UPDATE_COMMENTS).bind(json));
}

const UPSERT_VOTES = `INSERT INTO vote (user, post, value, at, event)
  SELECT ${fromJson("user, post, value, at, event")} FROM json_each(?1) WHERE true
  ON CONFLICT (post, user) DO UPDATE SET value = excluded.value, at = excluded.at,
    event = excluded.event`;

export function upsertVotes(db: D1Database, votes: readonly Vote[]): D1PreparedStatement[] {
  return jsonChunks(votes).map((json) => db.prepare(UPSERT_VOTES).bind(json));
}

const INSERT_COMMUNITIES = `INSERT INTO community (key, name, title, description, creator, created_at)
  SELECT ${fromJson("key, name, title, description, creator, createdAt")} FROM json_each(?1)
  WHERE true ON CONFLICT (key) DO NOTHING`;

export function insertCommunities(
  db: D1Database,
  communities: readonly Community[],
): D1PreparedStatement[] {
  return jsonChunks(communities).map((json) => db.prepare(INSERT_COMMUNITIES).bind(json));
}
