/**
 * Decides what events do to rows. Pure: the same rows and events give the same answer, a duplicate
 * gives none, and votes and deletions give the same rows in any order.
 */
import { type Community, isVisible, type Post, type Vote } from "../model/entities.ts";
import { communityKey, mintedAtMs, type PostId, postFullname } from "../model/ids.ts";
import { linkKey, parseLink } from "../model/link.ts";
import { unreachable } from "../model/unreachable.ts";
import type {
  CairnEvent,
  CommunityCreated,
  PostDeleted,
  PostEvent,
  PostSubmitted,
  PostVoted,
} from "../queue/events.ts";
import type { Alias, Refusal } from "../store/commit.ts";
import { type Rows, refKey } from "../store/touched.ts";

/** Why an accepted event is refused. */
export type RefusalReason = "no_such_post" | "no_such_community" | "not_yours";

/** What became of an event. `waiting`: what it depends on has not arrived, so it comes again. */
export type Outcome = "applied" | "unchanged" | "waiting" | "refused";

export interface Applied {
  /** One for each event, in their order. */
  readonly outcomes: readonly Outcome[];
  readonly communities: readonly Community[];
  readonly posts: readonly { readonly before: Post | null; readonly after: Post }[];
  readonly votes: readonly Vote[];
  readonly aliases: readonly Alias[];
  readonly refusals: readonly Refusal[];
}

/**
 * How long an event waits for what it depends on, by its time at the edge: longer than any outage
 * that leaves the queue out of order, shorter than the queue's patience. Milliseconds.
 */
const MAX_WAIT_MS = 6 * 60 * 60 * 1000;

/** Edges' clocks differ by less. Milliseconds. */
const MAX_CLOCK_SKEW_MS = 60_000;

/** @param now milliseconds since 1970; decides only whether an event may still wait */
export function apply(rows: Rows, events: readonly CairnEvent[], now: number): Applied {
  const draft = new Draft(rows, now);
  const outcomes = new Array<Outcome>(events.length);
  const order = events.map((_, index) => index);
  order.sort((a, b) => compareEvents(events[a] as CairnEvent, events[b] as CairnEvent));
  for (const index of order) outcomes[index] = applyEvent(draft, events[index] as CairnEvent);
  return { outcomes, ...draft.changes() };
}

function compareEvents(a: CairnEvent, b: CairnEvent): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function applyEvent(draft: Draft, event: CairnEvent): Outcome {
  switch (event.type) {
    case "community_created":
      return applyCommunityCreated(draft, event);
    case "post_submitted":
      return applyPostSubmitted(draft, event);
    case "post_voted":
      return applyPostVoted(draft, event);
    case "post_deleted":
      return applyPostDeleted(draft, event);
    default:
      return unreachable(event);
  }
}

function applyCommunityCreated(draft: Draft, event: CommunityCreated): Outcome {
  const { name, title, description, by, at } = event;
  const key = communityKey(name);
  if (draft.communities.has(key)) return "unchanged";
  const createdAt = Math.floor(at / 1000);
  draft.communities.set(key, { key, name, title, description, creator: by, createdAt });
  return "applied";
}

function applyPostSubmitted(draft: Draft, event: PostSubmitted): Outcome {
  if (draft.posts.has(event.post) || draft.aliases.has(event.post)) return "unchanged";
  const key = communityKey(event.community);
  if (!draft.communities.has(key)) return draft.wait(event, "no_such_community", event.community);
  const post = newPost(event);
  const existing = post.linkKey === null ? undefined : draft.links.get(refKey(key, post.linkKey));
  if (existing !== undefined && !event.resubmit) {
    draft.aliases.set(event.post, existing);
    castVote(draft, { user: event.by, post: existing, value: 1, at: event.at, event: event.id });
    return "applied";
  }
  draft.posts.set(post.id, post);
  if (post.linkKey !== null && existing === undefined) {
    draft.links.set(refKey(key, post.linkKey), post.id);
  }
  castVote(draft, { user: event.by, post: post.id, value: 1, at: event.at, event: event.id });
  return "applied";
}

/** The post without its author's upvote. */
function newPost(event: PostSubmitted): Post {
  const link = event.url === null ? null : parseLink(event.url);
  return {
    id: event.post,
    community: communityKey(event.community),
    author: event.by,
    title: event.title,
    url: event.url,
    linkKey: link && linkKey(link),
    text: event.text,
    createdAt: Math.floor(event.at / 1000),
    ups: 0,
    downs: 0,
    standing: "visible",
    isAdult: false,
  };
}

function applyPostVoted(draft: Draft, event: PostVoted): Outcome {
  const post = draft.resolve(event.post);
  if (!post) return draft.wait(event, "no_such_post", postFullname(event.post));
  const { by: user, value, at, id } = event;
  return castVote(draft, { user, post: post.id, value, at, event: id });
}

/** The newer vote wins, by edge time, then by event id. */
function castVote(draft: Draft, vote: Vote): Outcome {
  const key = refKey(vote.post, vote.user);
  const before = draft.voteBefore(vote);
  if (before && (before.at > vote.at || (before.at === vote.at && before.event >= vote.event))) {
    return "unchanged";
  }
  draft.votes.set(key, vote);
  const post = draft.posts.get(vote.post);
  if (!post) throw new Error(`a vote on ${vote.post} without its row`);
  const was = before?.value ?? 0;
  const ups = post.ups + Number(vote.value === 1) - Number(was === 1);
  const downs = post.downs + Number(vote.value === -1) - Number(was === -1);
  if (ups !== post.ups || downs !== post.downs) draft.posts.set(post.id, { ...post, ups, downs });
  return "applied";
}

function applyPostDeleted(draft: Draft, event: PostDeleted): Outcome {
  const post = draft.resolve(event.post);
  if (!post) return draft.wait(event, "no_such_post", postFullname(event.post));
  if (post.author !== event.by) return draft.refuse(event, "not_yours", postFullname(event.post));
  if (!isVisible(post)) return "unchanged";
  draft.posts.set(post.id, { ...post, standing: "deleted" });
  if (post.linkKey !== null) {
    const link = refKey(post.community, post.linkKey);
    if (draft.links.get(link) === post.id) draft.links.delete(link);
  }
  return "applied";
}

/** Rows while a batch is applied: copies that remember what was read. */
class Draft {
  readonly communities;
  readonly posts;
  readonly aliases;
  readonly votes;
  readonly links;
  readonly #rows: Rows;
  readonly #now: number;
  readonly #refusals: Refusal[] = [];

  constructor(rows: Rows, now: number) {
    this.communities = new Map(rows.communities);
    this.posts = new Map(rows.posts);
    this.aliases = new Map(rows.aliases);
    this.votes = new Map(rows.votes);
    this.links = new Map(rows.links);
    this.#rows = rows;
    this.#now = now;
  }

  /** The post of an id, or the one that a repeated submission led to. */
  resolve(id: PostId): Post | undefined {
    return this.posts.get(this.aliases.get(id) ?? id);
  }

  /** A vote that was not read is not "no vote": counting it twice would be silent. */
  voteBefore({ post, user }: Vote): Vote | null {
    const vote = this.votes.get(refKey(post, user));
    if (vote === undefined && this.#rows.posts.has(post)) {
      throw new Error(`the vote of ${user} on ${post} was not read`);
    }
    return vote ?? null;
  }

  refuse(event: CairnEvent, reason: RefusalReason, subject: string): "refused" {
    const { id, by: user, at, type } = event;
    this.#refusals.push({ event: id, user, at, type, subject, reason });
    return "refused";
  }

  /** What an event depends on is missing: it may still come, unless it can be told that it never will. */
  wait(event: PostEvent, reason: RefusalReason, subject: string): "waiting" | "refused" {
    const isPatient = this.#now - event.at < MAX_WAIT_MS;
    const mayCome = event.type === "post_submitted" || wasMintedBefore(event.post, event.at);
    return isPatient && mayCome ? "waiting" : this.refuse(event, reason, subject);
  }

  changes(): Omit<Applied, "outcomes"> {
    return {
      communities: changed(this.#rows.communities, this.communities),
      posts: changed(this.#rows.posts, this.posts).map((after) => ({
        before: this.#rows.posts.get(after.id) ?? null,
        after,
      })),
      votes: changed(this.#rows.votes, this.votes).filter((vote) => vote !== null),
      aliases: [...this.aliases]
        .filter(([id]) => !this.#rows.aliases.has(id))
        .map(([id, post]) => ({ id, post })),
      refusals: this.#refusals,
    };
  }
}

/** Nobody can vote on what is not there yet: an id of the future, or an imported one, is made up. */
function wasMintedBefore(id: PostId, at: number): boolean {
  const mintedAt = mintedAtMs(id);
  return mintedAt !== null && mintedAt <= at + MAX_CLOCK_SKEW_MS;
}

function changed<Key, Value>(
  before: ReadonlyMap<Key, Value>,
  after: ReadonlyMap<Key, Value>,
): Value[] {
  return [...after].filter(([key, value]) => before.get(key) !== value).map(([, value]) => value);
}
