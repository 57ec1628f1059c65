/** What a batch makes of the groups of posts that have the same link. Pure. */
import { byAge } from "../model/by-age.ts";
import { isVisible } from "../model/entities.ts";
import { type LinkGroup, MAX_LINK_GROUP } from "../model/link-group.ts";
import type { LinkGroupChange, PostChange } from "../pages/change.ts";
import type { LinkPost } from "../store/link-groups.ts";

/** What must be known of the rows before the commit: the oldest visible posts of each link. */
export interface LinkQuestions {
  readonly linkKeys: readonly string[];
  /** Of a link: as many as are in a group, and one for each that may leave and make room. */
  readonly limit: number;
}

export function askLinks(changes: readonly PostChange[]): LinkQuestions {
  const linkKeys = changes.map(({ after }) => after.linkKey).filter((key) => key !== null);
  return { linkKeys, limit: MAX_LINK_GROUP + changes.length };
}

/** @param stored answers to `askLinks` */
export function linkGroupChanges(
  changes: readonly PostChange[],
  stored: ReadonlyMap<string, readonly LinkPost[]>,
): LinkGroupChange[] {
  return [...Map.groupBy(changes, ({ after }) => after.linkKey)].flatMap(([key, ofLink]) => {
    if (key === null) return [];
    const before = stored.get(key) ?? [];
    const changed = new Set(ofLink.map(({ after }) => after.id));
    const visible = ofLink.map(({ after }) => after).filter(isVisible);
    const after = [...before.filter(({ id }) => !changed.has(id)), ...visible];
    return [{ before: groupOf(before), after: groupOf(after.sort(byAge)) }];
  });
}

function groupOf(posts: readonly LinkPost[]): LinkGroup {
  return posts.slice(0, MAX_LINK_GROUP).map(({ id }) => id);
}
