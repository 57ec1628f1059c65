/** When the publisher's bell has to ring next, and who rings it. Times are in milliseconds since 1970. */
import type { D1Database } from "@cloudflare/workers-types";
import { type Lane, LEASED, STORED_LANES } from "./page-rows.ts";

/** The first page that waits for no lease. Leased ones are few, and come before it in the index. */
function firstOfLane(lane: Lane): string {
  return `SELECT * FROM (SELECT due FROM page WHERE named > written AND lane = '${lane}'
    AND key NOT IN ${LEASED} ORDER BY due LIMIT 1)`;
}

// D1 allows five terms: what is no lane is one of them.
const FIRST_OTHER = `SELECT min(due) FROM
  (SELECT min(due) AS due FROM tally UNION ALL SELECT min(until) FROM lease)`;
const FIRST_OF_EACH = [...STORED_LANES.map(firstOfLane), FIRST_OTHER];
export const FIRST_DUE = `SELECT min(due) AS due FROM (${FIRST_OF_EACH.join(" UNION ALL ")})`;

/**
 * When the next stale page may be leased, a lease ends, or the next tally is due, in milliseconds
 * since 1970; null when there is none.
 */
export async function nextDue(db: D1Database): Promise<number | null> {
  return db.prepare(FIRST_DUE).first<number>("due");
}

/**
 * How long a bell that has rung is taken to be on its way to a publisher, or heard by one who is
 * still at work. Milliseconds: less than lies between two batches of a busy queue. After that the
 * next commit rings again: a bell may be lost, and a publisher too busy to be the only one.
 */
const ANSWERED_WITHIN_MS = 900;

/** @param latest by when it has to ring */
export function isBellOnItsWay(bellAt: number, now: number, latest: number): boolean {
  return bellAt >= now - ANSWERED_WITHIN_MS && bellAt <= latest;
}

/**
 * Claims the ringing of the publisher's bell at `at`. False when one is on its way that rings no
 * later than `latest`: so commits and publishers between them keep few bells in the queue.
 */
export async function claimBell(
  db: D1Database,
  now: number,
  at: number,
  latest: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE site SET bell_at = ?2 WHERE bell_at < ?1 OR bell_at > ?3")
    .bind(now - ANSWERED_WITHIN_MS, at, latest)
    .run();
  return meta.changes > 0;
}

/** Of a bell that was claimed for `at`, and could not be sent. */
export async function unclaimBell(db: D1Database, at: number): Promise<void> {
  await db.prepare("UPDATE site SET bell_at = 0 WHERE bell_at = ?1").bind(at).run();
}
