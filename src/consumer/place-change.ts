/** Where everything that changes stands before the commit, and so what pages will see of it. */
import {
  type CommentId,
  type CommunityKey,
  type PersonKey,
  type PostId,
  personKey,
} from "../model/ids.ts";
import { byBeginning, MAIN_PIECE } from "../model/piece.ts";
import type { Change, PieceChange } from "../pages/change.ts";
import type { NewEntry } from "../store/commit.ts";
import { readDiscussion, readPieces } from "../store/conversation.ts";
import type { ContentDb } from "../store/database.ts";
import { readLinkPosts } from "../store/link-groups.ts";
import { readLengths, readPlaces, readRanks, readSlots } from "../store/places.ts";
import { countCommunities, readAliasesOf } from "../store/reads.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import {
  askSlots,
  chronologicalChanges,
  newEntries,
  widenToDomains,
} from "./chronological-changes.ts";
import { askLinks, linkGroupChanges } from "./link-group-changes.ts";
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
  const links = askLinks(posts);
  const requests = askSlots(posts, comments, (post) => communityOf(post, rows, applied));
  const discussion = await readDiscussion(db, gone);
  const shown = [
    ...existingIds(posts),
    ...existingIds(comments),
    ...discussion.map(({ id }) => id),
  ];
  const [ranks, lengths, slots, places, leading, pieces, communityCount, linkPosts] =
    await Promise.all([
      readRanks(db, questions.ranks, questions.limit),
      readLengths(db, questions.listings, questions.limit),
      readSlots(db, requests),
      readPlaces(db, shown),
      readAliasesOf(db, gone),
      readPieces(db, gone),
      communities.length === 0 ? 0 : countCommunities(db),
      readLinkPosts(db, links.linkKeys, links.limit),
    ]);
  const ranked = rankedChanges(questions, ranks, lengths);
  const entries = newEntries(requests, slots);
  const change: Change = {
    posts,
    comments,
    communities,
    communityCount: communityCount + communities.length,
    aliases: [...aliases.map(({ id }) => id), ...leading],
    pieces: [...piecesAround(applied, rows), ...revived(applied, rows), ...allPieces(pieces)],
    people: peopleShown(applied, discussion),
    ranked,
    chronological: widenToDomains(chronologicalChanges(places, requests, slots, entries), ranked),
    linkGroups: linkGroupChanges(posts, linkPosts),
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
): PersonKey[] {
  const authors = [
    ...posts.map(({ after }) => after.author),
    ...comments.map(({ after }) => after.author),
    ...discussion.map(({ author }) => author),
  ];
  const keys = authors.map(personKey).filter((key) => key !== null);
  return [...new Set([...keys, ...people.map(({ key }) => key)])];
}
