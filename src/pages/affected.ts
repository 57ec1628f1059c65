/** Names the pages that a change may have changed. Pure: every page type answers for its own. */
import type { Change } from "./change.ts";
import type { Lane } from "./page-type.ts";
import { PAGE_TYPES } from "./table.ts";

export interface AffectedPage {
  readonly key: string;
  readonly lane: Lane;
}

/** Each key once. Perhaps a page too many, never one too few. */
export function affectedPages(change: Change): AffectedPage[] {
  const pages = new Map<string, AffectedPage>();
  const grown = change.chronological.filter((each) => each.countAfter > each.countBefore);
  for (const type of PAGE_TYPES) {
    for (const key of type.affectedBy(change)) pages.set(key, { key, lane: type.lane(key, grown) });
  }
  return [...pages.values()];
}
