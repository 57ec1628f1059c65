/** What pages see of moderation: logs, queues of reports, and what a deleted account empties. */
import {
  actEntry,
  type CommunityKey,
  commentFullname,
  type PersonKey,
  postFullname,
} from "../model/ids.ts";
import { listingsOf, logListing } from "../model/listing.ts";
import type { ChronologicalChange } from "../pages/change.ts";
import type { ContentDb } from "../store/database.ts";
import { readModerated } from "../store/departures.ts";
import { readActPlaces, readActPlacesOf, readReported } from "../store/moderation.ts";
import type { Place, SlotRequest } from "../store/places.ts";
import { readSlotCounts } from "../store/reads.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import { hasComeOrGone } from "./has-come-or-gone.ts";

export interface ModerationChange {
  /** New entries of logs, oldest first. */
  readonly logged: readonly SlotRequest[];
  /** Where logs show something differently: a thing that has come or gone, a name that has. */
  readonly places: readonly Place[];
  readonly queues: readonly CommunityKey[];
  /** Fullnames of what was reported, judged or taken down. */
  readonly reported: readonly string[];
  /** All listings of those who have deleted their accounts. */
  readonly emptied: readonly ChronologicalChange[];
}

export async function moderationChange(
  db: ContentDb,
  rows: Rows,
  applied: Applied,
): Promise<ModerationChange> {
  const { reports, acts } = applied;
  const departed = applied.departed.map(({ key }) => key);
  const gone = fullnames(applied, hasComeOrGone);
  const judged = acts.map(({ thing }) => thing).filter((thing) => thing !== "");
  const edited = fullnames(applied, ({ before, after }) => before?.text !== after.text);
  const [shown, named, reported, moderated, emptied] = await Promise.all([
    readActPlaces(db, gone),
    readActPlacesOf(db, departed),
    readReported(db, [...gone, ...judged, ...edited]),
    readModerated(db, departed),
    emptiedListings(db, departed),
  ]);
  const queues = [
    ...reports.map(({ community }) => community),
    ...applied.roles.map(({ community }) => community),
    ...reported,
    ...moderated,
    ...[...rows.roles.values()]
      .filter(({ person }) => departed.includes(person))
      .map(({ community }) => community),
  ];
  return {
    logged: logRequests(applied),
    places: [...shown, ...named],
    queues: [...new Set(queues)],
    reported: [...reports.map(({ thing }) => thing), ...judged, ...gone],
    emptied,
  };
}

type AnyChange = Applied["posts"][number] | Applied["comments"][number];

function fullnames(
  { posts, comments }: Applied,
  isMeant: (change: AnyChange) => boolean,
): string[] {
  return [
    ...posts.filter(isMeant).map(({ after }) => postFullname(after.id)),
    ...comments.filter(isMeant).map(({ after }) => commentFullname(after.id)),
  ];
}

function logRequests({ acts }: Applied): SlotRequest[] {
  return acts
    .map(({ community, at, event }) => ({
      listing: logListing(community),
      createdAt: Math.floor(at / 1000),
      id: actEntry(event),
    }))
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** Every page of theirs, the one after the last full block included. */
async function emptiedListings(
  db: ContentDb,
  people: readonly PersonKey[],
): Promise<ChronologicalChange[]> {
  const listings = people.flatMap(listingsOf);
  if (listings.length === 0) return [];
  const counts = await readSlotCounts(db, listings);
  return listings.map((listing, index) => {
    const count = counts[index] ?? 0;
    return { listing, from: 1, to: count, countBefore: 0, countAfter: count };
  });
}
