/** Visible posts of the same link, in any community. */
import type { D1Database } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import { type LinkGroup, MAX_LINK_GROUP } from "../model/link-group.ts";
import { askAbout } from "./statements.ts";

/** A post of a link, with what orders it. */
export interface LinkPost {
  readonly id: PostId;
  readonly createdAt: number;
}

/** The oldest visible posts of each link, at most `limit`, by the key of their link. */
export async function readLinkPosts(
  db: D1Database,
  linkKeys: Iterable<string>,
  limit: number,
): Promise<Map<string, LinkPost[]>> {
  const results = await askAbout<{ linkKey: string; posts: string }>(
    db,
    SELECT_LINK_POSTS,
    linkKeys,
    limit,
  );
  return new Map(results.map(({ linkKey, posts }) => [linkKey, JSON.parse(posts) as LinkPost[]]));
}

const SELECT_LINK_POSTS = `SELECT q.value AS linkKey,
    (SELECT json_group_array(json_object('id', id, 'createdAt', created_at)) FROM
      (SELECT id, created_at FROM post WHERE link_key = q.value AND standing = 'visible'
       ORDER BY created_at, id LIMIT ?2)) AS posts
  FROM json_each(?1) q`;

/** By the keys of the links. */
export async function readLinkGroups(
  db: D1Database,
  linkKeys: Iterable<string>,
): Promise<Map<string, LinkGroup>> {
  const found = await readLinkPosts(db, linkKeys, MAX_LINK_GROUP);
  return new Map([...found].map(([key, posts]) => [key, posts.map(({ id }) => id)]));
}

/** Every group of two or more. */
export async function readAllLinkGroups(db: D1Database): Promise<LinkGroup[]> {
  const { results } = await db
    .prepare(
      `SELECT link_key AS linkKey FROM post WHERE standing = 'visible' AND link_key IS NOT NULL
       GROUP BY link_key HAVING count(*) > 1`,
    )
    .all<{ linkKey: string }>();
  const groups = await readLinkGroups(
    db,
    results.map(({ linkKey }) => linkKey),
  );
  return [...groups.values()];
}
