/**
 * Writing many imported posts at once, while nothing else runs. Rows that exist are left as they
 * are, because votes may have been cast since; whatever follows from all rows is made afresh.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Community, Post } from "../model/entities.ts";
import { POST_COLUMNS, toPostRow } from "./post-row.ts";
import { fromJson, jsonChunks } from "./statements.ts";

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
  const communityStatements = bindRows(db, INSERT_COMMUNITIES, communities);
  const postStatements = bindRows(db, INSERT_POSTS, posts.map(toPostRow));
  const answers = await db.batch([...communityStatements, ...postStatements]);
  return answers.slice(communityStatements.length).reduce((sum, { meta }) => sum + meta.changes, 0);
}

function bindRows(db: D1Database, sql: string, rows: readonly unknown[]): D1PreparedStatement[] {
  return jsonChunks(rows).map((json) => db.prepare(sql).bind(json));
}

/** A name that nobody can register any more. */
export interface ReservedName {
  readonly nameKey: string;
  readonly name: string;
  /** Seconds since 1970; of several, the oldest counts. */
  readonly createdAt: number;
}

/** Without a password nobody can log in. */
const RESERVE_PEOPLE = `INSERT INTO account (name_key, name, password, created_at)
  SELECT value ->> 'nameKey', value ->> 'name', NULL, value ->> 'createdAt' FROM json_each(?1)
  WHERE true ON CONFLICT (name_key) DO UPDATE SET created_at = excluded.created_at
    WHERE password IS NULL AND excluded.created_at < created_at`;

const RESERVE_COMMUNITIES = `INSERT INTO community (name_key, name, creator, created_at)
  SELECT value ->> 'nameKey', value ->> 'name', '', value ->> 'createdAt' FROM json_each(?1)
  WHERE true ON CONFLICT (name_key) DO UPDATE SET created_at = excluded.created_at
    WHERE creator = '' AND excluded.created_at < created_at`;

/** @param accounts the database of names, which is not the one of content */
export async function reserveNames(
  accounts: D1Database,
  people: readonly ReservedName[],
  communities: readonly ReservedName[],
): Promise<void> {
  const statements = [
    ...bindRows(accounts, RESERVE_PEOPLE, people),
    ...bindRows(accounts, RESERVE_COMMUNITIES, communities),
  ];
  if (statements.length > 0) await accounts.batch(statements);
}

export async function countCommunities(db: D1Database): Promise<number> {
  const sql = "SELECT count(*) AS communities FROM community";
  return (await db.prepare(sql).first<number>("communities")) ?? 0;
}

/** False after an import that was killed before `renumberListings`. */
export async function areListingsComplete(db: D1Database): Promise<boolean> {
  const missing = await db
    .prepare(
      `SELECT (SELECT count(*) FROM post)
         - (SELECT count(*) FROM entry WHERE listing = '/new') AS missing`,
    )
    .first<number>("missing");
  return missing === 0;
}

/**
 * Gives every post its slot in the chronological listings (model/listing names them), and marks
 * the site as not compiled: the next build, or the consumer's cron, writes every page. One transaction: 400,000 entries take about 2 s.
 */
export async function renumberListings(db: D1Database): Promise<void> {
  await db.batch(
    [
      `DELETE FROM entry WHERE listing = '/new'
         OR listing IN (SELECT '/r/' || key || '/new' FROM community)`,
      `INSERT INTO entry (listing, slot, created_at, id)
         SELECT '/new', row_number() OVER (ORDER BY created_at, id), created_at, id FROM post`,
      `INSERT INTO entry (listing, slot, created_at, id)
         SELECT '/r/' || community || '/new',
           row_number() OVER (PARTITION BY community ORDER BY created_at, id), created_at, id
         FROM post`,
      "UPDATE site SET commit_number = commit_number + 1, compiled = ''",
    ].map((sql) => db.prepare(sql)),
  );
}
