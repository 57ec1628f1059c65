/** Rows while a batch is applied: copies that remember what was read, and what follows from them. Pure. */
import {
  type Comment,
  type CommentVote,
  isVisible,
  type Post,
  type Report,
  score,
  type Vote,
} from "../model/entities.ts";
import { type CommentId, mintedAtMs, type PostId, personKey } from "../model/ids.ts";
import type { Piece } from "../model/piece.ts";
import type { RefusalReason } from "../model/refusal-reason.ts";
import type { CairnEvent } from "../queue/events.ts";
import type { Refusal } from "../store/commit.ts";
import { type Rows, refKey } from "../store/touched.ts";
import type { Applied } from "./apply.ts";

/**
 * How long an event waits for what it depends on, by its time at the edge: longer than any outage
 * that leaves the queue out of order, shorter than the queue's patience. Milliseconds.
 */
const MAX_WAIT_MS = 6 * 60 * 60 * 1000;

/** Edges' clocks differ by less. Milliseconds. */
const MAX_CLOCK_SKEW_MS = 60_000;

/** Nobody can vote on what is not there yet: an id of the future, or an imported one, is made up. */
function wasMintedBefore(id: string, at: number): boolean {
  const mintedAt = mintedAtMs(id);
  return mintedAt !== null && mintedAt <= at + MAX_CLOCK_SKEW_MS;
}

function textOf(event: CairnEvent): string {
  if (event.type === "post_submitted") return event.text ?? event.url ?? "";
  return "text" in event ? event.text : "";
}

/** Of whom nothing is known yet. */
const NOBODY = { postKarma: 0, commentKarma: 0, inboxRead: 0, sessionEpoch: 0 };

export class Draft {
  readonly communities;
  readonly posts;
  readonly aliases;
  readonly votes;
  readonly links;
  readonly comments;
  readonly commentVotes;
  readonly pieces;
  readonly people;
  readonly marks;
  readonly reports: Report[] = [];
  readonly #rows: Rows;
  readonly #now: number;
  readonly #refusals: Refusal[] = [];

  constructor(rows: Rows, now: number) {
    this.communities = new Map(rows.communities);
    this.posts = new Map(rows.posts);
    this.aliases = new Map(rows.aliases);
    this.votes = new Map(rows.votes);
    this.links = new Map(rows.links);
    this.comments = new Map(rows.comments);
    this.commentVotes = new Map(rows.commentVotes);
    this.pieces = new Map([...rows.pieces].map(([post, pieces]) => [post, [...pieces]]));
    this.people = new Map(rows.people);
    this.marks = new Map(rows.marks);
    this.#rows = rows;
    this.#now = now;
  }

  /** The post of an id, or the one that a repeated submission led to. */
  resolve(id: PostId): Post | undefined {
    return this.posts.get(this.aliases.get(id) ?? id);
  }

  /** A vote that was not read is not "no vote": counting it twice would be silent. */
  voteBefore({ post, user }: Vote): Vote | null {
    return this.#before(this.votes, refKey(post, user), this.#rows.posts.has(post));
  }

  commentVoteBefore({ comment, user }: CommentVote): CommentVote | null {
    return this.#before(this.commentVotes, refKey(comment, user), this.#rows.comments.has(comment));
  }

  #before<Value>(values: Map<string, Value | null>, key: string, isOld: boolean): Value | null {
    const value = values.get(key);
    if (value === undefined && isOld) throw new Error(`the vote ${key} was not read`);
    return value ?? null;
  }

  /** Whoever writes has a page from then on; the oldest sign of them counts, in whatever order. */
  addPerson(name: string, createdAt: number): void {
    const key = personKey(name);
    if (key === null) return;
    const known = this.people.get(key);
    if (known && known.createdAt <= createdAt) return;
    this.people.set(key, { ...(known ?? NOBODY), key, name, createdAt });
  }

  setPiece(post: PostId, piece: Piece): void {
    const others = (this.pieces.get(post) ?? []).filter(({ name }) => name !== piece.name);
    this.pieces.set(post, [...others, piece]);
  }

  refuse(event: CairnEvent, reason: RefusalReason, subject: string): "refused" {
    const { id, by: user, at, type } = event;
    this.#refusals.push({ event: id, user, at, type, subject, reason, text: textOf(event) });
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
  ): "waiting" | "refused" {
    const mayCome = needed === null || wasMintedBefore(needed, event.at);
    const isPatient = this.#now - event.at < MAX_WAIT_MS;
    return mayCome && isPatient ? "waiting" : this.refuse(event, reason, subject);
  }

  changes(): Omit<Applied, "outcomes"> {
    this.#count();
    return {
      communities: changed(this.#rows.communities, this.communities),
      posts: this.#changedThings(this.#rows.posts, this.posts),
      comments: this.#changedThings(this.#rows.comments, this.comments),
      votes: changed(this.#rows.votes, this.votes).filter((vote) => vote !== null),
      commentVotes: changed(this.#rows.commentVotes, this.commentVotes).filter(
        (vote) => vote !== null,
      ),
      pieces: this.#changedPieces(),
      people: changed(this.#rows.people, this.people),
      marks: changed(this.#rows.marks, this.marks).filter((mark) => mark !== null),
      reports: this.reports,
      aliases: [...this.aliases]
        .filter(([id]) => !this.#rows.aliases.has(id))
        .map(([id, post]) => ({ id, post })),
      refusals: this.#refusals,
    };
  }

  #changedThings<Id, Thing extends { readonly id: Id }>(
    before: ReadonlyMap<Id, Thing>,
    after: ReadonlyMap<Id, Thing>,
  ): { readonly before: Thing | null; readonly after: Thing }[] {
    return changed(before, after).map((thing) => ({
      before: before.get(thing.id) ?? null,
      after: thing,
    }));
  }

  /** Sums that follow from what changed: comments of posts, karma of people. */
  #count(): void {
    for (const after of changed(this.#rows.comments, this.comments)) {
      const before = this.#rows.comments.get(after.id) ?? null;
      const more = Number(isVisible(after)) - Number(before !== null && isVisible(before));
      const post = this.posts.get(after.post);
      if (!post) throw new Error(`comment ${after.id} without its post`);
      if (more !== 0) {
        this.posts.set(post.id, { ...post, comments: post.comments + more });
        this.#addVisible(after, more);
      }
      this.#addKarma(after, before, "commentKarma");
    }
    for (const after of changed(this.#rows.posts, this.posts)) {
      this.#addKarma(after, this.#rows.posts.get(after.id) ?? null, "postKarma");
    }
  }

  #addVisible({ id, post, piece: name }: Comment, more: number): void {
    const piece = this.pieces.get(post)?.find((each) => each.name === name);
    if (!piece) throw new Error(`comment ${id} without its piece`);
    this.setPiece(post, { ...piece, visible: piece.visible + more });
  }

  #addKarma(
    after: Post | Comment,
    before: Post | Comment | null,
    field: "postKarma" | "commentKarma",
  ): void {
    const more = score(after) - (before ? score(before) : 0);
    const key = personKey(after.author);
    if (more === 0 || key === null) return;
    this.addPerson(after.author, after.createdAt);
    const person = this.people.get(key);
    if (person) this.people.set(key, { ...person, [field]: person[field] + more });
  }

  #changedPieces(): { readonly post: PostId; readonly piece: Piece }[] {
    return [...this.pieces].flatMap(([post, pieces]) => {
      const before = new Set(this.#rows.pieces.get(post));
      return pieces.filter((piece) => !before.has(piece)).map((piece) => ({ post, piece }));
    });
  }
}

function changed<Key, Value>(
  before: ReadonlyMap<Key, Value>,
  after: ReadonlyMap<Key, Value>,
): Value[] {
  return [...after].filter(([key, value]) => before.get(key) !== value).map(([, value]) => value);
}
