/** The names of listings: which scope, which ranking, which chronological one. Pure. */
import type { CommunityKey, PersonKey } from "./ids.ts";

/** The whole site (null) or one community. */
export type Scope = CommunityKey | null;

/** Orders that follow from the votes; every one has an index for the site and for communities. */
export const RANKINGS = ["hot", "top"] as const;
export type Ranking = (typeof RANKINGS)[number];

/** What every listing's path in a scope begins with: `` or `/r/programming`. */
export function scopePath(scope: Scope): string {
  return scope === null ? "" : `/r/${scope}`;
}

/** A chronological listing's name is the path of its head: `/new`, `/r/programming/new`. */
export function newListing(scope: Scope): string {
  return `${scopePath(scope)}/new`;
}

/** Newest comments, of the site or of a community. */
export function commentsListing(scope: Scope): string {
  return `${scopePath(scope)}/comments`;
}

/** What a person has posted; what they have said. */
export function submittedListing(person: PersonKey): string {
  return `/user/${person}/submitted`;
}

export function saidListing(person: PersonKey): string {
  return `/user/${person}/comments`;
}

/** What is somebody's own, in the order in which it came. */
export const OWN_LISTINGS = ["saved", "hidden", "liked", "disliked"] as const;
export type OwnListing = (typeof OWN_LISTINGS)[number];

/** No path begins with `~`: only a session leads to such a page. */
export function ownListing(person: PersonKey, name: OwnListing | "inbox" | "written"): string {
  return `~${person}/${name}`;
}

/** Everything chronological that is about one person, private listings and public ones. */
export function listingsOf(person: PersonKey): string[] {
  const own = [...OWN_LISTINGS, "inbox", "written"] as const;
  return [
    submittedListing(person),
    saidListing(person),
    ...own.map((name) => ownListing(person, name)),
  ];
}

/** What the moderators of a community have done. */
export function logListing(community: CommunityKey): string {
  return `${scopePath(community)}/about/log`;
}
