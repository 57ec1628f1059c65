/** Identifiers: minted at the edge, sortable by time, written as Reddit writes them. Pure. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A post's id without its kind, base36: `aouv5` (imported) or 14 characters (minted). */
export type PostId = Branded<"PostId">;
/** A comment's id without its kind, of the same form as a post's. */
export type CommentId = Branded<"CommentId">;
/** A person's name in lower case. */
export type PersonKey = Branded<"PersonKey">;
/** An event's id; minted like a post's, and the tie-breaker between events of one millisecond. */
export type EventId = Branded<"EventId">;
/** A host without `www.` that has pages of its own: see model/domain. */
export type Domain = Branded<"Domain">;
/** A community's name in lower case: its identity, and its part of every path. */
export type CommunityKey = Branded<"CommunityKey">;

/** Milliseconds since 1970 take 8 base36 digits from 1972 until 2059. */
const TIME_DIGITS = 8;
/** 36⁶ ≈ 2.2 billion ids a millisecond: a collision would silently lose a post. */
const RANDOM_DIGITS = 6;
/** Imported ids are shorter (Reddit's have at most 7 digits), and carry no time. */
const SHORTEST_MINTED_ID = 10;
/** Longer than any id, minted or imported: what is longer is none, and not looked for. */
const LONGEST_ID = 24;

const POST_PREFIX = "t3_";
const COMMENT_PREFIX = "t1_";

/**
 * @param nowMs time at the edge, milliseconds since 1970
 * @param random returns a number in [0, 1)
 */
export function mintId(nowMs: number, random: () => number): string {
  const time = nowMs.toString(36).padStart(TIME_DIGITS, "0");
  const salt = Math.floor(random() * 36 ** RANDOM_DIGITS).toString(36);
  return time + salt.padStart(RANDOM_DIGITS, "0");
}

/** When an id was minted, in milliseconds since 1970; null for an imported id. */
export function mintedAtMs(id: string): number | null {
  if (id.length < SHORTEST_MINTED_ID || !isId(id)) return null;
  return Number.parseInt(id.slice(0, TIME_DIGITS), 36);
}

export function isId(text: string): boolean {
  return text.length <= LONGEST_ID && /^[0-9a-z]+$/.test(text);
}

export function postFullname(id: PostId): string {
  return POST_PREFIX + id;
}

/** `t3_aouv5` → `aouv5`; null when it is not a post's fullname. */
export function parsePostFullname(text: string): PostId | null {
  if (!text.startsWith(POST_PREFIX)) return null;
  const id = text.slice(POST_PREFIX.length);
  return isId(id) ? (id as PostId) : null;
}

export function commentFullname(id: CommentId): string {
  return COMMENT_PREFIX + id;
}

/** `t1_c4x2z` → `c4x2z`; null when it is not a comment's fullname. */
export function parseCommentFullname(text: string): CommentId | null {
  if (!text.startsWith(COMMENT_PREFIX)) return null;
  const id = text.slice(COMMENT_PREFIX.length);
  return isId(id) ? (id as CommentId) : null;
}

/** What stands in an inbox: an answer to something, or why something was refused. */
export function replyNotice(comment: CommentId): string {
  return `re_${comment}`;
}

export function refusalNotice(event: EventId): string {
  return `no_${event}`;
}

/** An act of a moderator, in the log and in the inbox of whom it concerns. */
export function actEntry(event: EventId): string {
  return `lg_${event}`;
}

export function actNotice(event: EventId): string {
  return `mo_${event}`;
}

/** Null when it is neither. */
export function parseAct(entry: string): EventId | null {
  return /^(?:lg|mo)_/.test(entry) ? (entry.slice("lg_".length) as EventId) : null;
}

/** Null when it is no reply's notice. */
export function parseReplyNotice(notice: string): CommentId | null {
  return notice.startsWith("re_") ? (notice.slice("re_".length) as CommentId) : null;
}

/** Null when it is no refusal's notice. */
export function parseRefusalNotice(notice: string): EventId | null {
  return notice.startsWith("no_") ? (notice.slice("no_".length) as EventId) : null;
}

/** Null for an author who is gone, or whose name fits no path: such a one has no pages. */
export function personKey(name: string): PersonKey | null {
  return PERSON_NAME.test(name) ? (name.toLowerCase() as PersonKey) : null;
}

/** A person as what a refusal is about: `u/ann`. */
export function personSubject(person: PersonKey): string {
  return `u/${person}`;
}

/** Null when it is about no person. */
export function parsePersonSubject(subject: string): PersonKey | null {
  return subject.startsWith("u/") ? personKey(subject.slice("u/".length)) : null;
}

/** Imported names too; `[deleted]` is none. */
const PERSON_NAME = /^[A-Za-z0-9_-]{1,30}$/;

export function communityKey(name: string): CommunityKey {
  return name.toLowerCase() as CommunityKey;
}
