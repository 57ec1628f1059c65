/** Which clock-driven lists a commit leaves to the next tick, and what a tick changes in them. Pure. */
import { score } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import { type Asof, topWindowsHolding } from "../model/window.ts";
import type { PostChange, WindowChange } from "../pages/change.ts";
import type { DirtyScope, WindowPlace } from "../store/windows.ts";

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
export function shownInWindows(places: readonly WindowPlace[]): WindowChange[] {
  return places.map(({ listing, slot }) => ({ listing, slots: [slot] }));
}

/** The slots that hold another post, or none any more; null when the list is the same. */
export function compareLists(
  listing: string,
  before: readonly PostId[],
  after: readonly PostId[],
): WindowChange | null {
  const longest = Math.max(before.length, after.length);
  const all = Array.from({ length: longest }, (_, index) => index + 1);
  const slots = all.filter((slot) => before[slot - 1] !== after[slot - 1]);
  if (before.length !== after.length) slots.push(before.length, after.length);
  return slots.length === 0 ? null : { listing, slots };
}
