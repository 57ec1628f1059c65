/** How private listings call what changed. Pure. */
import { commentFullname, personKey, postFullname, replyNotice } from "../model/ids.ts";
import { ownListing } from "../model/listing.ts";
import type { EntryRef } from "../store/mine.ts";
import type { Applied } from "./apply.ts";
import { hasComeOrGone } from "./has-come-or-gone.ts";

/**
 * How private listings call what they show no longer, or differently: what has gone is in none of
 * them, and an inbox shows the text of an answer.
 */
export function privateIds({ posts, comments }: Applied): string[] {
  const rewritten = comments.filter(
    ({ before, after }) => before !== null && before.text !== after.text,
  );
  return [
    ...posts.filter(hasComeOrGone).map(({ after }) => postFullname(after.id)),
    ...comments.filter(hasComeOrGone).map(({ after }) => commentFullname(after.id)),
    ...[...rewritten, ...comments.filter(hasComeOrGone)].map(({ after }) => replyNotice(after.id)),
  ];
}

/** What somebody wrote is listed with its text, for them alone. */
export function rewritten({ posts, comments }: Applied): EntryRef[] {
  const changed = [
    ...posts.map(({ before, after }) => ({ before, after, id: postFullname(after.id) })),
    ...comments.map(({ before, after }) => ({ before, after, id: commentFullname(after.id) })),
  ];
  return changed.flatMap(({ before, after, id }) => {
    const author = personKey(after.author);
    if (before === null || before.text === after.text || author === null) return [];
    return [{ listing: ownListing(author, "written"), id }];
  });
}
