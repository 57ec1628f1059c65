/** How long an event waits for what it depends on, and whether that can come at all. Pure. */
import { type CommentId, mintedAtMs, type PostId } from "../model/ids.ts";

/**
 * After the event's time at the edge, or the end of the outage that it came through: longer than the
 * queue's order takes to come back, shorter than its patience. Milliseconds.
 */
const MAX_WAIT_MS = 6 * 60 * 60 * 1000;

/** Edges' clocks differ by less. Milliseconds. */
export const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * No queue of Cloudflare's keeps a message longer, so the event of an older id has been applied, or
 * refused, or is a dead letter. What was said of it while it was young waits for it as ever, or lies
 * beside it and is replayed after it, however late: its own time counts, not that of its delivery.
 * Milliseconds.
 */
const MAX_UNDER_WAY_MS = 14 * 24 * 60 * 60 * 1000;

/**
 * @param needed the id that the event depends on; null for a community
 * @param at @param now milliseconds since 1970
 * @param present since when the consumer has worked, so that it would have come
 */
export function mayStillCome(
  needed: PostId | CommentId | null,
  at: number,
  now: number,
  present: number,
): boolean {
  const isEarly = now - Math.max(at, present) < MAX_WAIT_MS;
  return isEarly && (needed === null || wasUnderWay(needed, at));
}

/**
 * Nobody can vote on what is not there yet: an id of the future, or an imported one, is made up; and
 * one of long ago that is not there by then never was, or will not come.
 */
function wasUnderWay(id: string, at: number): boolean {
  const mintedAt = mintedAtMs(id);
  if (mintedAt === null) return false;
  return mintedAt <= at + MAX_CLOCK_SKEW_MS && at - mintedAt <= MAX_UNDER_WAY_MS;
}
