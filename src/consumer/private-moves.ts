/** What enters and leaves private listings: votes, marks, answers, refusals. Pure. */
import { type CommentVote, isVisible, type Vote } from "../model/entities.ts";
import {
  commentFullname,
  type PersonKey,
  personKey,
  postFullname,
  refusalNotice,
  replyNotice,
} from "../model/ids.ts";
import { type OwnListing, ownListing } from "../model/listing.ts";
import type { EntryRef } from "../store/mine.ts";
import { markKey } from "../store/mine.ts";
import type { SlotRequest } from "../store/places.ts";
import { type Rows, refKey } from "../store/touched.ts";
import type { Applied } from "./apply.ts";

export interface PrivateMoves {
  /** At the end of each listing, in this order. */
  readonly entering: readonly SlotRequest[];
  readonly leaving: readonly EntryRef[];
}

/** Where a thing was, and is, among somebody's own; null for nowhere. */
interface Move {
  readonly person: PersonKey | null;
  readonly thing: string;
  readonly before: OwnListing | null;
  readonly after: OwnListing | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function privateMoves(rows: Rows, applied: Applied): PrivateMoves {
  const entering: SlotRequest[] = [];
  const leaving: EntryRef[] = [];
  for (const { person, thing, before, after, at } of movesOf(rows, applied)) {
    if (person === null || before === after) continue;
    if (before !== null) leaving.push({ listing: ownListing(person, before), id: thing });
    if (after !== null) entering.push(request(ownListing(person, after), thing, at));
  }
  return { entering: [...entering, ...inboxRequests(rows, applied)], leaving };
}

function request(listing: string, id: string, at: number): SlotRequest {
  return { listing, id, createdAt: Math.floor(at / 1000) };
}

function movesOf(rows: Rows, { votes, commentVotes, marks }: Applied): Move[] {
  const onPosts = votes.map((vote) =>
    voteMove(vote, rows.votes.get(refKey(vote.post, vote.user)), postFullname(vote.post)),
  );
  const onComments = commentVotes.map((vote) => {
    const before = rows.commentVotes.get(refKey(vote.comment, vote.user));
    return voteMove(vote, before, commentFullname(vote.comment));
  });
  const marked = marks.map(({ person, kind, thing, isSet, at }): Move => {
    const wasSet = rows.marks.get(markKey({ person, kind, thing }))?.isSet ?? false;
    return { person, thing, before: wasSet ? kind : null, after: isSet ? kind : null, at };
  });
  return [...onPosts, ...onComments, ...marked];
}

type AnyVote = Pick<Vote | CommentVote, "user" | "value" | "at">;

function voteMove(vote: AnyVote, before: AnyVote | null | undefined, thing: string): Move {
  return {
    person: personKey(vote.user),
    thing,
    before: before ? listingOf(before) : null,
    after: listingOf(vote),
    at: vote.at,
  };
}

function listingOf({ value }: AnyVote): OwnListing | null {
  return value === 1 ? "liked" : value === -1 ? "disliked" : null;
}

/** Answers of others to what somebody wrote, and what was refused to them. */
function inboxRequests(rows: Rows, { posts, comments, refusals }: Applied): SlotRequest[] {
  const authors = new Map<string, string>();
  for (const { id, author } of rows.posts.values()) authors.set(id, author);
  for (const { id, author } of rows.comments.values()) authors.set(id, author);
  for (const { after } of [...posts, ...comments]) authors.set(after.id, after.author);
  const replies = comments.flatMap(({ before, after }) => {
    const answered = personKey(authors.get(after.parent ?? after.post) ?? "");
    const isReply = answered !== null && answered !== personKey(after.author);
    if (before !== null || !isReply || !isVisible(after)) return [];
    const listing = ownListing(answered, "inbox");
    return [{ listing, id: replyNotice(after.id), createdAt: after.createdAt }];
  });
  const refused = refusals.flatMap(({ user, event, at }) => {
    const person = personKey(user);
    return person === null ? [] : [request(ownListing(person, "inbox"), refusalNotice(event), at)];
  });
  return [...replies, ...refused];
}
