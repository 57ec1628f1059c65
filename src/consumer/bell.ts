/**
 * Wakes the publisher when the next stale page is due, or the front cache is to be purged. Depends
 * on the store and a queue.
 */
import type { Queue } from "@cloudflare/workers-types";
import { isPublishedBy } from "../store/compiled.ts";
import type { ContentDb } from "../store/database.ts";
import { nextPurge } from "../store/front-cache.ts";
import { claimBell, nextDue } from "../store/page-rows.ts";

/**
 * @param fingerprint of the code that would publish; while all pages are named for another, it may
 *   not, and the cron of the newer one wakes it
 * @param now milliseconds since 1970
 */
export async function ringBell(
  db: ContentDb,
  publish: Queue,
  fingerprint: string,
  now: number,
): Promise<void> {
  if (!(await isPublishedBy(db, fingerprint))) return;
  const delays = [
    // Rather too early, for whoever is woken waits for the rest of a second.
    delayUntil(await nextDue(db), now, Math.floor),
    delayUntil(await nextPurge(db), now, Math.ceil),
  ].filter((delay) => delay !== null);
  if (delays.length === 0) return;
  const delaySeconds = Math.min(...delays);
  if (!(await claimBell(db, now, now + delaySeconds * 1000))) return;
  await publish.send({}, { delaySeconds });
}

/** Queues count in seconds. */
function delayUntil(
  due: number | null,
  now: number,
  whole: (seconds: number) => number,
): number | null {
  return due === null ? null : Math.max(0, whole((due - now) / 1000));
}
