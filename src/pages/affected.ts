/** Names the pages that a change may have changed. Pure: every page type answers for its own. */
import type { NamedPage } from "../store/page-rows.ts";
import type { Change } from "./change.ts";
import { PAGE_TYPES } from "./table.ts";

/** Each key once. Perhaps a page too many, never one too few. */
export function affectedPages(change: Change): NamedPage[] {
  const pages = new Map<string, NamedPage>();
  const grown = change.chronological.filter((each) => each.countAfter > each.countBefore);
  for (const type of PAGE_TYPES) {
    for (const key of type.affectedBy(change)) pages.set(key, { key, lane: type.lane(key, grown) });
  }
  return [...pages.values()];
}
