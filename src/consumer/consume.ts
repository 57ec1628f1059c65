/**
 * A batch of events becomes one commit: read the rows they touch, decide in pure code, name the
 * pages, write everything at once. Depends on the store for reading and writing, on nothing else
 * that can fail.
 */
import type { PersonKey } from "../model/ids.ts";
import { affectedPages } from "../pages/affected.ts";
import type { CairnEvent } from "../queue/events.ts";
import { commitChanges } from "../store/commit.ts";
import type { ContentDb } from "../store/database.ts";
import { gathered } from "../store/gathered.ts";
import type { Pace } from "../store/page-rows.ts";
import type { Pending } from "../store/pending.ts";
import { readTouched } from "../store/touched.ts";
import { type Applied, apply, type Outcome } from "./apply.ts";
import { hasComeOrGone } from "./has-come-or-gone.ts";
import { type Limits, PAID } from "./limits.ts";
import { placeChange } from "./place-change.ts";
import { RankedHeads } from "./ranked-heads.ts";
import { touchedBy } from "./touched-by.ts";

export interface Consumed {
  /** What became of each event, in their order. */
  readonly outcomes: readonly Outcome[];
  /** After the commit; null if there was nothing to write. */
  readonly pending: Pending | null;
}

/** What most events are committed without. */
export interface CommitOptions {
  /** Who may do what every moderator may; nobody, if it is not said. */
  readonly admins?: readonly PersonKey[] | undefined;
  /** What an isolate remembers of this database from one call to the next. */
  readonly ranked?: RankedHeads | undefined;
  /** How often it is tried; as on the paid plan, if it is not said. */
  readonly limits?: Pick<Limits, "attempts"> | undefined;
}

/**
 * @param now milliseconds since 1970
 * @throws when each of its attempts was overtaken by another commit
 */
export async function commitEvents(
  database: ContentDb,
  events: readonly CairnEvent[],
  now: number,
  pace: Pace,
  { admins = [], ranked = new RankedHeads(), limits: { attempts } = PAID }: CommitOptions = {},
): Promise<Consumed> {
  const db = gathered(database);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const rows = await readTouched(db, touchedBy(events));
    const applied = apply(rows, events, now, admins, pace);
    const { outcomes } = applied;
    if (isNothing(applied)) return { outcomes, pending: null };
    const placed = await placeChange(db, rows, applied, ranked);
    const { change, moves, ...places } = placed;
    const done = events.filter(
      (event, index) => outcomes[index] === "applied" && isSent(event),
    ).length;
    const isUrgent =
      applied.departed.length > 0 || [...applied.posts, ...applied.comments].some(hasComeOrGone);
    const pending = await commitChanges(
      db,
      rows.commit,
      { ...applied, ...places, applied: done },
      { pages: affectedPages(change), isUrgent },
      now,
      pace,
    );
    if (!pending) continue;
    ranked.advance(rows.commit, moves);
    return { outcomes, pending };
  }
  throw new Error(`${attempts} commits in a row came too late`);
}

/** The others the consumer says to itself: they are nobody's act, and not counted. */
function isSent({ type }: CairnEvent): boolean {
  return type !== "post_tallied" && type !== "post_disowned" && type !== "comment_disowned";
}

function isNothing({ outcomes, ...changes }: Applied): boolean {
  return Object.values(changes).every(({ length }) => length === 0);
}
