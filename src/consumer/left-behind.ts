/** What somebody has sent who has left since: which of it is still done. Pure. */
import type { CairnEvent } from "../queue/events.ts";
import { MAX_CLOCK_SKEW_MS } from "./patience.ts";

type Types = ReadonlySet<CairnEvent["type"]>;

const OF_WHAT_THEY_WROTE: Types = new Set([
  "post_deleted",
  "comment_deleted",
  "post_edited",
  "comment_edited",
]);

const OF_MODERATORS: Types = new Set(["post_judged", "comment_judged", "post_locked", "role_set"]);

/** It is for others as well, and nobody else could ever make a community of that name. */
const FOR_OTHERS = "community_created";

/**
 * What was accepted and brings no name back: without it, what was to go would stay for ever.
 * @param leftAt when its sender left, in milliseconds since 1970; undefined where nothing says so
 */
export function isStillDone({ type, at }: CairnEvent, leftAt: number | undefined): boolean {
  const isMeant = OF_WHAT_THEY_WROTE.has(type) || OF_MODERATORS.has(type) || type === FOR_OTHERS;
  return isMeant && leftAt !== undefined && at <= leftAt + MAX_CLOCK_SKEW_MS;
}

/** Nothing that they wrote arrives any more. */
export function isAboutOwn({ type }: CairnEvent): boolean {
  return OF_WHAT_THEY_WROTE.has(type);
}
