/** Votes that wait to be counted, summed up for each post. Times are in milliseconds since 1970. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import type { Tally } from "../model/tally.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

export async function readTallies(
  db: D1Database,
  posts: readonly PostId[],
): Promise<Map<PostId, Tally>> {
  const results = await askAbout<Tally>(
    db,
    "SELECT t.* FROM json_each(?1) q CROSS JOIN tally t ON t.post = q.value",
    posts,
  );
  return new Map(results.map((tally) => [tally.post, tally]));
}

/** Posts whose votes are to be counted by now, those that wait longest first. */
export async function readDueTallies(
  db: D1Database,
  now: number,
  limit: number,
): Promise<PostId[]> {
  const { results } = await db
    .prepare("SELECT post FROM tally WHERE due <= ?1 ORDER BY due, post LIMIT ?2")
    .bind(now, limit)
    .all<{ post: PostId }>();
  return results.map(({ post }) => post);
}

/** Counts the votes on these posts at `due`, and not before. */
export async function postponeTallies(
  db: D1Database,
  posts: readonly PostId[],
  due: number,
): Promise<void> {
  await db
    .prepare("UPDATE tally SET due = ?1 WHERE post IN (SELECT value FROM json_each(?2))")
    .bind(due, JSON.stringify(posts))
    .run();
}

export function upsertTallies(db: D1Database, tallies: readonly Tally[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `INSERT INTO tally (post, ups, downs, due) SELECT ${fromJson("post, ups, downs, due")}
         FROM json_each(?1) WHERE true
         ON CONFLICT (post) DO UPDATE SET ups = excluded.ups, downs = excluded.downs,
           due = excluded.due`,
    tallies,
  );
}

export function removeTallies(db: D1Database, posts: readonly PostId[]): D1PreparedStatement[] {
  return bindChunks(db, "DELETE FROM tally WHERE post IN (SELECT value FROM json_each(?1))", posts);
}
