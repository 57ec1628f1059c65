/** Rows while a batch is applied: copies that remember what was read, and what follows from them. Pure. */
import {
  type Act,
  type Comment,
  type CommentVote,
  DEPARTED,
  type Post,
  type Report,
  type Verdict,
  type Vote,
} from "../model/entities.ts";
import {
  type CommentId,
  type CommunityKey,
  type EventId,
  type PersonKey,
  type PostId,
  personKey,
  personSubject,
} from "../model/ids.ts";
import type { Piece } from "../model/piece.ts";
import { presentSince } from "../model/presence.ts";
import type { RefusalReason } from "../model/refusal-reason.ts";
import { type Tally, type TallyPace, tallyDue } from "../model/tally.ts";
import type { CairnEvent } from "../queue/events.ts";
import { LEAVING, type LeftBehind, moderatedPlace } from "../store/departures.ts";
import { refKey } from "../store/ref-key.ts";
import type { Refusal } from "../store/refusals.ts";
import { roleKey } from "../store/roles.ts";
import type { Rows } from "../store/touched.ts";
import type { Applied, Outcome } from "./apply.ts";
import { changesOf } from "./draft-changes.ts";
import { isAboutOwn, isStillDone } from "./left-behind.ts";
import { mayStillCome } from "./patience.ts";
import { refusedText } from "./refused-text.ts";
import { addSums } from "./sums.ts";

/** Of whom nothing is known yet. */
const NOBODY = {
  postKarma: 0,
  commentKarma: 0,
  inboxRead: 0,
  sessionEpoch: 0,
  exportAt: 0,
  departure: null,
};

export class Draft {
  readonly communities;
  readonly posts;
  readonly aliases;
  readonly votes;
  readonly links;
  readonly comments;
  readonly commentVotes;
  readonly tallies;
  readonly pieces;
  readonly people;
  readonly marks;
  readonly reports: Report[] = [];
  readonly roles;
  readonly acts: Act[] = [];
  /** What somebody had a say in who had left before it came. */
  readonly leftBehind: Omit<LeftBehind, "at">[] = [];
  /** Verdicts that the thing's author is told of. */
  readonly told: EventId[] = [];
  /** Things that their authors believe to be removed. */
  readonly #knownRemovals: Set<string>;
  readonly #rows: Rows;
  readonly #now: number;
  readonly #admins: readonly PersonKey[];
  readonly #pace: TallyPace;
  /** Posts whose votes this batch counts. */
  readonly #counted = new Set<PostId>();
  readonly #refusals: Refusal[] = [];

  constructor(rows: Rows, now: number, admins: readonly PersonKey[], pace: TallyPace) {
    this.communities = new Map(rows.communities);
    this.posts = new Map(rows.posts);
    this.aliases = new Map(rows.aliases);
    this.votes = new Map(rows.votes);
    this.links = new Map(rows.links);
    this.comments = new Map(rows.comments);
    this.commentVotes = new Map(rows.commentVotes);
    this.tallies = new Map(rows.tallies);
    this.pieces = new Map([...rows.pieces].map(([post, pieces]) => [post, [...pieces]]));
    this.people = new Map(rows.people);
    this.marks = new Map(rows.marks);
    this.roles = new Map(rows.roles);
    this.#rows = rows;
    this.#knownRemovals = new Set(rows.knownRemovals);
    this.#pace = pace;
    this.#now = now;
    this.#admins = admins;
  }

  /** The post of an id, or the one that a repeated submission led to. */
  resolve(id: PostId): Post | undefined {
    return this.posts.get(this.aliases.get(id) ?? id);
  }

  /** Did the sender write the post? */
  isBy({ by }: CairnEvent, id: PostId): boolean {
    const sender = personKey(by);
    return sender !== null && sender === personKey(this.posts.get(id)?.author ?? "");
  }

  postOf(comment: Comment): Post {
    const post = this.posts.get(comment.post);
    if (!post) throw new Error(`comment ${comment.id} without its post`);
    return post;
  }

  /** Who submits the link of a post that has gone submits it anew. */
  forgetLink({ id, community, linkKey }: Post): void {
    const link = linkKey === null ? null : refKey(community, linkKey);
    if (link !== null && this.links.get(link) === id) this.links.delete(link);
  }

  /** Has the sender deleted their account? */
  hasLeft({ by }: CairnEvent): boolean {
    const key = personKey(by);
    return key !== null && (this.people.get(key)?.departure ?? null) !== null;
  }

  /** Although its sender has deleted their account since. */
  isStillDone(event: CairnEvent): boolean {
    return isStillDone(event, this.#leftBehind(event.by, LEAVING) ?? this.#leavingNow(event));
  }

  /** When they left, if their departure is in this batch: edges' clocks may have put it first. */
  #leavingNow({ by }: CairnEvent): number | undefined {
    const key = personKey(by);
    if (key === null) return undefined;
    // All that they ever did may be in it.
    const before = this.#rows.people.get(key)?.departure ?? null;
    return before === null ? this.#now : undefined;
  }

  /** When they left, if they had a say in it then; milliseconds since 1970. */
  #leftBehind(name: string, what: string): number | undefined {
    const person = personKey(name);
    return person === null ? undefined : this.#rows.leftBehind.get(refKey(person, what));
  }

  /** Whoever has left may still have sent an act that needs it. */
  leaveBehind({ by }: CairnEvent, what: string): void {
    const person = personKey(by);
    if (person !== null) this.leftBehind.push({ person, what });
  }

  /** Or was, until they left. */
  isAuthor({ by }: CairnEvent, { author }: Post | Comment, fullname: string): boolean {
    if (author === DEPARTED) return this.#leftBehind(by, fullname) !== undefined;
    return author === by;
  }

  /** Admins moderate everywhere, creators where they are, others where they have been named. */
  isModerator(name: string, community: CommunityKey): boolean {
    const person = personKey(name);
    if (person === null) return false;
    if (this.isAdmin(name)) return true;
    if (this.isCreator(name, community)) return true;
    const place = moderatedPlace(community);
    if (this.#leftBehind(name, place) !== undefined) return true;
    if (this.leftBehind.some((left) => left.person === person && left.what === place)) return true;
    return this.roles.get(roleKey({ person, community, kind: "moderator" }))?.isSet ?? false;
  }

  /** How many notices there were in somebody's inbox before the batch. */
  inboxSlotsOf(name: string): number {
    const person = personKey(name);
    return person === null ? 0 : (this.#rows.inboxSlots.get(person) ?? 0);
  }

  isAdmin(name: string): boolean {
    const person = personKey(name);
    return person !== null && this.#admins.includes(person);
  }

  isCreator(name: string, community: CommunityKey): boolean {
    const creator = this.communities.get(community)?.creator ?? "";
    return personKey(name) !== null && personKey(creator) === personKey(name);
  }

  isBanned(name: string, community: CommunityKey): boolean {
    const person = personKey(name);
    if (person === null || this.isModerator(name, community)) return false;
    return this.roles.get(roleKey({ person, community, kind: "banned" }))?.isSet ?? false;
  }

  /**
   * The thing's author hears of what is news to them: a removal that they do not know of, or the end
   * of one that they do, even if it was called spam since; never of spam.
   */
  tell({ kind, event }: Verdict, before: Verdict | null, thing: string): void {
    const isKnown = this.#knownRemovals.has(thing);
    const isNews = kind === "removed" ? !isKnown || before?.kind === "approved" : isKnown;
    if (kind === "spam" || !isNews) return;
    this.told.push(event);
    if (kind === "removed") this.#knownRemovals.add(thing);
    else this.#knownRemovals.delete(thing);
  }

  /** Its sender has been told so: a duplicate is not decided anew, even if nothing is in its way now. */
  wasRefused({ id }: CairnEvent): boolean {
    return this.#rows.refused.has(id);
  }

  /** Was its sender told that there was nothing to delete? It is still meant: what comes late goes at once. */
  wasTakenBack({ by }: CairnEvent, fullname: string): boolean {
    return this.#rows.takenBack.has(refKey(fullname, by));
  }

  /** Is this an act that is in the log already? */
  isDone({ id }: CairnEvent): boolean {
    return this.#rows.acts.has(id) || this.acts.some(({ event }) => event === id);
  }

  /**
   * What a moderator does goes into the log, once, if it has an effect; others are refused.
   * @returns `applied` also without one: the newer act wins, even where all is as it says already
   */
  act(
    event: CairnEvent,
    act: Omit<Act, "community">,
    community: CommunityKey,
    hasEffect: boolean,
  ): Outcome {
    if (this.isDone(event)) return "unchanged";
    const person = personKey(act.person);
    const subject = person === null ? act.thing : personSubject(person);
    if (!this.isModerator(event.by, community)) {
      if (!hasEffect && this.#hasModerated(event, community)) return "unchanged";
      return this.refuse(event, "not_a_moderator", subject);
    }
    if (hasEffect) this.acts.push({ ...act, community });
    return "applied";
  }

  /**
   * Has its sender lost the role only afterwards? Then an act without an effect may well be a
   * duplicate: the log would not say so.
   */
  #hasModerated({ by, at }: CairnEvent, community: CommunityKey): boolean {
    const person = personKey(by);
    if (person === null) return false;
    const role = this.roles.get(roleKey({ person, community, kind: "moderator" }));
    return role !== undefined && !role.isSet && role.at > at;
  }

  /** A vote that was not read is not "no vote": counting it twice would be silent. */
  voteBefore({ post, user }: Vote): Vote | null {
    return this.#before(this.votes, refKey(post, user), this.#rows.posts.has(post));
  }

  /** Counts votes, together with those that have waited, or leaves them to wait. */
  count(post: Post, more: Pick<Tally, "ups" | "downs">): void {
    const waiting = this.tallies.get(post.id);
    const ups = (waiting?.ups ?? 0) + more.ups;
    const downs = (waiting?.downs ?? 0) + more.downs;
    const votes = Math.abs(ups) + Math.abs(downs);
    const due = Math.min(
      waiting?.due ?? Number.POSITIVE_INFINITY,
      tallyDue(post, votes, this.#now, this.#pace),
    );
    // What one batch brings is counted together.
    if (due > this.#now && !this.#counted.has(post.id)) {
      this.tallies.set(post.id, { post: post.id, ups, downs, due });
      return;
    }
    this.tallies.delete(post.id);
    this.#counted.add(post.id);
    // Its author's own vote does not make a post busy.
    const talliedAt = this.#rows.posts.has(post.id) ? this.#now : post.talliedAt;
    const counted = { ups: post.ups + ups, downs: post.downs + downs };
    this.posts.set(post.id, { ...post, ...counted, talliedAt });
  }

  commentVoteBefore({ comment, user }: CommentVote): CommentVote | null {
    return this.#before(this.commentVotes, refKey(comment, user), this.#rows.comments.has(comment));
  }

  #before<Value>(values: Map<string, Value | null>, key: string, isOld: boolean): Value | null {
    const value = values.get(key);
    if (value === undefined && isOld) throw new Error(`the vote ${key} was not read`);
    return value ?? null;
  }

  /**
   * Whoever writes has a page from then on; the oldest sign of them counts, in whatever order.
   * @returns whether this is it
   */
  addPerson(name: string, createdAt: number): boolean {
    const key = personKey(name);
    if (key === null) return false;
    const known = this.people.get(key);
    if (known && known.createdAt <= createdAt) return false;
    this.people.set(key, { ...(known ?? NOBODY), key, name, createdAt });
    return true;
  }

  setPiece(post: PostId, piece: Piece): void {
    const others = (this.pieces.get(post) ?? []).filter(({ name }) => name !== piece.name);
    this.pieces.set(post, [...others, piece]);
  }

  /** Whoever has left is told nothing. */
  refuse(event: CairnEvent, reason: RefusalReason, subject: string): "refused" | "unchanged" {
    if (this.hasLeft(event)) return "unchanged";
    const { id, by: user, at, type } = event;
    this.#refusals.push({ event: id, user, at, type, subject, reason, text: refusedText(event) });
    return "refused";
  }

  /**
   * What an event depends on is missing. It may still come, unless its id is made up.
   * @param needed the id that it depends on; null for a community
   */
  wait(
    event: CairnEvent,
    reason: RefusalReason,
    subject: string,
    needed: PostId | CommentId | null,
  ): "waiting" | "refused" | "unchanged" {
    if (this.hasLeft(event) && isAboutOwn(event)) return "unchanged";
    const present = presentSince(this.#rows.presence, this.#now);
    const isWaiting = mayStillCome(needed, event.at, this.#now, present);
    return isWaiting ? "waiting" : this.refuse(event, reason, subject);
  }

  changes(): Omit<Applied, "outcomes"> {
    addSums(this.#rows, this);
    return changesOf(this.#rows, this, this.#refusals);
  }
}
