/** When the publisher's bell has to ring next, and who rings it. */
import type { D1Database } from "@cloudflare/workers-types";
import { type Lane, STORED_LANES } from "./page-rows.ts";

/**
 * Of a lane: the first page that waits for no lease, and of those due before it the one whose lease
 * ends first. Leased pages are few, and the others come in the order of the index.
 */
function firstOfLane(lane: Lane): string {
  const stale = `FROM page WHERE named > written AND lane = '${lane}'`;
  const free = `SELECT due ${stale} AND leased_until <= due ORDER BY due LIMIT 1`;
  const leased = `SELECT min(leased_until) ${stale} AND leased_until > due
    AND due < coalesce((${free}), ${Number.MAX_SAFE_INTEGER})`;
  return `SELECT min(due) AS due FROM (SELECT (${free}) AS due UNION ALL ${leased})`;
}

// D1 allows five terms, and there are no more.
const FIRST_OF_EACH = [...STORED_LANES.map(firstOfLane), "SELECT min(due) FROM tally"];
export const FIRST_DUE = `SELECT min(due) AS due FROM (${FIRST_OF_EACH.join(" UNION ALL ")})`;

/**
 * When the next stale page may be leased, or the next tally is due, in milliseconds since 1970; null
 * when there is none.
 */
export async function nextDue(db: D1Database): Promise<number | null> {
  return db.prepare(FIRST_DUE).first<number>("due");
}

/**
 * Claims the ringing of the publisher's bell at `at`. False when one is on its way that rings no
 * later than `latest`: so commits and publishers between them keep one bell in the queue.
 */
export async function claimBell(
  db: D1Database,
  now: number,
  at: number,
  latest: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE site SET bell_at = ?2 WHERE bell_at < ?1 OR bell_at > ?3")
    .bind(now, at, latest)
    .run();
  return meta.changes > 0;
}
