/**
 * Which slots of the chronological listings a batch changes, and the slots that new things get. Pure.
 * A thing keeps its slot for ever, unless an older one arrives late and everything newer moves up.
 */
import { byAge } from "../model/by-age.ts";
import type { Changed } from "../model/changed.ts";
import { type CommentId, type CommunityKey, type PostId, personKey } from "../model/ids.ts";
import {
  commentsListing,
  isDomainScope,
  newListing,
  saidListing,
  scopesOf,
  submittedListing,
} from "../model/listing.ts";
import type {
  ChronologicalChange,
  CommentChange,
  PostChange,
  RankedChange,
} from "../pages/change.ts";
import type { NewEntry } from "../store/entries.ts";
import type { Place, SlotAnswer, SlotRequest } from "../store/places.ts";

interface Listed {
  readonly id: PostId | CommentId;
  readonly createdAt: number;
  readonly listings: readonly string[];
}

/**
 * One request for each new thing and each listing it enters; oldest first in a listing.
 * @param communityOf the community of a post
 */
export function askSlots(
  posts: readonly PostChange[],
  comments: readonly CommentChange[],
  communityOf: (post: PostId) => CommunityKey,
): SlotRequest[] {
  const added: Listed[] = [
    ...newOnes(posts).map((post) => ({ ...post, listings: postListings(post) })),
    ...newOnes(comments).map((comment) => ({
      ...comment,
      listings: commentListings(comment.author, communityOf(comment.post)),
    })),
  ];
  const requests = added.flatMap(({ listings, createdAt, id }) =>
    listings.map((listing) => ({ listing, createdAt, id })),
  );
  return requests.sort(byAge);
}

function newOnes<Thing>(changes: readonly Changed<Thing>[]): Thing[] {
  return changes.filter(({ before }) => before === null).map(({ after }) => after);
}

function postListings(post: PostChange["after"]): string[] {
  const person = personKey(post.author);
  const own = person === null ? [] : [submittedListing(person)];
  return [...scopesOf(post).map(newListing), ...own];
}

function commentListings(author: string, community: CommunityKey): string[] {
  const person = personKey(author);
  const own = person === null ? [] : [saidListing(person)];
  return [commentsListing(null), commentsListing(community), ...own];
}

/** What enters a private listing comes last, whatever its time: nothing there is numbered anew. */
export function answerAtEnd(count: number): SlotAnswer {
  return { before: count, count };
}

/** Entries in the order in which they can be inserted: late ones first, each listing's oldest first. */
export function newEntries(
  requests: readonly SlotRequest[],
  answers: readonly SlotAnswer[],
): NewEntry[] {
  const added = new Map<string, number>();
  const entries = requests.map((request, index) => {
    const { before, count } = answers[index] as SlotAnswer;
    const earlier = added.get(request.listing) ?? 0;
    added.set(request.listing, earlier + 1);
    return { ...request, slot: before + earlier + 1, isLate: before < count };
  });
  return [...entries.filter(({ isLate }) => isLate), ...entries.filter(({ isLate }) => !isLate)];
}

/**
 * A domain has no pages while none of its posts is visible: all of its blocks come, or go, with the
 * first or last one.
 * @param ranked which says how many are visible
 */
export function widenToDomains(
  changes: readonly ChronologicalChange[],
  ranked: readonly RankedChange[],
): ChronologicalChange[] {
  const whole = new Set(
    ranked
      .filter(({ lengthBefore, lengthAfter }) => (lengthBefore === 0) !== (lengthAfter === 0))
      .flatMap(({ scope }) => (isDomainScope(scope) ? [newListing(scope)] : [])),
  );
  return changes.map((change) =>
    whole.has(change.listing) ? { ...change, from: 1, to: change.countAfter } : change,
  );
}

/** @param places where things stand that existed before and are shown differently now */
export function chronologicalChanges(
  places: readonly Place[],
  requests: readonly SlotRequest[],
  answers: readonly SlotAnswer[],
  added: readonly NewEntry[],
): ChronologicalChange[] {
  const counts = new Map<string, number>();
  requests.forEach(({ listing }, index) => {
    counts.set(listing, answers[index]?.count ?? 0);
  });
  const addedTo = Map.groupBy(added, ({ listing }) => listing);
  const grown = [...counts].map(([listing, countBefore]) => {
    const slots = (addedTo.get(listing) ?? []).map(({ slot }) => slot);
    const countAfter = countBefore + slots.length;
    return { listing, from: Math.min(...slots), to: countAfter, countBefore, countAfter };
  });
  const shown = places.map(({ listing, slot, count }) => {
    const countAfter = count + (addedTo.get(listing)?.length ?? 0);
    return { listing, from: slot, to: slot, countBefore: count, countAfter };
  });
  return [...grown, ...shown];
}
