/**
 * Writing many imported posts at once, while nothing else runs. Rows that exist are left as they
 * are, because votes may have been cast since; store/renumber makes what follows from all rows.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type { Community, Post } from "../model/entities.ts";
import { withoutDeparted } from "./bulk-authors.ts";
import { POST_COLUMNS, toPostRow } from "./post-row.ts";
import { bindChunks, fromJson } from "./statements.ts";

const INSERT_POSTS = `INSERT INTO post (${POST_COLUMNS})
  SELECT ${fromJson(POST_COLUMNS)} FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING`;

/** An imported community (it has no creator) is as old as its oldest post, in whatever order. */
const INSERT_COMMUNITIES = `INSERT INTO community (key, name, title, description, creator, created_at)
  SELECT ${fromJson("key, name, title, description, creator, createdAt")} FROM json_each(?1)
  WHERE true ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at
    WHERE creator = '' AND excluded.created_at < created_at`;

/**
 * One transaction.
 * @returns how many of the posts are new
 */
export async function insertPosts(
  db: D1Database,
  communities: readonly Community[],
  posts: readonly Post[],
): Promise<number> {
  const communityStatements = bindChunks(db, INSERT_COMMUNITIES, communities);
  const postRows = (await withoutDeparted(db, posts)).map(toPostRow);
  const postStatements = bindChunks(db, INSERT_POSTS, postRows);
  const answers = await db.batch([...communityStatements, ...postStatements]);
  return answers.slice(communityStatements.length).reduce((sum, { meta }) => sum + meta.changes, 0);
}

export interface CommunitySums {
  readonly communities: number;
  /** Of their beginnings, which an import moves to the past. Seconds since 1970. */
  readonly sum: number;
}

export async function sumCommunities(db: D1Database): Promise<CommunitySums> {
  const sql = "SELECT count(*) AS communities, total(created_at) AS sum FROM community";
  return (await db.prepare(sql).first<CommunitySums>()) ?? { communities: 0, sum: 0 };
}
