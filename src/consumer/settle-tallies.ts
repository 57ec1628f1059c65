/** Counts the votes that have waited for others long enough. */
import { DEPARTED } from "../model/entities.ts";
import type { EventId, PostId } from "../model/ids.ts";
import type { CairnEvent } from "../queue/events.ts";
import { EVENT_VERSION } from "../queue/fields.ts";
import { postponeTallies, readDueTallies } from "../store/tallies.ts";
import { commitEvents } from "./consume.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { PAID } from "./limits.ts";

/** As many as a batch of the queue brings. One commit of them takes about 40 of D1's 1,000 queries. */
const POSTS_A_COMMIT = 100;

/** Where groups are halved: eight times for one among a hundred. */
const MAX_FAILURES = 8;
/** Until what failed is tried again: mostly the database was busy. Milliseconds. */
const RETRY_MS = 5000;

type Deps = Pick<ConsumerDeps, "db" | "pace" | "now" | "ranked" | "limits">;

/** @returns whether more of them wait */
export async function settleTallies(deps: Deps): Promise<boolean> {
  const posts = await readDueTallies(deps.db, deps.now(), POSTS_A_COMMIT);
  if (posts.length === 0) return false;
  const { isOneByOne } = deps.limits ?? PAID;
  const isSettled = await settle(deps, posts, isOneByOne);
  return isSettled ? posts.length === POSTS_A_COMMIT : isOneByOne && posts.length > 1;
}

/**
 * Posts that fail together are halved, or the first one is tried alone, so that one that cannot be
 * counted fails alone: it keeps neither the others nor what is to be published.
 * @returns false when something failed
 */
async function settle(deps: Deps, posts: readonly PostId[], isOneByOne: boolean): Promise<boolean> {
  const groups = [posts];
  let failures = 0;
  for (let group = groups.pop(); group; group = groups.pop()) {
    try {
      await count(deps, group);
    } catch (error) {
      failures++;
      if (group.length > 1 && isOneByOne) {
        groups.push(group.slice(0, 1));
        continue;
      }
      const half = Math.ceil(group.length / 2);
      if (group.length > 1 && failures < MAX_FAILURES) {
        groups.push(group.slice(half), group.slice(0, half));
        continue;
      }
      console.error(`counting the votes on ${group.join(", ")} failed`, error);
      await postponeTallies(deps.db, group, deps.now() + RETRY_MS);
    }
  }
  return failures === 0;
}

async function count(
  { db, pace, now, ranked, limits }: Deps,
  posts: readonly PostId[],
): Promise<void> {
  const events = posts.map((post) => tallied(post, now()));
  await commitEvents(db, events, now(), pace, { ranked, limits });
}

/** Nobody's act: nothing remembers it. */
function tallied(post: PostId, at: number): CairnEvent {
  const id = post as string as EventId;
  return { version: EVENT_VERSION, type: "post_tallied", id, at, by: DEPARTED, post };
}
