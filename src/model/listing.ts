/** The names of listings: which scope, which ranking, which chronological one. Pure. */
import { controversialOf, hotOf, isVisible, type Post, score } from "./entities.ts";
import type { CommunityKey, Domain, PersonKey } from "./ids.ts";

/** The whole site (null) or one community. */
export type SiteOrCommunity = CommunityKey | null;

/** Links to one domain, whatever their communities. */
export interface DomainScope {
  readonly domain: Domain;
}

/** Whose posts a listing shows. */
export type Scope = SiteOrCommunity | DomainScope;

export function isDomainScope(scope: Scope): scope is DomainScope {
  return typeof scope === "object" && scope !== null;
}

/** What a post's places in ranked listings follow from. */
export type RankedPost = Pick<
  Post,
  "id" | "community" | "domains" | "createdAt" | "ups" | "downs" | "standing"
>;

/** All scopes that a post belongs to. */
export function scopesOf({ community, domains }: RankedPost): Scope[] {
  return [null, community, ...domains.map((domain) => ({ domain }))];
}

/** Orders that follow from the votes; every one has an index for the site and for communities. */
const RANKINGS = ["hot", "top", "controversial"] as const;
export type Ranking = (typeof RANKINGS)[number];

/** Domains are looked up rather than followed: the one order that shows what is alive is enough. */
export const DOMAIN_RANKINGS: readonly Ranking[] = ["hot"];

export function rankingsIn(scope: Scope): readonly Ranking[] {
  return isDomainScope(scope) ? DOMAIN_RANKINGS : RANKINGS;
}

const VALUE: Readonly<Record<Ranking, (post: RankedPost) => number>> = {
  hot: hotOf,
  top: score,
  controversial: controversialOf,
};

/** What a ranking orders a post by; null for one that is not in it, in any scope. */
export function rankValue(ranking: Ranking, post: RankedPost): number | null {
  if (!isVisible(post)) return null;
  const value = VALUE[ranking](post);
  // Most posts are disputed by nobody: they would only cost writes.
  return ranking === "controversial" && value === 0 ? null : value;
}

/** What every listing's path in a scope begins with: ``, `/r/programming`, `/domain/example.com`. */
export function scopePath(scope: Scope): string {
  if (scope === null) return "";
  return isDomainScope(scope) ? `/domain/${scope.domain}` : `/r/${scope}`;
}

/** A chronological listing's name is the path of its head: `/new`, `/r/programming/new`. */
export function newListing(scope: Scope): string {
  return `${scopePath(scope)}/new`;
}

/** Newest comments, of the site or of a community. */
export function commentsListing(scope: SiteOrCommunity): string {
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
