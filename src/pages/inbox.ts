/** Somebody's inbox: answers, what was refused to them, and what moderators did. */
import type { Reads } from "../store/reads.ts";
import { type SlotsOfPage, splitChronologicalListing } from "./chronological-listing.ts";
import { viewInbox } from "./inbox-view.ts";
import { splitOwn } from "./key.ts";
import { readByFullname } from "./named-things.ts";
import { type Notices, readNotices, subjectOf } from "./notices.ts";
import { asSeenBy } from "./own-view.ts";

function owns(listing: string): boolean {
  return splitOwn(listing)?.rest === "/inbox";
}

export const inbox = splitChronologicalListing<Notices>(
  { heads: "/me/inbox (key: ~{name}/inbox)", blocks: "/me/inbox/{n} (key: ~{name}/inbox/{n})" },
  {
    name: "mine: inbox",
    separator: "/",
    isSparse: true,
    lanes: { head: "fast", block: "private" },
    owns,
    every: async (reads) => (await reads.privateListings()).filter(owns),
    begun: () => [],
    load: loadNotices,
    // A block's number of slots would change with every notice, and its page with it.
    view: ({ block, before, after, slots }, notices) =>
      viewInbox(notices, block === null ? slots : 0, { before, after }),
  },
);

async function loadNotices(reads: Reads, pages: readonly SlotsOfPage[]): Promise<Notices[]> {
  const found = await readNotices(
    reads,
    pages.flatMap(({ ids }) => ids),
  );
  const replies = [...found.values()].flatMap((notice) =>
    notice.type === "reply" ? [notice.comment] : [],
  );
  const about = [...found.values()].map(subjectOf).filter((name) => name !== null);
  const subjects = await readByFullname(reads, about);
  const posts = await reads.posts(replies.map(({ post }) => post));
  const acts = [...found.values()].flatMap((notice) => (notice.type === "act" ? [notice.act] : []));
  const communities = await reads.communities(
    [...posts.values(), ...acts].map(({ community }) => community),
  );
  return pages.map(({ listing, ids }) => {
    const owner = splitOwn(listing)?.person ?? null;
    return {
      posts: asSeenBy(owner, posts),
      communities,
      subjects: asSeenBy(owner, subjects),
      notices: ids.map((id) => found.get(id)).filter((notice) => notice !== undefined),
    };
  });
}
