/** Sums that follow from what changed: comments of posts and pieces, karma of people. Pure. */
import { type Comment, isVisible, type Post, score } from "../model/entities.ts";
import { personKey } from "../model/ids.ts";
import type { Rows } from "../store/touched.ts";
import type { Draft } from "./draft.ts";
import { changed } from "./draft-changes.ts";

/** @param rows as they were read */
export function addSums(rows: Rows, draft: Draft): void {
  for (const after of changed(rows.comments, draft.comments)) {
    const before = rows.comments.get(after.id) ?? null;
    addVisible(
      draft,
      after,
      Number(isVisible(after)) - Number(before !== null && isVisible(before)),
    );
    addKarma(draft, after, before, "commentKarma");
  }
  for (const after of changed(rows.posts, draft.posts)) {
    addKarma(draft, after, rows.posts.get(after.id) ?? null, "postKarma");
  }
}

/** @param more comments that are shown */
function addVisible(draft: Draft, comment: Comment, more: number): void {
  if (more === 0) return;
  const post = draft.postOf(comment);
  draft.posts.set(post.id, { ...post, comments: post.comments + more });
  const piece = draft.pieces.get(post.id)?.find(({ name }) => name === comment.piece);
  if (!piece) throw new Error(`comment ${comment.id} without its piece`);
  draft.setPiece(post.id, { ...piece, visible: piece.visible + more });
}

function addKarma(
  draft: Draft,
  after: Post | Comment,
  before: Post | Comment | null,
  field: "postKarma" | "commentKarma",
): void {
  const more = score(after) - (before ? score(before) : 0);
  const key = personKey(after.author);
  if (more === 0 || key === null) return;
  draft.addPerson(after.author, after.createdAt);
  const person = draft.people.get(key);
  if (person) draft.people.set(key, { ...person, [field]: person[field] + more });
}
