/**
 * What the script lays over the shared pages for one person: their last votes, what they saved and
 * hid; and, in a document of its own because it must be fresher, how much of their inbox is unread.
 */
import { byAge } from "../model/by-age.ts";
import type { PersonKey } from "../model/ids.ts";
import { OWN_LISTINGS, type OwnListing, ownListing } from "../model/listing.ts";
import type { TailEntry } from "../store/mine.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { ownerOf, ownKey, splitOwn } from "./key.ts";
import { readNotices } from "./notices.ts";
import { definePage, jsonPage } from "./page-type.ts";

/** Things in the document of each kind; votes together. */
const MAX_THINGS = 1000;
/** Nobody needs to know more exactly. */
const MAX_UNREAD = 100;

interface Overlay {
  /** By fullname, newest first; 0 for what is one's own, and has one's vote no longer. */
  readonly votes: Readonly<Record<string, 1 | 0 | -1>>;
  readonly saved: readonly string[];
  readonly hidden: readonly string[];
}

export const EMPTY_OVERLAY: Overlay = { votes: {}, saved: [], hidden: [] };

export const overlayPage = definePage<PersonKey, Overlay>({
  name: "mine: overlay",
  path: "/me/overlay.json (key: ~{name}/overlay)",
  tier: "write",
  parse: (key) => ownerOf(key, "/overlay"),
  lane: () => "votes",
  *affectedBy(change) {
    // What they wrote, too: a vote that they took back from their own is told by it.
    const names = [...OWN_LISTINGS, "written"] as const;
    for (const person of owners(change, names)) yield ownKey(person, "/overlay");
  },
  async *every(reads) {
    for (const person of await everyOwner(reads, OWN_LISTINGS)) yield ownKey(person, "/overlay");
  },
  load: loadOverlays,
  view: (_, overlay) => jsonPage(overlay),
});

type ListingName = OwnListing | "inbox" | "written";

function isOneOf(names: readonly ListingName[], rest: string): boolean {
  return names.some((name) => rest === `/${name}`);
}

/** Whose listings of these names change. */
function owners(change: Change, names: readonly ListingName[]): Set<PersonKey> {
  const people = new Set<PersonKey>();
  for (const { listing } of change.chronological) {
    const own = splitOwn(listing);
    if (own && isOneOf(names, own.rest)) people.add(own.person);
  }
  return people;
}

async function everyOwner(reads: Reads, names: readonly ListingName[]): Promise<Set<PersonKey>> {
  const all = (await reads.privateListings()).map(splitOwn).filter((own) => own !== null);
  return new Set(all.filter(({ rest }) => isOneOf(names, rest)).map(({ person }) => person));
}

async function loadOverlays(
  reads: Reads,
  people: readonly PersonKey[],
): Promise<(Overlay | null)[]> {
  const listings = people.flatMap((person) => OWN_LISTINGS.map((name) => ownListing(person, name)));
  const counts = await reads.slotCounts(listings);
  const tails = await reads.tails(listings, MAX_THINGS);
  const written = await reads.tails(
    people.map((person) => ownListing(person, "written")),
    MAX_THINGS,
  );
  return people.map((_, index) => {
    const own = written[index] ?? [];
    const at = (name: OwnListing) => index * OWN_LISTINGS.length + OWN_LISTINGS.indexOf(name);
    if (OWN_LISTINGS.every((name) => (counts[at(name)] ?? 0) === 0)) return null;
    const tailOf = (name: OwnListing) => tails[at(name)] ?? [];
    const votes = [
      ...tailOf("liked").map((entry) => ({ ...entry, value: 1 as const })),
      ...tailOf("disliked").map((entry) => ({ ...entry, value: -1 as const })),
      ...withdrawn(own, tailOf("liked"), tailOf("disliked")),
    ];
    votes.sort((a, b) => byAge(b, a));
    return {
      votes: Object.fromEntries(votes.slice(0, MAX_THINGS).map(({ id, value }) => [id, value])),
      saved: tailOf("saved").map(({ id }) => id),
      hidden: tailOf("hidden").map(({ id }) => id),
    };
  });
}

/**
 * Authors vote for their own, unless they take it back. A vote that is not among the last ones is
 * older than all of them, and so is what it was for: such a thing is not among the newest either.
 */
function withdrawn(
  written: readonly TailEntry[],
  ...voted: readonly (readonly TailEntry[])[]
): { readonly id: string; readonly createdAt: number; readonly value: 0 }[] {
  const known = new Set(voted.flat().map(({ id }) => id));
  return written
    .filter(({ id }) => !known.has(id))
    .map(({ id, createdAt }) => ({ id, createdAt, value: 0 }));
}

export const unreadPage = definePage<PersonKey, number>({
  name: "mine: unread",
  path: "/me/unread.json",
  tier: "write",
  parse: (key) => ownerOf(key, "/unread"),
  lane: () => "fast",
  *affectedBy(change) {
    const people = new Set([...owners(change, ["inbox"]), ...change.inboxesRead]);
    for (const person of people) yield ownKey(person, "/unread");
  },
  async *every(reads) {
    for (const person of await everyOwner(reads, ["inbox"])) yield ownKey(person, "/unread");
  },
  load: countUnread,
  view: (_, unread) => jsonPage({ unread }),
});

async function countUnread(reads: Reads, keys: readonly PersonKey[]): Promise<(number | null)[]> {
  const listings = keys.map((key) => ownListing(key, "inbox"));
  const people = await reads.people(keys);
  const counts = await reads.slotCounts(listings);
  const ranges = listings.map((listing, index) => {
    const to = counts[index] ?? 0;
    const read = people.get(keys[index] as PersonKey)?.inboxRead ?? 0;
    return { listing, from: Math.max(read, to - MAX_UNREAD) + 1, to };
  });
  const ids = await reads.slotIds(ranges);
  const notices = await readNotices(reads, ids.flat());
  return keys.map((_, index) => {
    if ((counts[index] ?? 0) === 0) return null;
    return (ids[index] ?? []).filter((id) => notices.has(id)).length;
  });
}
