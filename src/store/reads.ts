/**
 * Everything that pages are rendered from: reads of content rows, each taking many requests at
 * once, so that a hundred pages cost a handful of queries.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { readActs, readRemovals } from "./acts.ts";
import { readAllCommunities, readCommunities } from "./communities.ts";
import { readComments, readContinuations, readPieceComments, readPieces } from "./conversation.ts";
import { readDomainCounts, readLiveDomains } from "./domains.ts";
import { readAllLinkGroups, readLinkGroups } from "./link-groups.ts";
import { readPrivateListings, readTails } from "./mine.ts";
import { readEndedSessions, readExporters, readPeople, readPersonKeys } from "./people.ts";
import { readAliases, readAliasIds, readPosts, walkThreadIds } from "./posts.ts";
import { readRankedCounts, readRankedSlices } from "./ranked.ts";
import { readRefusals } from "./refusals.ts";
import { readReportedThings } from "./reports.ts";
import { readBanned, readModerators } from "./roles.ts";
import { readAddresses } from "./sitemap.ts";
import { readSlotCounts, readSlotIds } from "./slots.ts";
import { readStatus } from "./status.ts";
import { readWindowCounts, readWindowLists } from "./windows.ts";

export type Reads = ReturnType<typeof openReads>;

export function openReads(db: D1Database) {
  /** The same question, always of this database. */
  const asked =
    <Args extends readonly unknown[], Answer>(read: (db: D1Database, ...args: Args) => Answer) =>
    (...args: Args): Answer =>
      read(db, ...args);
  return {
    communities: asked(readCommunities),
    allCommunities: asked(readAllCommunities),
    posts: asked(readPosts),
    aliases: asked(readAliases),
    aliasIds: asked(readAliasIds),
    rankedSlices: asked(readRankedSlices),
    slotIds: asked(readSlotIds),
    addresses: asked(readAddresses),
    slotCounts: asked(readSlotCounts),
    windowLists: asked(readWindowLists),
    windowCounts: asked(readWindowCounts),
    rankedCounts: asked(readRankedCounts),
    domainCounts: asked(readDomainCounts),
    liveDomains: asked(readLiveDomains),
    linkGroups: asked(readLinkGroups),
    allLinkGroups: asked(readAllLinkGroups),
    threadIds: asked(walkThreadIds),
    comments: asked(readComments),
    pieceComments: asked(readPieceComments),
    pieces: asked(readPieces),
    continuations: asked(readContinuations),
    people: asked(readPeople),
    personKeys: asked(readPersonKeys),
    refusals: asked(readRefusals),
    acts: asked(readActs),
    moderators: asked(readModerators),
    reportedThings: asked(readReportedThings),
    banned: asked(readBanned),
    removals: asked(readRemovals),
    tails: asked(readTails),
    status: asked(readStatus),
    privateListings: asked(readPrivateListings),
    exporters: asked(readExporters),
    endedSessions: asked(readEndedSessions),
  };
}
