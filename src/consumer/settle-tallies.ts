/** Counts the votes that have waited for others long enough. */
import { DEPARTED } from "../model/entities.ts";
import type { EventId, PostId } from "../model/ids.ts";
import type { CairnEvent } from "../queue/events.ts";
import { EVENT_VERSION } from "../queue/fields.ts";
import { readDueTallies } from "../store/tallies.ts";
import { consumeEvents } from "./consume.ts";
import type { PublisherDeps } from "./publish-stale.ts";

/** As many as a batch of the queue brings. */
const POSTS_A_COMMIT = 100;
/** Commits of one invocation: each takes about 40 of D1's 1,000 queries, and publishing wants some. */
const MAX_COMMITS = 5;

export async function settleTallies({
  db,
  pace,
  now,
  ranked,
}: Pick<PublisherDeps, "db" | "pace" | "now" | "ranked">): Promise<void> {
  for (let commit = 0; commit < MAX_COMMITS; commit++) {
    const posts = await readDueTallies(db, now(), POSTS_A_COMMIT);
    if (posts.length === 0) return;
    const events = posts.map((post) => tallied(post, now()));
    await consumeEvents(db, events, now(), pace, [], ranked);
    if (posts.length < POSTS_A_COMMIT) return;
  }
}

/** Nobody's act: nothing remembers it. */
function tallied(post: PostId, at: number): CairnEvent {
  const id = post as string as EventId;
  return { version: EVENT_VERSION, type: "post_tallied", id, at, by: DEPARTED, post };
}
