/**
 * Works off what somebody wrote who has deleted their account, in slices: a prolific person wrote
 * more than one commit can hold. What is done leaves their listings, so a crash anywhere costs at
 * most a slice, and a slice that is done again changes nothing.
 */
import { DEPARTED } from "../model/entities.ts";
import type { CommentId, EventId, PostId } from "../model/ids.ts";
import type { CairnEvent } from "../queue/events.ts";
import { EVENT_VERSION } from "../queue/fields.ts";
import {
  endLeaving,
  forgetLeft,
  forgetLeftBehind,
  type Leaving,
  nextLeaving,
  readLeft,
} from "../store/departures.ts";
import { commitEvents } from "./consume.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { PAID } from "./limits.ts";

/** Things of one commit: each post may have a long discussion, all of which is read. */
const THINGS_A_SLICE = 25;

/** Nothing that was sent before is in a queue any more; longer, who wrote what is not remembered. */
const REMEMBERED_MS = 30 * 24 * 3_600_000;
/** Rows, each with an entry of an index. */
const FORGOTTEN_AT_ONCE = 1000;

type Deps = Pick<ConsumerDeps, "db" | "pace" | "now" | "ranked" | "limits">;

/** @returns whether something is left to do */
export async function finishDepartures(deps: Deps): Promise<boolean> {
  const { slices } = deps.limits ?? PAID;
  for (let slice = 0; slice < slices; slice++) {
    const leaving = await nextLeaving(deps.db);
    if (leaving === null) return false;
    await finishSlice(deps, leaving);
  }
  return (await nextLeaving(deps.db)) !== null;
}

/** As much as one invocation may; the rest goes with the next ones. */
export async function forgetDepartures({ db, now }: Pick<Deps, "db" | "now">): Promise<void> {
  await forgetLeftBehind(db, now() - REMEMBERED_MS, FORGOTTEN_AT_ONCE);
}

async function finishSlice(
  { db, pace, now, ranked, limits }: Deps,
  leaving: Leaving,
): Promise<void> {
  const { posts, comments } = await readLeft(db, leaving.person, THINGS_A_SLICE);
  const events = disowning(leaving, posts.ids as PostId[], comments.ids as CommentId[], now());
  if (events.length === 0) return endLeaving(db, leaving.person);
  await commitEvents(db, events, now(), pace, { ranked, limits });
  await forgetLeft(db, posts);
  await forgetLeft(db, comments);
}

function disowning(
  { departure }: Leaving,
  posts: readonly PostId[],
  comments: readonly CommentId[],
  at: number,
): CairnEvent[] {
  const base = { version: EVENT_VERSION, at, by: DEPARTED, departure } as const;
  return [
    ...posts.map((post): CairnEvent => {
      return { ...base, id: eventOf(post), type: "post_disowned", post };
    }),
    ...comments.map((comment): CairnEvent => {
      return { ...base, id: eventOf(comment), type: "comment_disowned", comment };
    }),
  ];
}

/** They are nobody's acts: nothing remembers these events but the order within their commit. */
function eventOf(id: PostId | CommentId): EventId {
  return id as string as EventId;
}
