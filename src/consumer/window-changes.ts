/** Which clock-driven lists a commit leaves to the next tick, and what a tick changes in them. Pure. */
import { score } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import { type Asof, topWindowsHolding } from "../model/window.ts";
import type { PostChange, WindowChange } from "../pages/change.ts";
import type { DirtyScope, WindowEntry } from "../store/windows.ts";

/** Scopes of posts that are new, moved by votes, come or gone, and young enough for a window. */
export function dirtyScopes(posts: readonly PostChange[], asof: Asof): DirtyScope[] {
  const dirty = new Map<SiteOrCommunity, number>();
  for (const { before, after } of posts) {
    const isSame =
      before !== null && score(before) === score(after) && before.standing === after.standing;
    const windows = isSame ? 0 : topWindowsHolding(after.createdAt, asof);
    if (windows === 0) continue;
    for (const scope of [null, after.community]) {
      dirty.set(scope, (dirty.get(scope) ?? 0) | windows);
    }
  }
  return [...dirty].map(([scope, windows]) => ({ scope, windows }));
}

/** Where posts stand that are shown differently now; a tick alone moves them. */
export function shownInWindows(places: readonly WindowEntry[]): WindowChange[] {
  return places.map(({ listing, slot }) => ({ listing, slots: [slot] }));
}

export interface ListChange {
  /** Slots that hold another post than before. */
  readonly set: readonly WindowEntry[];
  readonly removed: readonly Omit<WindowEntry, "post">[];
  /** Null when the list is the same. */
  readonly change: WindowChange | null;
}

export function compareLists(
  listing: string,
  before: readonly PostId[],
  after: readonly PostId[],
): ListChange {
  const entries = after.map((post, index) => ({ listing, slot: index + 1, post }));
  const set = entries.filter(({ post, slot }) => before[slot - 1] !== post);
  const removed = before.map((_, index) => ({ listing, slot: index + 1 })).slice(after.length);
  const slots = [...set, ...removed].map(({ slot }) => slot);
  if (before.length !== after.length) slots.push(before.length, after.length);
  return { set, removed, change: slots.length === 0 ? null : { listing, slots } };
}
