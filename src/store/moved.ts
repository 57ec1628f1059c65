/** What the last commits have moved in the ranked listings. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Changed } from "../model/changed.ts";
import type { RankedPost } from "../model/listing.ts";

/** Rows are written over: as many as there are commits in some seconds of a busy site. */
export const COMMITS_KEPT = 50;

export type MovedPost = Changed<RankedPost>;

/** Posts that look different, but stand where they did, are left out. */
export function noteMoved(
  db: D1Database,
  commit: number,
  posts: readonly MovedPost[],
): D1PreparedStatement {
  const moved = posts.filter(hasMoved).map(({ before, after }) => ({
    before: before && ranked(before),
    after: ranked(after),
  }));
  return db
    .prepare(
      `INSERT INTO moved (place, commit_number, posts) VALUES (?1 % ${COMMITS_KEPT}, ?1, ?2)
       ON CONFLICT (place) DO UPDATE SET commit_number = excluded.commit_number, posts = excluded.posts`,
    )
    .bind(commit, JSON.stringify(moved));
}

function hasMoved({ before, after }: MovedPost): boolean {
  return (
    before?.ups !== after.ups || before.downs !== after.downs || before.standing !== after.standing
  );
}

function ranked(post: RankedPost): RankedPost {
  const { id, community, domains, createdAt, ups, downs, standing } = post;
  return { id, community, domains, createdAt, ups, downs, standing };
}

/** Of each commit after `from`, up to `to`, in their order; null when they are not all known. */
export async function readMoved(
  db: D1Database,
  from: number,
  to: number,
): Promise<readonly (readonly MovedPost[])[] | null> {
  const { results } = await db
    .prepare(
      `SELECT posts FROM moved WHERE commit_number > ?1 AND commit_number <= ?2
       ORDER BY commit_number`,
    )
    .bind(from, to)
    .all<{ posts: string }>();
  if (results.length !== to - from) return null;
  return results.map(({ posts }) => JSON.parse(posts) as MovedPost[]);
}
