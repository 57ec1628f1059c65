/** Rows of posts, and the ids that lead to them. */
import type { D1Database } from "@cloudflare/workers-types";
import type { Post } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import { fromPostRow, type PostRow, SELECT_POST } from "./post-row.ts";

/** Ids read at a time when all are walked. */
const WALK_ROWS = 5000;

export async function readPosts(
  db: D1Database,
  ids: readonly PostId[],
): Promise<Map<PostId, Post>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare(`${SELECT_POST} FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value`)
    .bind(JSON.stringify([...new Set(ids)]))
    .all<PostRow>();
  return new Map(results.map((row) => [row.id as PostId, fromPostRow(row)]));
}

export async function readAliases(
  db: D1Database,
  ids: readonly PostId[],
): Promise<Map<PostId, PostId>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT a.id, a.post FROM json_each(?1) q CROSS JOIN alias a ON a.id = q.value")
    .bind(JSON.stringify([...new Set(ids)]))
    .all<{ id: PostId; post: PostId }>();
  return new Map(results.map(({ id, post }) => [id, post]));
}

export async function readAliasIds(db: D1Database): Promise<PostId[]> {
  const { results } = await db.prepare("SELECT id FROM alias ORDER BY id").all<{ id: PostId }>();
  return results.map(({ id }) => id);
}

/** The ids that lead to any of these posts. */
export async function readAliasesOf(db: D1Database, posts: readonly PostId[]): Promise<PostId[]> {
  if (posts.length === 0) return [];
  const { results } = await db
    .prepare("SELECT a.id FROM json_each(?1) q CROSS JOIN alias a ON a.post = q.value")
    .bind(JSON.stringify(posts))
    .all<{ id: PostId }>();
  return results.map(({ id }) => id);
}

/** Ids of all posts and aliases. */
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
