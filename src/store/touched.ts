/**
 * The rows that a batch of events touches, read before it is decided what they become. In one round
 * for what the events name, and a second one where aliases, links or comments lead elsewhere.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type {
  Comment,
  CommentVote,
  Community,
  Mark,
  Person,
  Post,
  Role,
  Vote,
} from "../model/entities.ts";
import {
  type CommentId,
  type CommunityKey,
  commentFullname,
  type EventId,
  type PersonKey,
  type PostId,
  parsePostFullname,
  personKey,
  postFullname,
} from "../model/ids.ts";
import { ownListing } from "../model/listing.ts";
import type { Piece } from "../model/piece.ts";
import type { Presence } from "../model/presence.ts";
import type { Tally } from "../model/tally.ts";
import { readActs, readKnownRemovals } from "./acts.ts";
import { readSite } from "./commit.ts";
import { readCommunities, readCommunitiesOfPosts } from "./communities.ts";
import { readComments, readPieces } from "./conversation.ts";
import { type LeftBehind, readLeftBehind } from "./departures.ts";
import { type MarkRef, readMarks } from "./mine.ts";
import { readAuthors, readPeople } from "./people.ts";
import { readAliases, readPosts } from "./posts.ts";
import { refKey } from "./ref-key.ts";
import { type Refusal, readRefusals, readTakenBack } from "./refusals.ts";
import { readRoles } from "./roles.ts";
import { readSlotCounts } from "./slots.ts";
import { askAbout } from "./statements.ts";
import { readTallies } from "./tallies.ts";
import { type CommentVoteRef, readCommentVotes, readVotes, type VoteRef } from "./votes.ts";

/** A link in a community, as `linkKey` names it. */
export interface LinkRef {
  readonly community: CommunityKey;
  readonly linkKey: string;
}

export interface SubmittedLink extends LinkRef {
  readonly post: PostId;
}

/** What a batch of events is about. */
export interface Touch {
  readonly communities: readonly CommunityKey[];
  readonly posts: readonly PostId[];
  readonly votes: readonly VoteRef[];
  /** Links to be submitted: those that the community has already will become aliases. */
  readonly links: readonly SubmittedLink[];
  readonly comments: readonly CommentId[];
  readonly commentVotes: readonly CommentVoteRef[];
  /** Senders, and whom their acts concern. */
  readonly people: readonly string[];
  /** Things that somebody saves or hides; an alias's own id among them. */
  readonly marks: readonly MarkRef[];
  /** Events that moderators sent. */
  readonly acts: readonly EventId[];
  /** Events of which a duplicate may not be decided anew, if they have been refused. */
  readonly refusable: readonly EventId[];
  /** Those who say how far they have read. */
  readonly inboxes: readonly PersonKey[];
  /** Fullnames of what verdicts are about. */
  readonly judged: readonly string[];
  /** Fullnames of what is posted or said. */
  readonly made: readonly string[];
}

export interface Rows {
  readonly commit: number;
  readonly presence: Presence;
  readonly communities: ReadonlyMap<CommunityKey, Community>;
  readonly posts: ReadonlyMap<PostId, Post>;
  readonly aliases: ReadonlyMap<PostId, PostId>;
  /** Of the posts that are read. */
  readonly tallies: ReadonlyMap<PostId, Tally>;
  /** By `refKey`; null where there is none. What was not asked for is not there. */
  readonly votes: ReadonlyMap<string, Vote | null>;
  /** The oldest visible post of each link, by `refKey`. */
  readonly links: ReadonlyMap<string, PostId>;
  readonly comments: ReadonlyMap<CommentId, Comment>;
  /** As `votes`. */
  readonly commentVotes: ReadonlyMap<string, CommentVote | null>;
  /** All pieces of the threads of all posts that are read. */
  readonly pieces: ReadonlyMap<PostId, readonly Piece[]>;
  /** Those who write, and the authors of what is read. */
  readonly people: ReadonlyMap<PersonKey, Person>;
  /** By `markKey`; null where there is none. */
  readonly marks: ReadonlyMap<string, Mark | null>;
  /** All roles of the senders and of those whom their acts concern, by `roleKey`. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Of the moderators' events those that have been applied. */
  readonly acts: ReadonlySet<EventId>;
  /** Of those that are refusable, which have been refused. */
  readonly refused: ReadonlySet<EventId>;
  /**
   * When those of the senders left who have, by `refKey` of them and of what they had a say in then:
   * of the things that the events name, and of communities.
   */
  readonly leftBehind: ReadonlyMap<string, number>;
  /** Of what is judged, that which its author believes to be removed. */
  readonly knownRemovals: ReadonlySet<string>;
  /** What is made, and was to be deleted before it was there, by `refKey` of it and of who asked. */
  readonly takenBack: ReadonlySet<string>;
  /** Slots of the inboxes that are asked for. */
  readonly inboxSlots: ReadonlyMap<PersonKey, number>;
}

/**
 * @param db a gathered one: the commit number is read in one transaction with what the events name,
 *   and so is never newer than any of the rows
 */
export async function readTouched(db: D1Database, touch: Touch): Promise<Rows> {
  const hasThreads = touch.comments.length > 0;
  const [{ commit, ...presence }, aliases, links, comments, named, own] = await Promise.all([
    readSite(db),
    readAliases(db, touch.posts),
    readLinks(db, touch.links),
    readComments(db, touch.comments),
    readPostRows(db, touch, hasThreads),
    readOwnRows(db, touch),
  ]);
  const leadsTo = new Map(aliases);
  for (const { community, linkKey, post } of touch.links) {
    const existing = links.get(refKey(community, linkKey));
    if (existing && !aliases.has(post)) leadsTo.set(post, existing);
  }
  const authors = [...comments.values()].map(({ author }) => personKey(author));
  const [meant, speakers, left] = await Promise.all([
    readPostRows(db, meantBy(touch, leadsTo, comments), hasThreads),
    readPeople(db, authors),
    readLeftBy(db, touch, own.people, leadsTo),
  ]);
  return {
    commit,
    presence,
    aliases,
    links,
    comments,
    ...own,
    communities: joined(own.communities, named.communities, meant.communities),
    posts: joined(named.posts, meant.posts),
    tallies: joined(named.tallies, meant.tallies),
    votes: joined(named.votes, meant.votes),
    pieces: joined(named.pieces, meant.pieces),
    people: joined(own.people, named.people, meant.people, speakers),
    marks: joined(named.marks, meant.marks),
    leftBehind: new Map(left.map(({ person, what, at }) => [refKey(person, what), at])),
  };
}

/** Mostly nobody has left who still sends, and nothing is asked. */
function readLeftBy(
  db: D1Database,
  { posts, comments }: Touch,
  senders: ReadonlyMap<PersonKey, Person>,
  leadsTo: ReadonlyMap<PostId, PostId>,
): Promise<LeftBehind[]> | [] {
  const departed = [...senders.values()].filter(({ departure }) => departure !== null);
  if (departed.length === 0) return [];
  return readLeftBehind(
    db,
    departed.map(({ key }) => key),
    [...posts.map((id) => postFullname(leadsTo.get(id) ?? id)), ...comments.map(commentFullname)],
  );
}

function joined<Key, Value>(...maps: readonly ReadonlyMap<Key, Value>[]): Map<Key, Value> {
  return new Map(maps.flatMap((map) => [...map]));
}

/** Posts, what belongs to them, and what people did with them. */
type PostRefs = Pick<Touch, "posts" | "votes" | "marks">;

async function readPostRows(db: D1Database, refs: PostRefs, hasThreads: boolean) {
  const { votes, marks } = refs;
  const ids = [...new Set(refs.posts)];
  const [posts, tallies, communities, people, pieces, voteRows, markRows] = await Promise.all([
    readPosts(db, ids),
    readTallies(db, ids),
    readCommunitiesOfPosts(db, ids),
    readAuthors(db, ids),
    readPieces(db, hasThreads ? ids : []),
    readVotes(db, votes),
    readMarks(db, marks),
  ]);
  return { posts, tallies, communities, people, pieces, votes: voteRows, marks: markRows };
}

/** What events are about without naming it. */
function meantBy(
  { votes, marks }: Touch,
  leadsTo: ReadonlyMap<PostId, PostId>,
  comments: ReadonlyMap<CommentId, Comment>,
): PostRefs {
  return {
    posts: [...leadsTo.values(), ...[...comments.values()].map(({ post }) => post)],
    votes: votes.flatMap(({ post: named, user }) => {
      const post = leadsTo.get(named);
      return post === undefined ? [] : [{ post, user }];
    }),
    marks: marks.flatMap((ref) => {
      const named = parsePostFullname(ref.thing);
      const post = named === null ? undefined : leadsTo.get(named);
      return post === undefined ? [] : [{ ...ref, thing: postFullname(post) }];
    }),
  };
}

/** What is not about posts. */
async function readOwnRows(db: D1Database, touch: Touch) {
  const senders = touch.people.map(personKey).filter((key) => key !== null);
  const inboxes = touch.inboxes.map((person) => ownListing(person, "inbox"));
  const [commentVotes, communities, people, roles, acts, refusals, known, taken, slots] =
    await Promise.all([
      readCommentVotes(db, touch.commentVotes),
      readCommunities(db, touch.communities),
      readPeople(db, senders),
      readRoles(db, senders),
      readActs(db, touch.acts),
      readRefusals(db, touch.refusable),
      readKnownRemovals(db, touch.judged),
      readTakenBack(db, touch.made),
      inboxes.length === 0 ? [] : readSlotCounts(db, inboxes),
    ]);
  const inboxSlots = new Map(touch.inboxes.map((person, index) => [person, slots[index] ?? 0]));
  return {
    commentVotes,
    communities,
    people,
    roles,
    acts: new Set(acts.keys()),
    refused: new Set(
      refusals
        .values()
        .filter(isFinal)
        .map(({ event }) => event),
    ),
    knownRemovals: new Set(known),
    takenBack: new Set(taken.map(({ thing, user }) => refKey(thing, user))),
    inboxSlots,
  };
}

/** What had not arrived when its time was over may have arrived since: a deletion is still meant. */
function isFinal({ reason }: Refusal): boolean {
  return !reason.startsWith("no_such_");
}

async function readLinks(db: D1Database, links: readonly LinkRef[]): Promise<Map<string, PostId>> {
  const results = await askAbout<LinkRef & { id: PostId | null }>(
    db,
    `SELECT q.value ->> 'community' AS community, q.value ->> 'linkKey' AS linkKey,
         (SELECT id FROM post WHERE community = q.value ->> 'community'
            AND link_key = q.value ->> 'linkKey' AND standing = 'visible'
          ORDER BY created_at, id LIMIT 1) AS id
       FROM json_each(?1) q`,
    links,
  );
  const found = new Map<string, PostId>();
  for (const { community, linkKey, id } of results) {
    if (id !== null) found.set(refKey(community, linkKey), id);
  }
  return found;
}
