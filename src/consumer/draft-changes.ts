/** What has become different in a draft of rows. Pure. */
import type { Changed } from "../model/changed.ts";
import type { Comment, Person, Post } from "../model/entities.ts";
import { commentFullname, type PostId, personKey, postFullname } from "../model/ids.ts";
import type { Piece } from "../model/piece.ts";
import type { LeftBehind } from "../store/departures.ts";
import type { Refusal } from "../store/refusals.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import type { Draft } from "./draft.ts";

/** @param rows as they were read */
export function changesOf(
  rows: Rows,
  draft: Draft,
  refusals: readonly Refusal[],
): Omit<Applied, "outcomes"> {
  const posts = changedThings(rows.posts, draft.posts);
  const comments = changedThings(rows.comments, draft.comments);
  const isThere = <Value>(value: Value | null): value is Value => value !== null;
  return {
    communities: changed(rows.communities, draft.communities),
    posts,
    comments,
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
    told: draft.told,
    departed: departed(rows, draft),
    leftBehind: [
      ...disowned(posts, postFullname),
      ...disowned(comments, commentFullname),
      ...draft.leftBehind,
    ],
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

function disowned<Thing extends Post | Comment>(
  changes: readonly Changed<Thing>[],
  fullname: (id: Thing["id"]) => string,
): Omit<LeftBehind, "at">[] {
  return changes.flatMap(({ before, after }) => {
    const person = before && before.author !== after.author ? personKey(before.author) : null;
    return person === null ? [] : [{ person, what: fullname(after.id) }];
  });
}

function changedThings<Id, Thing extends { readonly id: Id }>(
  before: ReadonlyMap<Id, Thing>,
  after: ReadonlyMap<Id, Thing>,
): Changed<Thing>[] {
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
