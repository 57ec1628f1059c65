/**
 * Everything that pages are rendered from: reads of content rows, each taking many requests at
 * once, so that a hundred pages cost a handful of queries.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type { Act, Comment, Community, Person, Post } from "../model/entities.ts";
import type { CommentId, CommunityKey, Domain, EventId, PersonKey, PostId } from "../model/ids.ts";
import type { LinkGroup } from "../model/link-group.ts";
import type { Ranking } from "../model/listing.ts";
import type { Piece } from "../model/piece.ts";
import type { StatusReport } from "../model/status.ts";
import type { Refusal } from "./commit.ts";
import {
  type PieceRef,
  readComments,
  readContinuations,
  readPeople,
  readPersonKeys,
  readPieceComments,
  readPieces,
} from "./conversation.ts";
import { readDomainCounts, readLiveDomains } from "./domains.ts";
import { readAllLinkGroups, readLinkGroups } from "./link-groups.ts";
import {
  readEndedSessions,
  readExporters,
  readPrivateListings,
  readRefusals,
  readTails,
  type TailEntry,
} from "./mine.ts";
import {
  type ReportedThing,
  readActs,
  readModerators,
  readRemovals,
  readReportedThings,
} from "./moderation.ts";
import { fromPostRow, type PostRow, SELECT_POST } from "./post-row.ts";
import { type RankedSlice, readRankedSlices, rowsIn } from "./ranked.ts";
import { type Address, readAddresses } from "./sitemap.ts";
import { readStatus } from "./status.ts";
import { readWindowCounts, readWindowLists } from "./windows.ts";

/** Slots of a chronological listing: 1-based, oldest first, both ends included. */
export interface SlotRange {
  readonly listing: string;
  readonly from: number;
  readonly to: number;
}

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
    complaints: number,
  ): Promise<readonly (readonly ReportedThing[])[]>;
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

/** Ids read at a time when all are walked. */
const WALK_ROWS = 5000;

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
    reportedThings: (communities, limit, complaints) =>
      readReportedThings(db, communities, limit, complaints),
    removals: (communities, limit) => readRemovals(db, communities, limit),
    tails: (listings, max) => readTails(db, listings, max),
    status: () => readStatus(db),
    privateListings: () => readPrivateListings(db),
    exporters: () => readExporters(db),
    endedSessions: () => readEndedSessions(db),
  };
}

interface CommunityRow {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly creator: string;
  readonly created_at: number;
}

function fromCommunityRow(row: CommunityRow): Community {
  const { created_at: createdAt, key, ...rest } = row;
  return { ...rest, key: key as CommunityKey, createdAt };
}

export async function readCommunities(
  db: D1Database,
  keys: readonly CommunityKey[],
): Promise<Map<CommunityKey, Community>> {
  if (keys.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT c.* FROM json_each(?1) q CROSS JOIN community c ON c.key = q.value")
    .bind(JSON.stringify([...new Set(keys)]))
    .all<CommunityRow>();
  return new Map(results.map((row) => [row.key as CommunityKey, fromCommunityRow(row)]));
}

/** Those that these posts are in. */
export async function readCommunitiesOfPosts(
  db: D1Database,
  posts: readonly PostId[],
): Promise<Map<CommunityKey, Community>> {
  if (posts.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT * FROM community WHERE key IN
         (SELECT p.community FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value)`,
    )
    .bind(JSON.stringify(posts))
    .all<CommunityRow>();
  return new Map(results.map((row) => [row.key as CommunityKey, fromCommunityRow(row)]));
}

async function readAllCommunities(db: D1Database): Promise<Community[]> {
  const { results } = await db.prepare("SELECT * FROM community ORDER BY key").all<CommunityRow>();
  return results.map(fromCommunityRow);
}

export async function hasPosts(db: D1Database): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM post LIMIT 1").first()) !== null;
}

export async function countCommunities(db: D1Database): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS communities FROM community")
    .first<{ communities: number }>();
  return row?.communities ?? 0;
}

export async function readPosts(
  db: D1Database,
  ids: readonly PostId[],
): Promise<Map<PostId, Post>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare(`${SELECT_POST} FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value`)
    .bind(JSON.stringify([...new Set(ids)]))
    .all<PostRow>();
  return new Map(results.map((row) => [row.id as PostId, fromPostRow(row)]));
}

export async function readAliases(
  db: D1Database,
  ids: readonly PostId[],
): Promise<Map<PostId, PostId>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT a.id, a.post FROM json_each(?1) q CROSS JOIN alias a ON a.id = q.value")
    .bind(JSON.stringify([...new Set(ids)]))
    .all<{ id: PostId; post: PostId }>();
  return new Map(results.map(({ id, post }) => [id, post]));
}

async function readAliasIds(db: D1Database): Promise<PostId[]> {
  const { results } = await db.prepare("SELECT id FROM alias ORDER BY id").all<{ id: PostId }>();
  return results.map(({ id }) => id);
}

/** The ids that lead to any of these posts. */
export async function readAliasesOf(db: D1Database, posts: readonly PostId[]): Promise<PostId[]> {
  if (posts.length === 0) return [];
  const { results } = await db
    .prepare("SELECT a.id FROM json_each(?1) q CROSS JOIN alias a ON a.post = q.value")
    .bind(JSON.stringify(posts))
    .all<{ id: PostId }>();
  return results.map(({ id }) => id);
}

async function readSlotIds(db: D1Database, ranges: readonly SlotRange[]): Promise<string[][]> {
  const { results } = await db
    .prepare(
      `SELECT e.id, q.key AS range FROM json_each(?1) q
       CROSS JOIN entry e ON e.listing = q.value ->> 'listing'
         AND e.slot BETWEEN q.value ->> 'from' AND q.value ->> 'to' ORDER BY q.key, e.slot`,
    )
    .bind(JSON.stringify(ranges))
    .all<{ id: string; range: number }>();
  const ids = ranges.map((): string[] => []);
  for (const { id, range } of results) ids[range]?.push(id);
  return ids;
}

export async function readSlotCounts(
  db: D1Database,
  listings: readonly string[],
): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT coalesce((SELECT max(slot) FROM entry WHERE listing = q.value), 0) AS slots
       FROM json_each(?1) q ORDER BY q.key`,
    )
    .bind(JSON.stringify(listings))
    .all<{ slots: number }>();
  return results.map(({ slots }) => slots);
}

async function readRankedCounts(
  db: D1Database,
  ranking: Ranking,
): Promise<Map<CommunityKey, number>> {
  const { results } = await db
    .prepare(
      `SELECT community, count(*) AS posts ${rowsIn(ranking, "site", "")} GROUP BY community`,
    )
    .all<{ community: CommunityKey; posts: number }>();
  return new Map(results.map(({ community, posts }) => [community, posts]));
}

async function* walkThreadIds(db: D1Database): AsyncGenerator<PostId> {
  const statement = db.prepare(
    `SELECT id FROM (SELECT id FROM post WHERE id > ?1 UNION ALL SELECT id FROM alias WHERE id > ?1)
     ORDER BY id LIMIT ${WALK_ROWS}`,
  );
  let last = "";
  while (true) {
    const { results } = await statement.bind(last).all<{ id: PostId }>();
    for (const { id } of results) yield id;
    const end = results.at(-1);
    if (!end || results.length < WALK_ROWS) return;
    last = end.id;
  }
}
