/** What has become different in a draft of rows. Pure. */
import type { Person } from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import type { Piece } from "../model/piece.ts";
import type { Refusal } from "../store/commit.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import type { Draft } from "./draft.ts";

/** @param rows as they were read */
export function changesOf(
  rows: Rows,
  draft: Draft,
  refusals: readonly Refusal[],
): Omit<Applied, "outcomes"> {
  const isThere = <Value>(value: Value | null): value is Value => value !== null;
  return {
    communities: changed(rows.communities, draft.communities),
    posts: changedThings(rows.posts, draft.posts),
    comments: changedThings(rows.comments, draft.comments),
    votes: changed(rows.votes, draft.votes).filter(isThere),
    commentVotes: changed(rows.commentVotes, draft.commentVotes).filter(isThere),
    tallies: changed(rows.tallies, draft.tallies),
    tallied: [...rows.tallies.keys()].filter((post) => !draft.tallies.has(post)),
    pieces: changedPieces(rows, draft),
    people: changed(rows.people, draft.people),
    marks: changed(rows.marks, draft.marks).filter(isThere),
    reports: draft.reports,
    roles: changed(rows.roles, draft.roles),
    acts: draft.acts,
    departed: departed(rows, draft),
    aliases: [...draft.aliases]
      .filter(([id]) => !rows.aliases.has(id))
      .map(([id, post]) => ({ id, post })),
    refusals,
  };
}

function departed(rows: Rows, draft: Draft): Person[] {
  return changed(rows.people, draft.people).filter(
    ({ key, departure }) =>
      departure !== null && (rows.people.get(key)?.departure ?? null) === null,
  );
}

function changedThings<Id, Thing extends { readonly id: Id }>(
  before: ReadonlyMap<Id, Thing>,
  after: ReadonlyMap<Id, Thing>,
): { readonly before: Thing | null; readonly after: Thing }[] {
  return changed(before, after).map((thing) => ({
    before: before.get(thing.id) ?? null,
    after: thing,
  }));
}

function changedPieces(
  rows: Rows,
  draft: Draft,
): { readonly post: PostId; readonly piece: Piece }[] {
  return [...draft.pieces].flatMap(([post, pieces]) => {
    const before = new Set(rows.pieces.get(post));
    return pieces.filter((piece) => !before.has(piece)).map((piece) => ({ post, piece }));
  });
}

/** A draft puts a new value in place of one that changes. */
export function changed<Key, Value>(
  before: ReadonlyMap<Key, Value>,
  after: ReadonlyMap<Key, Value>,
): Value[] {
  return [...after].filter(([key, value]) => before.get(key) !== value).map(([, value]) => value);
}
