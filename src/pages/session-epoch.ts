/**
 * Since when somebody's sessions hold: the head of their inbox says it, which the reader compares with
 * the token before it serves a private page. Scripts ask for the inbox more often than for anything
 * else of one's own, and it is written soon.
 */
import { INBOX_PATH, ownerOf, ownKey } from "./key.ts";
import type { PageType, Prepared, Rendered } from "./page-type.ts";

/**
 * @param inbox of those who have something in it; who has ended sessions has one in any case
 * @param viewEmpty what is shown to them then
 */
export function withSessionEpoch(inbox: PageType, viewEmpty: () => Rendered): PageType {
  return {
    ...inbox,
    *affectedBy(change) {
      yield* inbox.affectedBy(change);
      for (const person of change.sessionsEnded) yield ownKey(person, INBOX_PATH);
    },
    async *every(reads) {
      const others = new Set((await reads.endedSessions()).map((who) => ownKey(who, INBOX_PATH)));
      for await (const key of inbox.every(reads)) {
        others.delete(key);
        yield key;
      }
      yield* others;
    },
    async read(reads, keys, site) {
      const owners = keys.map((key) => ownerOf(key, INBOX_PATH));
      const [pages, people] = await Promise.all([
        inbox.read(reads, keys, site),
        reads.people(owners.filter((owner) => owner !== null)),
      ]);
      return pages.map((page, index): Prepared => {
        const owner = owners[index] ?? null;
        const epoch = (owner && people.get(owner)?.sessionEpoch) ?? 0;
        return () => withEpoch(page(), epoch, viewEmpty);
      });
    },
  };
}

function withEpoch(page: Rendered, sessionEpoch: number, viewEmpty: () => Rendered): Rendered {
  if (sessionEpoch === 0) return page;
  const shown = page.type === "void" ? viewEmpty() : page;
  return shown.type === "page" ? { ...shown, sessionEpoch } : shown;
}
