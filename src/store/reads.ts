/**
 * Everything that pages are rendered from: reads of content rows, each taking many requests at
 * once, so that a hundred pages cost a handful of queries.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type { Act, Comment, Community, Person, Post, Role } from "../model/entities.ts";
import type { CommentId, CommunityKey, Domain, EventId, PersonKey, PostId } from "../model/ids.ts";
import type { LinkGroup } from "../model/link-group.ts";
import type { Ranking } from "../model/listing.ts";
import type { Piece } from "../model/piece.ts";
import type { StatusReport } from "../model/status.ts";
import { readActs, readRemovals } from "./acts.ts";
import { readAllCommunities, readCommunities } from "./communities.ts";
import {
  type PieceRef,
  readComments,
  readContinuations,
  readPieceComments,
  readPieces,
} from "./conversation.ts";
import { readDomainCounts, readLiveDomains } from "./domains.ts";
import { readAllLinkGroups, readLinkGroups } from "./link-groups.ts";
import { readPrivateListings, readTails, type TailEntry } from "./mine.ts";
import { readEndedSessions, readExporters, readPeople, readPersonKeys } from "./people.ts";
import { readAliases, readAliasIds, readPosts, walkThreadIds } from "./posts.ts";
import { type RankedSlice, readRankedCounts, readRankedSlices } from "./ranked.ts";
import { type Refusal, readRefusals } from "./refusals.ts";
import { type ReportedThing, readReportedThings } from "./reports.ts";
import { readBanned, readModerators } from "./roles.ts";
import { type Address, readAddresses } from "./sitemap.ts";
import { readSlotCounts, readSlotIds, type SlotRange } from "./slots.ts";
import { readStatus } from "./status.ts";
import { readWindowCounts, readWindowLists } from "./windows.ts";

export interface Reads {
  communities(keys: readonly CommunityKey[]): Promise<ReadonlyMap<CommunityKey, Community>>;
  /** In the order of their keys. */
  allCommunities(): Promise<readonly Community[]>;
  /** Whatever their standing. */
  posts(ids: readonly PostId[]): Promise<ReadonlyMap<PostId, Post>>;
  /** Id → the post it leads to, for those of the ids that are aliases. */
  aliases(ids: readonly PostId[]): Promise<ReadonlyMap<PostId, PostId>>;
  /** All of them. */
  aliasIds(): Promise<readonly PostId[]>;
  /** Visible posts, best first. */
  rankedSlices(slices: readonly RankedSlice[]): Promise<readonly (readonly Post[])[]>;
  /** Ids in the order of their slots, of whatever the listings hold. */
  slotIds(ranges: readonly SlotRange[]): Promise<readonly (readonly string[])[]>;
  /** The visible posts in slots of listings of posts, oldest first. */
  addresses(ranges: readonly SlotRange[]): Promise<readonly (readonly Address[])[]>;
  /** Slots in each listing; 0 for an unknown one. */
  slotCounts(listings: readonly string[]): Promise<readonly number[]>;
  /** The posts of each clock-driven listing, best first, whatever their standing. */
  windowLists(listings: readonly string[]): Promise<readonly (readonly PostId[])[]>;
  /** Posts in each clock-driven listing that has any. */
  windowCounts(): Promise<ReadonlyMap<string, number>>;
  /** Posts in a ranking by community, for those that have any. */
  rankedCounts(ranking: Ranking): Promise<ReadonlyMap<CommunityKey, number>>;
  /** Visible posts by domain, for those that have any. */
  domainCounts(): Promise<ReadonlyMap<Domain, number>>;
  /** Those of the domains that have a visible post. */
  liveDomains(domains: Iterable<Domain>): Promise<ReadonlySet<Domain>>;
  /** By the keys of the links. */
  linkGroups(linkKeys: Iterable<string>): Promise<ReadonlyMap<string, LinkGroup>>;
  /** Every group of two or more. */
  allLinkGroups(): Promise<readonly LinkGroup[]>;
  /** Ids of all posts and aliases: every id that has a page. */
  threadIds(): AsyncIterable<PostId>;
  /** Whatever their standing. */
  comments(ids: readonly CommentId[]): Promise<ReadonlyMap<CommentId, Comment>>;
  /** The comments of each piece, in no order. */
  pieceComments(refs: readonly PieceRef[]): Promise<readonly (readonly Comment[])[]>;
  /** All pieces of the threads of these posts. */
  pieces(posts: readonly PostId[]): Promise<ReadonlyMap<PostId, readonly Piece[]>>;
  /** Every piece that has a page of its own. */
  continuations(): Promise<readonly PieceRef[]>;
  people(keys: readonly PersonKey[]): Promise<ReadonlyMap<PersonKey, Person>>;
  personKeys(): Promise<readonly PersonKey[]>;
  refusals(events: readonly EventId[]): Promise<ReadonlyMap<EventId, Refusal>>;
  acts(events: readonly EventId[]): Promise<ReadonlyMap<EventId, Act>>;
  /** The named moderators of each community. */
  moderators(communities: readonly CommunityKey[]): Promise<readonly (readonly PersonKey[])[]>;
  /** Of each community, the most recently reported first. */
  reportedThings(
    communities: readonly CommunityKey[],
    limit: number,
    reasons: number,
  ): Promise<readonly (readonly ReportedThing[])[]>;
  /** Who is banned from each community, the last one first. */
  banned(
    communities: readonly CommunityKey[],
    limit: number,
  ): Promise<readonly (readonly Role[])[]>;
  /** Of each community, the acts by which things are removed now, the newest first. */
  removals(
    communities: readonly CommunityKey[],
    limit: number,
  ): Promise<readonly (readonly Act[])[]>;
  /** What stands last in private listings, newest first. */
  tails(listings: readonly string[], max: number): Promise<readonly (readonly TailEntry[])[]>;
  /** What cron last found; null before it ran. */
  status(): Promise<StatusReport | null>;
  /** The names of all private listings. */
  privateListings(): Promise<readonly string[]>;
  /** People who have asked for a file of all they wrote. */
  exporters(): Promise<readonly PersonKey[]>;
  /** People whose sessions of an earlier epoch have ended. */
  endedSessions(): Promise<readonly PersonKey[]>;
}

export function openReads(db: D1Database): Reads {
  return {
    communities: (keys) => readCommunities(db, keys),
    allCommunities: () => readAllCommunities(db),
    posts: (ids) => readPosts(db, ids),
    aliases: (ids) => readAliases(db, ids),
    aliasIds: () => readAliasIds(db),
    rankedSlices: (slices) => readRankedSlices(db, slices),
    slotIds: (ranges) => readSlotIds(db, ranges),
    addresses: (ranges) => readAddresses(db, ranges),
    slotCounts: (listings) => readSlotCounts(db, listings),
    windowLists: (listings) => readWindowLists(db, listings),
    windowCounts: () => readWindowCounts(db),
    rankedCounts: (ranking) => readRankedCounts(db, ranking),
    domainCounts: () => readDomainCounts(db),
    liveDomains: (domains) => readLiveDomains(db, domains),
    linkGroups: (linkKeys) => readLinkGroups(db, linkKeys),
    allLinkGroups: () => readAllLinkGroups(db),
    threadIds: () => walkThreadIds(db),
    comments: (ids) => readComments(db, ids),
    pieceComments: (refs) => readPieceComments(db, refs),
    pieces: (posts) => readPieces(db, posts),
    continuations: () => readContinuations(db),
    people: (keys) => readPeople(db, keys),
    personKeys: () => readPersonKeys(db),
    refusals: (events) => readRefusals(db, events),
    acts: (events) => readActs(db, events),
    moderators: (communities) => readModerators(db, communities),
    reportedThings: (communities, limit, reasons) =>
      readReportedThings(db, communities, limit, reasons),
    banned: (communities, limit) => readBanned(db, communities, limit),
    removals: (communities, limit) => readRemovals(db, communities, limit),
    tails: (listings, max) => readTails(db, listings, max),
    status: () => readStatus(db),
    privateListings: () => readPrivateListings(db),
    exporters: () => readExporters(db),
    endedSessions: () => readEndedSessions(db),
  };
}
