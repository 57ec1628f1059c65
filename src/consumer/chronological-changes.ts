/**
 * Which slots of the chronological listings a batch changes, and the slots that new posts get. Pure.
 * A post keeps its slot for ever, unless an older one arrives late and everything newer moves up.
 */
import type { Post } from "../model/entities.ts";
import { newListing } from "../model/listing.ts";
import type { ChronologicalChange, PostChange } from "../pages/change.ts";
import type { NewEntry } from "../store/commit.ts";
import type { Place, SlotAnswer, SlotRequest } from "../store/places.ts";

/** One request for each new post and each listing it enters; oldest first in a listing. */
export function askSlots(changes: readonly PostChange[]): SlotRequest[] {
  const requests = changes
    .filter(({ before }) => before === null)
    .flatMap(({ after }) => listingsOf(after).map((listing) => slotRequest(listing, after)));
  return requests.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

function listingsOf(post: Post): string[] {
  return [newListing(null), newListing(post.community)];
}

function slotRequest(listing: string, { createdAt, id }: Post): SlotRequest {
  return { listing, createdAt, id };
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

/** @param places where posts stand that existed before and are different now */
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
  const grown = [...counts].map(([listing, countBefore]) => {
    const slots = added.filter((entry) => entry.listing === listing).map(({ slot }) => slot);
    const countAfter = countBefore + slots.length;
    return { listing, from: Math.min(...slots), to: countAfter, countBefore, countAfter };
  });
  const shown = places.map(({ listing, slot, count }) => {
    const countAfter = count + added.filter((entry) => entry.listing === listing).length;
    return { listing, from: slot, to: slot, countBefore: count, countAfter };
  });
  return [...grown, ...shown];
}
