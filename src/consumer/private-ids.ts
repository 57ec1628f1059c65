/** How private listings call what changed. Pure. */
import { personKey, replyNotice } from "../model/ids.ts";
import { ownListing } from "../model/listing.ts";
import type { EntryRef } from "../store/mine.ts";
import type { Applied } from "./apply.ts";
import { hasComeOrGone } from "./has-come-or-gone.ts";
import { isReworded, thingChanges } from "./thing-changes.ts";

/**
 * How private listings call what they show no longer, or differently: what has gone is in none of
 * them, and an inbox shows the text of an answer.
 */
export function privateIds(applied: Applied): string[] {
  const answers = applied.comments.filter((change) => isReworded(change) || hasComeOrGone(change));
  return [
    ...thingChanges(applied)
      .filter(hasComeOrGone)
      .map(({ fullname }) => fullname),
    ...answers.map(({ after }) => replyNotice(after.id)),
  ];
}

/** What somebody wrote is listed with its text, for them alone. */
export function rewritten(applied: Applied): EntryRef[] {
  return thingChanges(applied)
    .filter(isReworded)
    .flatMap(({ after, fullname: id }) => {
      const author = personKey(after.author);
      return author === null ? [] : [{ listing: ownListing(author, "written"), id }];
    });
}
