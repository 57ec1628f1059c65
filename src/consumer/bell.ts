/**
 * Wakes the publisher when the next stale page is due, or the front cache is to be purged. Depends
 * on the store and a queue.
 */
import type { Queue } from "@cloudflare/workers-types";
import { claimBell, isBellOnItsWay, unclaimBell } from "../store/bell-rows.ts";
import { isNamedFor } from "../store/compiled.ts";
import type { ContentDb } from "../store/database.ts";
import { type Pending, readPending } from "../store/pending.ts";

/**
 * @param fingerprint of the code that would publish; while all pages are named for another, it may
 *   not, and the cron of the newer one wakes it
 * @param now milliseconds since 1970
 * @param known what is to be done, if it has just been read
 */
export async function ringBell(
  db: ContentDb,
  publish: Queue,
  fingerprint: string,
  now: number,
  known?: Pending,
): Promise<void> {
  const { compiled, due, purgeDue, bellAt } = known ?? (await readPending(db));
  if (!isNamedFor(compiled, fingerprint)) return;
  const toPublish = due ?? Number.POSITIVE_INFINITY;
  const toPurge = purgeDue || Number.POSITIVE_INFINITY;
  const first = Math.min(toPublish, toPurge);
  if (first === Number.POSITIVE_INFINITY) return;
  // Queues count in seconds. Rather too early than too late: whoever is woken waits for the rest of
  // one. Nobody waits for a purge.
  const publishIn = Math.floor((toPublish - now) / 1000);
  const purgeIn = Math.ceil((toPurge - now) / 1000);
  const delaySeconds = Math.max(0, Math.min(publishIn, purgeIn));
  const at = now + delaySeconds * 1000;
  const latest = Math.max(at, first);
  if (isBellOnItsWay(bellAt, now, latest)) return;
  if (!(await claimBell(db, now, at, latest))) return;
  try {
    await publish.send({}, { delaySeconds });
  } catch (error) {
    await unclaimBell(db, at);
    throw error;
  }
}
