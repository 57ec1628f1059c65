/**
 * Which visible posts each domain has, in the order of the hot rank. The rows follow from those of
 * posts, and are kept in step by the statements around the writing of posts.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { isVisible, type Post } from "../model/entities.ts";
import type { Domain } from "../model/ids.ts";
import { toPostRow } from "./post-row.ts";
import { askAbout, bindChunks } from "./statements.ts";

const ROWS = `SELECT d.value, p.hot, p.created_at, p.id
  FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value ->> 'id'
  CROSS JOIN json_each(p.domains) d`;

/** One row written where deleting and inserting would be two. */
const MOVE = `UPDATE domain_post
  SET hot = (SELECT value ->> 'hot' FROM json_each(?1) WHERE value ->> 'id' = domain_post.id)
  WHERE (domain, hot, created_at, id) IN (${ROWS} WHERE p.hot <> q.value ->> 'hot')`;

/** Before the posts are written: the rank that is stored leads to their rows here. */
export function moveInDomains(db: D1Database, posts: readonly Post[]): D1PreparedStatement[] {
  return withDomains(db, MOVE, posts);
}

const LEAVE = `DELETE FROM domain_post WHERE (domain, hot, created_at, id) IN (${ROWS})`;

const ENTER = `INSERT INTO domain_post (domain, hot, created_at, id)
  ${ROWS} WHERE true ON CONFLICT DO NOTHING`;

/** After the posts are written. */
export function comeAndGoInDomains(db: D1Database, posts: readonly Post[]): D1PreparedStatement[] {
  const gone = posts.filter((post) => !isVisible(post));
  return [...withDomains(db, LEAVE, gone), ...withDomains(db, ENTER, posts.filter(isVisible))];
}

function withDomains(db: D1Database, sql: string, posts: readonly Post[]): D1PreparedStatement[] {
  const rows = posts.filter(({ domains }) => domains.length > 0).map(toPostRow);
  return bindChunks(
    db,
    sql,
    rows.map(({ id, hot }) => ({ id, hot })),
  );
}

/** The whole table afresh, from all posts. */
export const FILL_DOMAINS = [
  "DELETE FROM domain_post",
  `INSERT INTO domain_post (domain, hot, created_at, id)
   SELECT d.value, p.hot, p.created_at, p.id FROM post p CROSS JOIN json_each(p.domains) d
   WHERE p.standing = 'visible' ORDER BY 1, 2, 3, 4`,
];

/** Visible posts of each domain that has any. */
export async function readDomainCounts(db: D1Database): Promise<Map<Domain, number>> {
  const { results } = await db
    .prepare("SELECT domain, count(*) AS posts FROM domain_post GROUP BY domain")
    .all<{ domain: Domain; posts: number }>();
  return new Map(results.map(({ domain, posts }) => [domain, posts]));
}

/** Those of the domains that have a visible post. */
export async function readLiveDomains(
  db: D1Database,
  domains: Iterable<Domain>,
): Promise<Set<Domain>> {
  const results = await askAbout<{ domain: Domain }>(
    db,
    `SELECT q.value AS domain FROM json_each(?1) q
     WHERE EXISTS (SELECT 1 FROM domain_post WHERE domain = q.value)`,
    domains,
  );
  return new Set(results.map(({ domain }) => domain));
}
