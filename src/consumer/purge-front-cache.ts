/**
 * Purges the cache in front of the reader, some seconds after what was taken down has left the stored
 * pages. All of it: a removal changes dozens of pages, each with several addresses, and nothing
 * there is older than a minute anyway.
 */
import { claimPurge, notePurged } from "../store/front-cache.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";

/** What fails is tried again. */
export async function purgeFrontCache({ db, now, purge }: ConsumerDeps): Promise<void> {
  if (!purge) return;
  const at = now();
  if (!(await claimPurge(db, at))) return;
  try {
    if (await purge()) await notePurged(db, at);
  } catch (error) {
    console.error("purging the front cache failed", error);
  }
}
