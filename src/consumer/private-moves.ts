/** What enters and leaves private listings: votes, marks, answers, refusals. Pure. */
import type { Comment, CommentVote, Vote } from "../model/entities.ts";
import {
  actNotice,
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
import { refKey } from "../store/ref-key.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied } from "./apply.ts";
import { thingChanges } from "./thing-changes.ts";

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
  const hasPages = (person: PersonKey | null): person is PersonKey =>
    person !== null && (rows.people.get(person)?.departure ?? null) === null;
  for (const { person, thing, before, after, at } of movesOf(rows, applied)) {
    if (!hasPages(person) || before === after) continue;
    if (before !== null) leaving.push({ listing: ownListing(person, before), id: thing });
    if (after !== null) entering.push(request(ownListing(person, after), thing, at));
  }
  for (const { person, id, at } of [...written(applied), ...noticesOf(rows, applied)]) {
    const name = id.startsWith("t") ? "written" : "inbox";
    if (hasPages(person)) entering.push(request(ownListing(person, name), id, at));
  }
  return { entering, leaving };
}

/** Something that comes to somebody and stays. */
interface Arrival {
  readonly person: PersonKey | null;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

function written(applied: Applied): Arrival[] {
  return thingChanges(applied)
    .filter(({ before }) => before === null)
    .map(({ after: { author, createdAt }, fullname }) => {
      return { person: personKey(author), id: fullname, at: createdAt * 1000 };
    });
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

/** Answers of others, what was refused, and what moderators did, as far as one is told. */
function noticesOf(rows: Rows, applied: Applied): Arrival[] {
  const { comments, refusals, acts } = applied;
  const verdicts = new Set(applied.told);
  const authors = authorsOf(rows, applied);
  const replies = comments.flatMap(({ before, after }) => {
    const answered = personKey(authors.get(answeredBy(after)) ?? "");
    const isReply = answered !== null && answered !== personKey(after.author);
    // What was removed in the same batch may be approved later: then it shows.
    if (before !== null || !isReply || after.standing === "deleted") return [];
    return [{ person: answered, id: replyNotice(after.id), at: after.createdAt * 1000 }];
  });
  const refused = refusals.map(({ user, event, at }) => ({
    person: personKey(user),
    id: refusalNotice(event),
    at,
  }));
  const told = acts
    .map((act) => ({ act, name: verdicts.has(act.event) ? authors.get(act.thing) : act.person }))
    .map(({ act, name = "" }) => ({ act, person: personKey(name) }))
    .filter(({ act, person }) => person !== personKey(act.by))
    .map(({ act, person }) => ({ person, id: actNotice(act.event), at: act.at }));
  return [...replies, ...refused, ...told];
}

/** By fullname: an imported post and an imported comment may have the same id. */
function authorsOf({ posts, comments }: Rows, applied: Applied): Map<string, string> {
  return new Map([
    ...[...posts.values()].map(({ id, author }) => [postFullname(id), author] as const),
    ...[...comments.values()].map(({ id, author }) => [commentFullname(id), author] as const),
    ...thingChanges(applied).map(({ fullname, after }) => [fullname, after.author] as const),
  ]);
}

function answeredBy({ parent, post }: Comment): string {
  return parent === null ? postFullname(post) : commentFullname(parent);
}
