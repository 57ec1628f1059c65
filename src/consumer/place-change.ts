/** Where everything that changes stands before the commit, and so what pages will see of it. */
import {
  type CommentId,
  type CommunityKey,
  type PersonKey,
  type PostId,
  personKey,
} from "../model/ids.ts";
import { MAIN_PIECE } from "../model/piece.ts";
import type { Change, PieceChange } from "../pages/change.ts";
import type { NewEntry } from "../store/commit.ts";
import { readDiscussion, readPieces } from "../store/conversation.ts";
import type { ContentDb } from "../store/database.ts";
import { readLengths, readPlaces, readRanks, readSlots } from "../store/places.ts";
import { countCommunities, readAliasesOf } from "../store/reads.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import { askSlots, chronologicalChanges, newEntries } from "./chronological-changes.ts";
import { askRanks, rankedChanges } from "./ranked-changes.ts";

export interface PlacedChange {
  readonly entries: readonly NewEntry[];
  readonly change: Change;
}

export async function placeChange(
  db: ContentDb,
  rows: Rows,
  applied: Applied,
): Promise<PlacedChange> {
  const { posts, comments, communities, aliases } = applied;
  const gone = posts.filter(hasComeOrGone).map(({ after }) => after.id);
  const questions = askRanks(posts);
  const requests = askSlots(posts, comments, (post) => communityOf(post, rows, applied));
  const discussion = await readDiscussion(db, gone);
  const shown = [
    ...existingIds(posts),
    ...existingIds(comments),
    ...discussion.map(({ id }) => id),
  ];
  const [ranks, lengths, slots, places, leading, pieces, communityCount] = await Promise.all([
    readRanks(db, questions.ranks, questions.limit),
    readLengths(db, questions.scopes, questions.limit),
    readSlots(db, requests),
    readPlaces(db, shown),
    readAliasesOf(db, gone),
    readPieces(db, gone),
    communities.length === 0 ? 0 : countCommunities(db),
  ]);
  const entries = newEntries(requests, slots);
  const change: Change = {
    posts,
    comments,
    communities,
    communityCount: communityCount + communities.length,
    aliases: [...aliases.map(({ id }) => id), ...leading],
    pieces: [...piecesAround(applied, rows), ...allPieces(pieces)],
    people: peopleShown(applied, discussion),
    ranked: rankedChanges(questions, ranks, lengths),
    chronological: chronologicalChanges(places, requests, slots, entries),
  };
  return { entries, change };
}

/** Of what existed before: does it become visible, or stop being so? */
export function hasComeOrGone({
  before,
  after,
}: {
  readonly before: { readonly standing: string } | null;
  readonly after: { readonly standing: string };
}): boolean {
  return before !== null && before.standing !== after.standing;
}

function existingIds(
  changes: readonly {
    readonly before: unknown;
    readonly after: { readonly id: PostId | CommentId };
  }[],
): string[] {
  return changes.filter(({ before }) => before !== null).map(({ after }) => after.id);
}

function communityOf(post: PostId, rows: Rows, { posts }: Applied): CommunityKey {
  const found = rows.posts.get(post) ?? posts.find(({ after }) => after.id === post)?.after;
  if (!found) throw new Error(`a comment on ${post} without its row`);
  return found.community;
}

/**
 * A piece that has begun is linked from the comment that it continues, and from the piece before it
 * that answers the same parent. Rare: all pieces of such a thread are written.
 */
function piecesAround({ comments }: Applied, { pieces }: Rows): PieceChange[] {
  const grown = comments
    .filter(({ before, after }) => before === null && after.piece === after.id)
    .map(({ after }) => after.post);
  return [...new Set(grown)].flatMap((post) => {
    const names = (pieces.get(post) ?? []).map(({ name }) => name);
    return [MAIN_PIECE, ...names].map((piece) => ({ post, piece }));
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
): PersonKey[] {
  const authors = [
    ...posts.map(({ after }) => after.author),
    ...comments.map(({ after }) => after.author),
    ...discussion.map(({ author }) => author),
  ];
  const keys = authors.map(personKey).filter((key) => key !== null);
  return [...new Set([...keys, ...people.map(({ key }) => key)])];
}
