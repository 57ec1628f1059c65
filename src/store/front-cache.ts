/**
 * When the front cache is to be purged: what has been taken down may still be in it. Times are in
 * milliseconds since 1970.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";

/**
 * After a page was written: an isolate keeps what it has read for a second, and could fill the cache
 * with it again. Milliseconds.
 */
const SETTLED_MS = 2000;
/** Five purges a minute are allowed to an account. Milliseconds. */
const APART_MS = 15_000;

/** Pages of something taken down have just been written. The first of several decides when. */
export function wantPurge(db: D1Database, now: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE site SET taken_down_at = ?1, purge_due = CASE purge_due WHEN 0
         THEN max(?1 + ${SETTLED_MS}, purged_at + ${APART_MS}) ELSE purge_due END`,
    )
    .bind(now);
}

/**
 * Unless it succeeds, it is due again.
 * @returns false when it is not due, or somebody else does it
 */
export async function claimPurge(db: D1Database, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE site SET purged_at = ?1, purge_due = ?1 + ${APART_MS}
       WHERE purge_due > 0 AND purge_due <= ?1`,
    )
    .bind(now)
    .run();
  return meta.changes > 0;
}

/** @param at when it was claimed: what was written a moment before may have come back since */
export async function notePurged(db: D1Database, at: number): Promise<void> {
  await db
    .prepare(
      `UPDATE site SET purge_due = 0 WHERE purged_at = ?1 AND taken_down_at <= ?1 - ${SETTLED_MS}`,
    )
    .bind(at)
    .run();
}
