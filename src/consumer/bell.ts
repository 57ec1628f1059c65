/** Wakes the publisher when the next stale page is due. Depends on the store and a queue. */
import type { Queue } from "@cloudflare/workers-types";
import type { ContentDb } from "../store/database.ts";
import { claimBell, nextDue } from "../store/page-rows.ts";

/** @param now milliseconds since 1970 */
export async function ringBell(db: ContentDb, publish: Queue, now: number): Promise<void> {
  const due = await nextDue(db);
  if (due === null) return;
  const delaySeconds = Math.max(0, Math.ceil((due - now) / 1000));
  if (!(await claimBell(db, now, now + delaySeconds * 1000))) return;
  await publish.send({}, { delaySeconds });
}
