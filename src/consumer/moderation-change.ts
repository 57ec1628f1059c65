/** What pages see of moderation: logs, queues of reports, and what a deleted account empties. */
import { byAge } from "../model/by-age.ts";
import type { Changed } from "../model/changed.ts";
import type { Comment, Post } from "../model/entities.ts";
import {
  actEntry,
  type CommunityKey,
  commentFullname,
  type PersonKey,
  personSubject,
} from "../model/ids.ts";
import { listingsOf, logListing, saidListing, submittedListing } from "../model/listing.ts";
import type { ChronologicalChange } from "../pages/change.ts";
import { splitScope } from "../pages/key.ts";
import { readActPlaces, readActPlacesOf } from "../store/acts.ts";
import type { ContentDb } from "../store/database.ts";
import { readModerated } from "../store/departures.ts";
import type { Place, SlotRequest } from "../store/places.ts";
import { readRefusalPlaces } from "../store/refusals.ts";
import { readReported, readReportedBy } from "../store/reports.ts";
import { readRolePlaces } from "../store/roles.ts";
import { readSlotCounts } from "../store/slots.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import { hasComeOrGone } from "./has-come-or-gone.ts";
import { isReworded, type ThingChange, thingChanges } from "./thing-changes.ts";

export interface ModerationChange {
  /** New entries of logs, oldest first. */
  readonly logged: readonly SlotRequest[];
  /** Where logs and refusals differ now: a thing has come or gone, or a name has. */
  readonly places: readonly Place[];
  readonly queues: readonly CommunityKey[];
  readonly moderators: readonly CommunityKey[];
  /** Fullnames of what was reported, judged or taken down. */
  readonly reported: readonly string[];
  /** Listings of which each page differs: of those who have deleted their accounts, or have another name. */
  readonly whole: readonly ChronologicalChange[];
}

export async function moderationChange(
  db: ContentDb,
  rows: Rows,
  applied: Applied,
): Promise<ModerationChange> {
  const { reports, acts } = applied;
  const departed = applied.departed.map(({ key }) => key);
  const things = thingChanges(applied);
  const gone = fullnames(things.filter(hasComeOrGone));
  const judged = acts.map(({ thing }) => thing).filter((thing) => thing !== "");
  const edited = fullnames(things.filter(isReworded));
  const renamed = renamedIn(rows, applied);
  const [shown, refused, named, reported, complained, left, held, whole] = await Promise.all([
    readActPlaces(db, [...gone, ...fullnames(things.filter(isRejudged)), ...reworded(applied)]),
    readRefusalPlaces(db, [...gone, ...[...departed, ...renamed].map(personSubject)]),
    readActPlacesOf(db, departed),
    readReported(db, [...gone, ...judged, ...edited]),
    readReportedBy(db, departed),
    readModerated(db, departed),
    // A log names the founder as they signed the founding.
    readRolePlaces(db, renamed),
    wholeListings(db, [
      ...departed.flatMap(listingsOf),
      // Each of their pages has their name above it.
      ...renamed
        .filter((person) => rows.people.has(person))
        .flatMap((person) => [submittedListing(person), saidListing(person)]),
    ]),
  ]);
  const moderated = [...left, ...held];
  const queues = [
    ...queuesOf(rows, applied),
    ...reported,
    ...complained,
    ...moderated,
    ...named.map(({ listing }) => splitScope(listing).scope).filter((scope) => scope !== null),
  ];
  return {
    logged: logRequests(applied),
    places: [...shown, ...refused, ...named],
    queues: [...new Set(queues)],
    moderators: [...new Set([...applied.roles.map(({ community }) => community), ...moderated])],
    reported: [...reports.map(({ thing }) => thing), ...judged, ...gone],
    whole,
  };
}

/** Where queues differ, as far as the events and the rows that were read tell. */
function queuesOf(rows: Rows, applied: Applied): CommunityKey[] {
  const { reports, roles, acts } = applied;
  const departed = applied.departed.map(({ key }) => key);
  const left = [...rows.roles.values()].filter(({ person }) => departed.includes(person));
  const onThings = acts.filter(({ thing }) => thing !== "");
  const changes = [...reports, ...roles, ...onThings, ...left];
  return [...changes.map(({ community }) => community), ...judgedBefore(rows, applied)];
}

/** Comments: what was done to one is told together with what it says. */
function reworded({ comments }: Applied): string[] {
  return comments.filter(isReworded).map(({ after }) => commentFullname(after.id));
}

/** Refusals and logs name people as they were first seen; a sign of them that comes late may be older. */
function renamedIn(rows: Rows, { people }: Applied): PersonKey[] {
  return people
    .filter(({ key, name }) => (rows.people.get(key)?.name ?? key) !== name)
    .map(({ key }) => key);
}

/** Where queues may list something as removed that has gone, or whose author has, or was edited since. */
function judgedBefore(rows: Rows, { posts, comments }: Applied): CommunityKey[] {
  const isListed = (change: Changed<Post | Comment>) =>
    change.after.verdict !== null && (hasComeOrGone(change) || isEditedUnseen(change));
  return [
    ...posts.filter(isListed).map(({ after }) => after.community),
    ...comments
      .filter(isListed)
      .map(({ after }) => rows.posts.get(after.post)?.community)
      .filter((community) => community !== undefined),
  ];
}

function isEditedUnseen({ before, after }: Changed<Post | Comment>): boolean {
  return after.standing === "removed" && before?.edit !== after.edit;
}

/** Logs say which thing was removed, but not of spam. */
function isRejudged({ before, after }: Changed<Post | Comment>): boolean {
  return before !== null && before.verdict?.kind !== after.verdict?.kind;
}

function fullnames(changes: readonly ThingChange[]): string[] {
  return changes.map(({ fullname }) => fullname);
}

function logRequests({ acts }: Applied): SlotRequest[] {
  return acts
    .filter(({ by }) => by !== "")
    .map(({ community, at, event }) => ({
      listing: logListing(community),
      createdAt: Math.floor(at / 1000),
      id: actEntry(event),
    }))
    .sort(byAge);
}

/** Every page of them, the one after the last full block included. */
async function wholeListings(
  db: ContentDb,
  listings: readonly string[],
): Promise<ChronologicalChange[]> {
  if (listings.length === 0) return [];
  const counts = await readSlotCounts(db, listings);
  return listings.map((listing, index) => {
    const count = counts[index] ?? 0;
    return { listing, from: 1, to: count, countBefore: 0, countAfter: count };
  });
}
