/** Where everything that changes stands before the commit, and so what pages will see of it. */
import type { Changed } from "../model/changed.ts";
import { isLocked } from "../model/entities.ts";
import { type CommunityKey, commentFullname, type PostId, replyNotice } from "../model/ids.ts";
import type { Change } from "../pages/change.ts";
import type { PlacedRows } from "../store/commit.ts";
import { countCommunities } from "../store/communities.ts";
import { readDiscussion, readPieces } from "../store/conversation.ts";
import type { ContentDb } from "../store/database.ts";
import { readLinkPosts } from "../store/link-groups.ts";
import { readEntryPlaces } from "../store/mine.ts";
import { readPlaces, readSlots, type SlotAnswer, type SlotRequest } from "../store/places.ts";
import { readAliasesOf } from "../store/posts.ts";
import { type Refusal, readRefusals } from "../store/refusals.ts";
import { readSlotCounts } from "../store/slots.ts";
import type { Rows } from "../store/touched.ts";
import { readAsof, readWindowPlaces } from "../store/windows.ts";
import type { Applied } from "./apply.ts";
import { exportsChanged, peopleShown, raised } from "./changed-people.ts";
import { allPieces, relinked } from "./changed-pieces.ts";
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
import { privateIds, rewritten } from "./private-ids.ts";
import { privateMoves } from "./private-moves.ts";
import { askRanks, type ListingMoves, rankedChanges } from "./ranked-changes.ts";
import type { RankedHeads } from "./ranked-heads.ts";
import { dirtyScopes, shownInWindows } from "./window-changes.ts";

export interface PlacedChange extends PlacedRows {
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
    pieces: [...relinked(applied, rows), ...allPieces(pieces)],
    people: peopleShown(applied, discussion, rows),
    inboxesRead: raised(applied, rows, "inboxRead"),
    sessionsEnded: raised(applied, rows, "sessionEpoch"),
    exports: exportsChanged(applied, rows),
    ranked: rankedChange,
    chronological: [...widenToDomains(chronological, rankedChange), ...moderation.whole],
    queues: moderation.queues,
    moderators: moderation.moderators,
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

function isRelocked({ before, after }: Applied["posts"][number]): boolean {
  return before !== null && isLocked(before) !== isLocked(after);
}

function existing<Thing>(changes: readonly Changed<Thing>[]): Thing[] {
  return changes.filter(({ before }) => before !== null).map(({ after }) => after);
}

function communityOf(post: PostId, rows: Rows, { posts }: Applied): CommunityKey {
  const found = rows.posts.get(post) ?? posts.find(({ after }) => after.id === post)?.after;
  if (!found) throw new Error(`a comment on ${post} without its row`);
  return found.community;
}
