/**
 * A batch of events becomes one commit: read the rows they touch, decide in pure code, name the
 * pages, write everything at once. Depends on the store for reading and writing, on nothing else
 * that can fail.
 */

import { type CommunityKey, communityKey, type PostId } from "../model/ids.ts";
import { linkKey, parseLink } from "../model/link.ts";
import { affectedPages } from "../pages/affected.ts";
import type { PostChange } from "../pages/change.ts";
import type { CairnEvent } from "../queue/events.ts";
import { commitChanges } from "../store/commit.ts";
import type { ContentDb } from "../store/database.ts";
import type { Pace } from "../store/page-rows.ts";
import { readLengths, readPlaces, readRanks, readSlots } from "../store/places.ts";
import { countCommunities, readAliasesOf } from "../store/reads.ts";
import { readTouched, type SubmittedLink, type Touch, type VoteRef } from "../store/touched.ts";
import { type Applied, apply, type Outcome } from "./apply.ts";
import { askSlots, chronologicalChanges, newEntries } from "./chronological-changes.ts";
import { askRanks, rankedChanges } from "./ranked-changes.ts";

/** Two consumers that always collide would mean a bug; then the queue tries again later. */
const MAX_CONFLICTS = 20;

/** @returns what became of each event, in their order */
export async function consumeEvents(
  db: ContentDb,
  events: readonly CairnEvent[],
  now: number,
  pace: Pace,
): Promise<readonly Outcome[]> {
  for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
    const rows = await readTouched(db, touchedBy(events));
    const applied = apply(rows, events, now);
    if (isNothing(applied)) return applied.outcomes;
    const { entries, change } = await placeChange(db, applied);
    const posts = applied.posts.map(({ after }) => after);
    const isCommitted = await commitChanges(
      db,
      rows.commit,
      { ...applied, posts, entries },
      { pages: affectedPages(change), isUrgent: change.posts.some(hasComeOrGone) },
      now,
      pace,
    );
    if (isCommitted) return applied.outcomes;
  }
  throw new Error(`${MAX_CONFLICTS} commits in a row came too late`);
}

function touchedBy(events: readonly CairnEvent[]): Touch {
  const communities: CommunityKey[] = [];
  const posts: PostId[] = [];
  const votes: VoteRef[] = [];
  const links: SubmittedLink[] = [];
  for (const event of events) {
    if (event.type === "community_created") {
      communities.push(communityKey(event.name));
      continue;
    }
    posts.push(event.post);
    if (event.type === "post_deleted") continue;
    votes.push({ post: event.post, user: event.by });
    if (event.type === "post_voted") continue;
    const community = communityKey(event.community);
    communities.push(community);
    const link = event.url === null ? null : parseLink(event.url);
    if (link) links.push({ community, linkKey: linkKey(link), post: event.post });
  }
  return { communities, posts, votes, links };
}

function isNothing({ communities, posts, votes, aliases, refusals }: Applied): boolean {
  return [communities, posts, votes, aliases, refusals].every(({ length }) => length === 0);
}

/** Where everything that changes stands before this commit, and so which pages show it. */
async function placeChange(db: ContentDb, applied: Applied) {
  const { posts, communities, aliases } = applied;
  const existing = posts.filter(({ before }) => before !== null).map(({ after }) => after.id);
  const gone = posts.filter(hasComeOrGone).map(({ after }) => after.id);
  const questions = askRanks(posts);
  const requests = askSlots(posts);
  const [ranks, lengths, slots, places, leading, communityCount] = await Promise.all([
    readRanks(db, questions.ranks, questions.limit),
    readLengths(db, questions.scopes, questions.limit),
    readSlots(db, requests),
    readPlaces(db, existing),
    readAliasesOf(db, gone),
    communities.length === 0 ? 0 : countCommunities(db),
  ]);
  const entries = newEntries(requests, slots);
  const change = {
    posts,
    communities,
    communityCount: communityCount + communities.length,
    aliases: [...aliases.map(({ id }) => id), ...leading],
    ranked: rankedChanges(questions, ranks, lengths),
    chronological: chronologicalChanges(places, requests, slots, entries),
  };
  return { entries, change };
}

function hasComeOrGone({ before, after }: PostChange): boolean {
  return before !== null && before.standing !== after.standing;
}
