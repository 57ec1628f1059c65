/** Events as people would cause them, with the rare ones made common. */
import { type CommentId, type EventId, mintId, type PostId } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import {
  departure,
  moderatedEvent,
  moderator,
  moderatorEvent,
  newCommunity,
} from "./moderator-events.ts";
import type { Random } from "./random.ts";
import { type Base, MARKS, PEOPLE, type Sent } from "./sent.ts";

/** Few links, written in many ways, so that groups of them come and go. */
export const LINKS = [
  ...["https://a.example/1", "http://www.a.example/1/", "https://A.example/1?utm_source=mail"],
  ...["https://b.example/?q=2", "http://blog.b.example:8080/?q=2", "https://deep.blog.b.example"],
  ...["http://203.0.113.7/x", "https://co.uk/", "https://münchen.example/", "http://localhost/1"],
  // Hosts that are patterns of `String.replace`, and what such a one would stand for.
  ...["http://$'/a.example/1", "http://www.$&$&.a.example/"],
  ...["https://alone.example/once", "https://alone.example/twice"],
];

/**
 * Of comments: two of the first, or one of the second, fill a piece of a thread. The third, as it may
 * be imported, has no room in any, and begins one of its own. Characters.
 */
const LONG_TEXTS = [120_000, 299_000, 310_000];

export interface EventKinds {
  /** Many events fill pieces of threads, which stand side by side, or empty them. */
  readonly isLong?: boolean;
  /** Moderators do much, and they come and go. */
  readonly isModerated?: boolean;
}

export function randomEvent(
  random: Random,
  sent: Sent,
  now: number,
  { isLong = false, isModerated = false }: EventKinds,
): CairnEvent {
  const base = someBase(random, now);
  if (isLong && sent.comments.length > 0 && random.chance(0.8)) {
    return pieceEvent(random, sent, base);
  }
  if (isModerated && sent.posts.length > 0 && random.chance(0.5)) {
    return moderatedEvent(random, sent, base);
  }
  const kind = random.next();
  if (sent.communities.length === 0 || kind < 0.04) return newCommunity(random, sent, base);
  if (sent.posts.length === 0 || kind < 0.27) return newPost(random, sent, base);
  if (kind < 0.5) return newComment(random, sent, base);
  if (sent.comments.length > 0 && kind < 0.68) return commentEvent(random, sent, base);
  if (kind < 0.73) return personEvent(random, base);
  if (kind < 0.86) return moderatorEvent(random, sent, { ...base, by: moderator(random, base) });
  return postEvent(random, sent, base);
}

export function someBase(random: Random, now: number): Base {
  return {
    version: 1,
    id: mintId(now, random.next) as EventId,
    // Edges' clocks differ, and queues are slow: some events come late.
    at: now - (random.chance(0.2) ? random.int(3_600_000) : random.int(1000)),
    by: random.pick(PEOPLE),
  };
}

function postEvent(random: Random, sent: Sent, base: Base): CairnEvent {
  const { id: post, by: author } = random.pick(sent.posts);
  const by = random.chance(0.8) ? author : base.by;
  const kind = random.next();
  if (kind < 0.25) return { ...base, type: "post_deleted", by, post };
  if (kind < 0.35)
    return { ...base, type: "post_edited", by, post, text: `edit ${MARKS.edit}${base.id}` };
  if (kind < 0.55) return { ...base, type: "post_marked", post, ...randomMark(random) };
  if (kind < 0.65) return { ...base, type: "post_reported", post, reason: MARKS.report + base.id };
  return { ...base, type: "post_voted", post, value: random.pick([-1, 0, 1, 1]) };
}

function randomMark(random: Random) {
  return { kind: random.pick(["saved", "hidden"] as const), isSet: random.chance(0.7) };
}

function personEvent(random: Random, base: Base): CairnEvent {
  const kind = random.next();
  if (kind < 0.15) return departure(random, base);
  if (kind < 0.2) return { ...base, type: "sessions_ended", epoch: random.int(4) };
  if (kind < 0.3) return { ...base, type: "export_requested" };
  if (kind < 0.6) return { ...base, type: "inbox_read", slot: random.int(30) };
  return { ...base, type: "person_registered", by: `new${random.int(5)}` };
}

function newComment(random: Random, sent: Sent, base: Base): CairnEvent {
  const id = mintId(base.at, random.next) as CommentId;
  // Answers to the last comment make threads deep enough to need several pieces.
  const last = sent.comments.at(-1) ?? null;
  const kind = random.next();
  const above = last && kind < 0.3 ? random.pick(sent.comments) : kind < 0.75 ? last : null;
  const { id: other } = random.pick(sent.posts);
  // Now and then an answer to a comment of another thread.
  const post = above && random.chance(0.95) ? above.post : other;
  sent.comments.push({ id, post, by: base.by });
  const parent = above?.id ?? null;
  return {
    ...base,
    type: "comment_posted",
    comment: id,
    post,
    parent,
    text: `**said** ${MARKS.text}${id}`,
  };
}

/** Nothing is to be seen of white space, so pages stay small. */
function longText(random: Random, text: string): string {
  return text.padEnd(random.pick(LONG_TEXTS));
}

function pieceEvent(random: Random, sent: Sent, base: Base): CairnEvent {
  const kind = random.next();
  if (kind < 0.5) return longComment(random, sent, base);
  // What begins next comes after the last ones.
  const { id: comment, by } = random.pick(sent.comments.slice(-4));
  const text = longText(random, "now long");
  if (kind < 0.58) return { ...base, type: "comment_edited", by, comment, text };
  if (kind < 0.85) return { ...base, type: "comment_deleted", by, comment };
  const verdict = random.pick(["approved", "spam"] as const);
  return { ...base, type: "comment_judged", by: "Bob", comment, verdict, reason: "" };
}

/** Answers the post, or one of the first comments. */
function longComment(random: Random, sent: Sent, base: Base): CairnEvent {
  const id = mintId(base.at, random.next) as CommentId;
  const { id: above, post } = random.pick(sent.comments.slice(0, 3));
  sent.comments.push({ id, post, by: base.by });
  const parent = random.chance(0.3) ? above : null;
  const text = longText(random, `**said** ${MARKS.text}${id}`);
  return { ...base, type: "comment_posted", comment: id, post, parent, text };
}

function commentEvent(random: Random, sent: Sent, base: Base): CairnEvent {
  const { id: comment, by: author } = random.pick(sent.comments);
  const by = random.chance(0.8) ? author : base.by;
  const kind = random.next();
  if (kind < 0.3) return { ...base, type: "comment_deleted", by, comment };
  if (kind < 0.45)
    return { ...base, type: "comment_edited", by, comment, text: `now ${MARKS.edit}${base.id}` };
  if (kind < 0.55) return { ...base, type: "comment_marked", comment, ...randomMark(random) };
  if (kind < 0.65)
    return { ...base, type: "comment_reported", comment, reason: MARKS.report + base.id };
  return { ...base, type: "comment_voted", comment, value: random.pick([-1, 0, 1, 1]) };
}

const HOUR_MS = 3_600_000;
/** How old a post may be in each listing that the clock drives. */
const WINDOWS_MS = [1, 12, 24, 7 * 24, 30 * 24, 365 * 24].map((hours) => hours * HOUR_MS);

/** Now and then an edge's clock is so late that the post is about to leave a window, or just has. */
function newPost(random: Random, sent: Sent, now: Base): CairnEvent {
  const isAtEdge = random.chance(0.3);
  const at = isAtEdge ? now.at - random.pick(WINDOWS_MS) + random.int(100_000) - 20_000 : now.at;
  const base = { ...now, at };
  const id = mintId(base.at, random.next) as PostId;
  sent.posts.push({ id, by: base.by });
  const isLink = random.chance(0.6);
  const url = random.chance(0.6) ? random.pick(LINKS) : `https://c.example/${MARKS.url}${id}`;
  return {
    ...base,
    type: "post_submitted",
    post: id,
    community: random.pick(sent.communities),
    title: `Stone ${MARKS.title}${id} <&>`,
    url: isLink ? url : null,
    text: isLink ? null : `*text* of ${MARKS.text}${id}`,
    resubmit: random.chance(0.1),
  };
}
