/** Where everything that changes stands before the commit, and so what pages will see of it. */
import { type Comment, isLocked, type Person, type Post } from "../model/entities.ts";
import {
  type CommunityKey,
  commentFullname,
  type PersonKey,
  type PostId,
  personKey,
  postFullname,
  replyNotice,
} from "../model/ids.ts";
import { ownListing } from "../model/listing.ts";
import { byBeginning, MAIN_PIECE } from "../model/piece.ts";
import type { Change, PieceChange } from "../pages/change.ts";
import type { NewEntry, Refusal } from "../store/commit.ts";
import { readDiscussion, readPieces } from "../store/conversation.ts";
import type { ContentDb } from "../store/database.ts";
import { readLinkPosts } from "../store/link-groups.ts";
import { type EntryRef, readEntryPlaces, readRefusals } from "../store/mine.ts";
import {
  type Place,
  readPlaces,
  readSlots,
  type SlotAnswer,
  type SlotRequest,
} from "../store/places.ts";
import { countCommunities, readAliasesOf, readSlotCounts } from "../store/reads.ts";
import type { Rows } from "../store/touched.ts";
import { type DirtyScope, readAsof, readWindowPlaces } from "../store/windows.ts";
import type { Applied } from "./apply.ts";
import {
  answerAtEnd,
  askSlots,
  chronologicalChanges,
  newEntries,
  widenToDomains,
} from "./chronological-changes.ts";
import { hasComeOrGone } from "./has-come-or-gone.ts";
import { askLinks, linkGroupChanges } from "./link-group-changes.ts";
import { moderationChange } from "./moderation-change.ts";
import { privateMoves } from "./private-moves.ts";
import { askRanks, type ListingMoves, rankedChanges } from "./ranked-changes.ts";
import type { RankedHeads } from "./ranked-heads.ts";
import { dirtyScopes, shownInWindows } from "./window-changes.ts";

export interface PlacedChange {
  readonly entries: readonly NewEntry[];
  /** Places in private listings that become empty. */
  readonly cleared: readonly Place[];
  /** Those that were not told before. */
  readonly refusals: readonly Refusal[];
  readonly dirty: readonly DirtyScope[];
  /** Fullnames of what was reported, judged or taken down. */
  readonly reported: readonly string[];
  /** Of posts in the ranked listings. */
  readonly moves: readonly ListingMoves[];
  readonly change: Change;
}

/** @param ranked how the ranked listings begin, as far as it is known */
export async function placeChange(
  db: ContentDb,
  rows: Rows,
  applied: Applied,
  ranked: RankedHeads,
): Promise<PlacedChange> {
  const { posts, comments, communities, aliases } = applied;
  const gone = posts.filter(hasComeOrGone).map(({ after }) => after.id);
  const questions = askRanks(posts);
  const links = askLinks(posts);
  const moderation = await moderationChange(db, rows, applied);
  const publicRequests = [
    ...askSlots(posts, comments, (post) => communityOf(post, rows, applied)),
    ...moderation.logged,
  ];
  const refusals = await newRefusals(db, applied.refusals);
  const { entering, leaving } = privateMoves(rows, { ...applied, refusals });
  const discussion = await readDiscussion(db, gone);
  const shownPosts = existing(posts);
  const shown = [
    ...shownPosts.map(({ id }) => id),
    ...existing(comments).map(({ id }) => id),
    ...privateIds(applied),
    ...discussion.flatMap(({ id }) => [id, commentFullname(id), replyNotice(id)]),
  ];
  const relocked = posts.filter(isRelocked).map(({ after }) => after.id);
  const [
    heads,
    slots,
    ends,
    places,
    own,
    cleared,
    leading,
    pieces,
    windows,
    asof,
    communityCount,
    linkPosts,
  ] = await Promise.all([
    ranked.at(db, rows.commit, questions.listings, questions.depth),
    readSlots(db, publicRequests),
    readEnds(db, entering),
    readPlaces(db, shown),
    readEntryPlaces(db, rewritten(applied)),
    readEntryPlaces(db, leaving),
    readAliasesOf(db, gone),
    readPieces(db, [...gone, ...relocked]),
    readWindowPlaces(db, shownPosts),
    readAsof(db),
    communities.length === 0 ? 0 : countCommunities(db),
    readLinkPosts(db, links.linkKeys, links.limit),
  ]);
  const rankedChange = rankedChanges(questions, heads);
  const requests = [...publicRequests, ...entering];
  const answers = [...slots, ...ends];
  const entries = newEntries(requests, answers);
  const chronological = chronologicalChanges(
    [...places, ...own, ...cleared, ...moderation.places],
    requests,
    answers,
    entries,
  );
  const change: Change = {
    posts,
    comments,
    communities,
    communityCount: communityCount + communities.length,
    aliases: [...aliases.map(({ id }) => id), ...leading],
    pieces: [...piecesAround(applied, rows), ...revived(applied, rows), ...allPieces(pieces)],
    people: peopleShown(applied, discussion, rows),
    inboxesRead: raised(applied, rows, "inboxRead"),
    sessionsEnded: raised(applied, rows, "sessionEpoch"),
    exports: exportsChanged(applied, rows),
    ranked: rankedChange,
    chronological: [...widenToDomains(chronological, rankedChange), ...moderation.emptied],
    queues: moderation.queues,
    windows: shownInWindows(windows),
    linkGroups: linkGroupChanges(posts, linkPosts),
  };
  const dirty = dirtyScopes(posts, asof);
  const { reported } = moderation;
  return { entries, cleared, dirty, refusals, reported, moves: questions.listings, change };
}

/** A refusal that comes again is told once. */
async function newRefusals(
  db: ContentDb,
  refusals: readonly Refusal[],
): Promise<readonly Refusal[]> {
  const byEvent = new Map(refusals.map((refusal) => [refusal.event, refusal]));
  for (const event of (await readRefusals(db, [...byEvent.keys()])).keys()) byEvent.delete(event);
  return [...byEvent.values()];
}

/** Where the private listings end that something enters. */
async function readEnds(
  db: ContentDb,
  entering: readonly SlotRequest[],
): Promise<readonly SlotAnswer[]> {
  if (entering.length === 0) return [];
  const listings = entering.map(({ listing }) => listing);
  return (await readSlotCounts(db, listings)).map(answerAtEnd);
}

/**
 * How private listings call what they show no longer, or differently: what has gone is in none of
 * them, and an inbox shows the text of an answer.
 */
function privateIds({ posts, comments }: Applied): string[] {
  const rewritten = comments.filter(
    ({ before, after }) => before !== null && before.text !== after.text,
  );
  return [
    ...posts.filter(hasComeOrGone).map(({ after }) => postFullname(after.id)),
    ...comments.filter(hasComeOrGone).map(({ after }) => commentFullname(after.id)),
    ...[...rewritten, ...comments.filter(hasComeOrGone)].map(({ after }) => replyNotice(after.id)),
  ];
}

/** What somebody wrote is listed with its text, for them alone. */
function rewritten({ posts, comments }: Applied): EntryRef[] {
  const changed = [
    ...posts.map(({ before, after }) => ({ before, after, id: postFullname(after.id) })),
    ...comments.map(({ before, after }) => ({ before, after, id: commentFullname(after.id) })),
  ];
  return changed.flatMap(({ before, after, id }) => {
    const author = personKey(after.author);
    if (before === null || before.text === after.text || author === null) return [];
    return [{ listing: ownListing(author, "written"), id }];
  });
}

function isRelocked({ before, after }: Applied["posts"][number]): boolean {
  return before !== null && isLocked(before) !== isLocked(after);
}

/** Whoever has a file of all they wrote, and asks for it, writes, or leaves. */
function exportsChanged(applied: Applied, rows: Rows): PersonKey[] {
  const { posts, comments, people } = applied;
  const authors = [...posts, ...comments].flatMap(({ before, after }) =>
    before !== null && isSameText(before, after) ? [] : [before?.author ?? "", after.author],
  );
  const written = authors.map(personKey).filter((key) => key !== null);
  const known = new Map([...rows.people, ...people.map((person) => [person.key, person] as const)]);
  const keys = new Set([...written, ...people.map(({ key }) => key)]);
  return [...keys].filter((key) => (known.get(key)?.exportAt ?? 0) > 0);
}

function isSameText(before: Post | Comment, after: Post | Comment): boolean {
  const isSame = before.text === after.text && before.standing === after.standing;
  return isSame && before.author === after.author;
}

/** People for whom the number has grown. */
function raised({ people }: Applied, rows: Rows, field: "inboxRead" | "sessionEpoch"): PersonKey[] {
  return people
    .filter((person) => person[field] > (rows.people.get(person.key)?.[field] ?? 0))
    .map(({ key }) => key);
}

function existing<Thing>(
  changes: readonly { readonly before: Thing | null; readonly after: Thing }[],
): Thing[] {
  return changes.filter(({ before }) => before !== null).map(({ after }) => after);
}

function communityOf(post: PostId, rows: Rows, { posts }: Applied): CommunityKey {
  const found = rows.posts.get(post) ?? posts.find(({ after }) => after.id === post)?.after;
  if (!found) throw new Error(`a comment on ${post} without its row`);
  return found.community;
}

/**
 * A piece that begins is linked from the piece before it that answers the same parent; the first of
 * them is linked from where their parent stands.
 */
function piecesAround({ pieces, comments }: Applied, rows: Rows): PieceChange[] {
  const standsIn = new Map(comments.map(({ after }) => [after.id as string, after.piece]));
  for (const { id, piece } of rows.comments.values()) standsIn.set(id, piece);
  return pieces.flatMap(({ post, piece: begun }) => {
    const before = rows.pieces.get(post) ?? [];
    if (begun.name === MAIN_PIECE || before.some(({ name }) => name === begun.name)) return [];
    const siblings = [
      ...before,
      ...pieces.filter((each) => each.post === post).map(({ piece }) => piece),
    ]
      .filter(({ name, parent }) => name !== MAIN_PIECE && parent === begun.parent)
      .sort(byBeginning);
    const previous = siblings.findLast((each) => byBeginning(each, begun) < 0);
    const parent = begun.parent === null ? MAIN_PIECE : standsIn.get(begun.parent);
    return [{ post, piece: previous?.name ?? parent ?? MAIN_PIECE }];
  });
}

/**
 * The last visible comment of a piece has gone, or a first one has come: whatever leads to the piece
 * may do so no longer. Rare: all pieces of such a thread are written.
 */
function revived({ pieces }: Applied, rows: Rows): PieceChange[] {
  const threads = pieces.filter(({ post, piece }) => {
    const before = rows.pieces.get(post)?.find(({ name }) => name === piece.name);
    return before !== undefined && before.visible > 0 !== piece.visible > 0;
  });
  return [...new Set(threads.map(({ post }) => post))].flatMap((post) => {
    const names = (rows.pieces.get(post) ?? []).map(({ name }) => name);
    return names.map((piece) => ({ post, piece }));
  });
}

function allPieces(
  pieces: ReadonlyMap<PostId, readonly { readonly name: string }[]>,
): PieceChange[] {
  return [...pieces].flatMap(([post, ofPost]) => ofPost.map(({ name }) => ({ post, piece: name })));
}

/** The authors of what changed, of comments under a title that has gone, and those who are new. */
function peopleShown(
  { posts, comments, people }: Applied,
  discussion: readonly { readonly author: string }[],
  rows: Rows,
): PersonKey[] {
  const authors = [
    ...posts.map(({ after }) => after.author),
    ...comments.map(({ after }) => after.author),
    ...discussion.map(({ author }) => author),
  ];
  const keys = authors.map(personKey).filter((key) => key !== null);
  const different = people.filter((person) => !isShownAlike(person, rows.people.get(person.key)));
  return [...new Set([...keys, ...different.map(({ key }) => key)])];
}

/** Nothing that a person's own page shows is different. */
function isShownAlike(after: Person, before: Person | undefined): boolean {
  return (
    before !== undefined &&
    before.name === after.name &&
    before.createdAt === after.createdAt &&
    before.postKarma === after.postKarma &&
    before.commentKarma === after.commentKarma &&
    before.departure === after.departure
  );
}
