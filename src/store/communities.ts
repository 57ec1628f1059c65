/** Rows of communities. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Community } from "../model/entities.ts";
import type { CommunityKey, PostId } from "../model/ids.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

interface CommunityRow {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly creator: string;
  readonly created_at: number;
}

function fromCommunityRow(row: CommunityRow): Community {
  const { created_at: createdAt, key, ...rest } = row;
  return { ...rest, key: key as CommunityKey, createdAt };
}

export async function readCommunities(
  db: D1Database,
  keys: readonly CommunityKey[],
): Promise<Map<CommunityKey, Community>> {
  const results = await askAbout<CommunityRow>(
    db,
    "SELECT c.* FROM json_each(?1) q CROSS JOIN community c ON c.key = q.value",
    keys,
  );
  return new Map(results.map((row) => [row.key as CommunityKey, fromCommunityRow(row)]));
}

/** Those that these posts are in. */
export async function readCommunitiesOfPosts(
  db: D1Database,
  posts: readonly PostId[],
): Promise<Map<CommunityKey, Community>> {
  const results = await askAbout<CommunityRow>(
    db,
    `SELECT * FROM community WHERE key IN
         (SELECT p.community FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value)`,
    posts,
  );
  return new Map(results.map((row) => [row.key as CommunityKey, fromCommunityRow(row)]));
}

/** In the order of their keys. */
export async function readAllCommunities(db: D1Database): Promise<Community[]> {
  const { results } = await db.prepare("SELECT * FROM community ORDER BY key").all<CommunityRow>();
  return results.map(fromCommunityRow);
}

export async function countCommunities(db: D1Database): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS communities FROM community")
    .first<{ communities: number }>();
  return row?.communities ?? 0;
}

const INSERT_COMMUNITIES = `INSERT INTO community (key, name, title, description, creator, created_at)
  SELECT ${fromJson("key, name, title, description, creator, createdAt")} FROM json_each(?1)
  WHERE true ON CONFLICT (key) DO NOTHING`;

export function insertCommunities(
  db: D1Database,
  communities: readonly Community[],
): D1PreparedStatement[] {
  return bindChunks(db, INSERT_COMMUNITIES, communities);
}
