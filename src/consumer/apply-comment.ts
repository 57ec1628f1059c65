/** What happens to comments: posted, voted on, edited, deleted. Pure. */
import {
  type Comment,
  type CommentVote,
  isLocked,
  isVisible,
  type Post,
} from "../model/entities.ts";
import { commentFullname, personKey, postFullname } from "../model/ids.ts";
import {
  byBeginning,
  MAIN_PIECE,
  MAX_EDITED_CHARS,
  type Piece,
  placeComment,
} from "../model/piece.ts";
import type {
  CommentDeleted,
  CommentEdited,
  CommentEvent,
  CommentPosted,
  CommentVoted,
} from "../queue/comment-events.ts";
import { refKey } from "../store/ref-key.ts";
import type { Outcome } from "./apply.ts";
import { countVote, isNewer } from "./cast-vote.ts";
import type { Draft } from "./draft.ts";

/** Why moderators find it removed: nobody did that by hand. */
const UNDER_SPAM = "answers something of the same author's that is spam";

/** The first that is applied wins: who answers what is deleted by then is told so. */
export function applyCommentPosted(draft: Draft, event: CommentPosted): Outcome {
  if (draft.comments.has(event.comment)) return "unchanged";
  const post = draft.resolve(event.post);
  const subject = postFullname(event.post);
  if (!post) return draft.wait(event, "no_such_post", subject, event.post);
  if (!isThereFor(event.by, post)) return draft.refuse(event, goneAs(post), subject);
  if (isLocked(post)) return draft.refuse(event, "locked", subject);
  if (draft.isBanned(event.by, post.community)) return draft.refuse(event, "banned", subject);
  const parent = event.parent === null ? null : draft.comments.get(event.parent);
  if (parent === undefined) return waitForComment(draft, event, event.parent ?? event.comment);
  if (parent?.post !== undefined && parent.post !== post.id) {
    return draft.refuse(event, "wrong_parent", commentFullname(parent.id));
  }
  if (parent && !isThereFor(event.by, parent)) {
    return draft.refuse(event, goneAs(parent), commentFullname(parent.id));
  }
  const comment = newComment(draft, event, post, parent);
  draft.addPerson(event.by, comment.createdAt);
  const isSeen = isVisible(post) && (parent === null || isVisible(parent));
  draft.comments.set(comment.id, isSeen ? comment : removedSilently(draft, event, comment, post));
  const { by: user, at, id } = event;
  castVote(draft, { user, comment: comment.id, value: 1, at, event: id });
  if (draft.wasTakenBack(event, commentFullname(comment.id))) {
    applyCommentDeleted(draft, { ...event, type: "comment_deleted" });
  }
  return "applied";
}

function goneAs({ standing }: Post | Comment): "deleted" | "removed" {
  return standing === "removed" ? "removed" : "deleted";
}

/** The author of something silently removed cannot tell: to them it is there. */
function isThereFor(sender: string, thing: Post | Comment): boolean {
  const isSpam = thing.standing === "removed" && thing.verdict?.kind === "spam";
  return isVisible(thing) || (isSpam && personKey(thing.author) === personKey(sender));
}

/** Only its author sees it; moderators find it in their queue, and may approve it. */
function removedSilently(
  draft: Draft,
  { id, at }: CommentPosted,
  comment: Comment,
  { community }: Post,
): Comment {
  const act = { event: id, community, by: "", kind: "spam", at } as const;
  draft.acts.push({ ...act, thing: commentFullname(comment.id), person: "", reason: UNDER_SPAM });
  return { ...comment, standing: "removed", verdict: { kind: "spam", at, event: id } };
}

/** The comment in its place, without its author's upvote. */
function newComment(
  draft: Draft,
  event: CommentPosted,
  post: Post,
  parent: Comment | null,
): Comment {
  const pieces = draft.pieces.get(post.id) ?? [];
  const chars = event.text.length;
  const own = pieceNamed(pieces, parent?.piece ?? MAIN_PIECE, null, null);
  const below = parent?.id ?? null;
  const continuations = pieces
    .filter(({ name, parent: above }) => name !== MAIN_PIECE && above === below)
    .sort(byBeginning);
  const place = placeComment(event.comment, chars, parent, own, continuations);
  const piece = pieceNamed(pieces, place.piece, below, parent?.piece ?? null);
  draft.setPiece(post.id, {
    ...piece,
    comments: piece.comments + 1,
    chars: piece.chars + chars,
  });
  return {
    id: event.comment,
    post: post.id,
    parent: below,
    ...place,
    author: event.by,
    text: event.text,
    createdAt: Math.floor(event.at / 1000),
    ups: 0,
    downs: 0,
    standing: "visible",
    edit: null,
    verdict: null,
  };
}

function pieceNamed(
  pieces: readonly Piece[],
  name: string,
  parent: string | null,
  above: string | null,
): Piece {
  const empty = { name, parent, above, comments: 0, visible: 0, chars: 0 };
  return pieces.find((piece) => piece.name === name) ?? empty;
}

export function applyCommentVoted(draft: Draft, event: CommentVoted): Outcome {
  const comment = draft.comments.get(event.comment);
  if (!comment) return waitForComment(draft, event, event.comment);
  const { by: user, value, at, id } = event;
  return castVote(draft, { user, comment: comment.id, value, at, event: id });
}

function castVote(draft: Draft, vote: CommentVote): Outcome {
  const before = draft.commentVoteBefore(vote);
  if (!isNewer(vote, before)) return "unchanged";
  draft.commentVotes.set(refKey(vote.comment, vote.user), vote);
  const comment = draft.comments.get(vote.comment);
  if (!comment) throw new Error(`a vote on ${vote.comment} without its row`);
  draft.comments.set(comment.id, countVote(comment, vote, before));
  return "applied";
}

export function applyCommentEdited(draft: Draft, event: CommentEdited): Outcome {
  const comment = draft.comments.get(event.comment);
  if (!comment) return waitForComment(draft, event, event.comment);
  const fullname = commentFullname(comment.id);
  if (!draft.isAuthor(event, comment, fullname)) return draft.refuse(event, "not_yours", fullname);
  const edit = { at: event.at, event: event.id };
  if (!isNewer(edit, comment.edit)) return "unchanged";
  if (draft.isBanned(event.by, draft.postOf(comment).community)) {
    return draft.refuse(event, "banned", fullname);
  }
  const piece = (draft.pieces.get(comment.post) ?? []).find(({ name }) => name === comment.piece);
  if (!piece) throw new Error(`comment ${comment.id} without its piece`);
  const chars = piece.chars + event.text.length - comment.text.length;
  if (chars > Math.max(piece.chars, MAX_EDITED_CHARS)) {
    return draft.refuse(event, "no_room", fullname);
  }
  draft.setPiece(comment.post, { ...piece, chars });
  draft.comments.set(comment.id, { ...comment, text: event.text, edit });
  return comment.standing === "deleted" ? draft.refuse(event, "deleted", fullname) : "applied";
}

export function applyCommentDeleted(draft: Draft, event: CommentDeleted): Outcome {
  const comment = draft.comments.get(event.comment);
  if (!comment) return waitForComment(draft, event, event.comment);
  const fullname = commentFullname(comment.id);
  if (!draft.isAuthor(event, comment, fullname)) return draft.refuse(event, "not_yours", fullname);
  if (comment.standing === "deleted") return "unchanged";
  draft.comments.set(comment.id, { ...comment, standing: "deleted" });
  return "applied";
}

function waitForComment(
  draft: Draft,
  event: CommentEvent,
  needed: CommentEvent["comment"],
): Outcome {
  return draft.wait(event, "no_such_comment", commentFullname(needed), needed);
}
