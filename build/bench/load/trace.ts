/**
 * Votes as they come to a busy site: at any time most go to a few posts, and which ones changes. The
 * shape is that of 135,471 real acts of September 2010, who tweeted which of 3,454 links (from there
 * also: 12,627 people). Of 100, 500 and 5,000 acts in a row, 50, 148 and 575 links are different; here
 * it is 47, 146 and 562. Pure.
 */
import { mintId, type PostId } from "../../../src/model/ids.ts";
import { type CairnEvent, parseEvent } from "../../../src/queue/events.ts";
import { pickerOf } from "./picker.ts";

/** How many posts get votes at any time, and Zipf's exponent among them. */
const ACTIVE_POSTS = 1000;
const EXPONENT = 1.2;
/** A post gives way to another after so many votes on all of them: as many as a link got. */
const VOTES_A_POST = 39;

/** Those who did the acts that were counted. */
export const COUNTED_PEOPLE = 12_627;
/** The busiest are hardly busier than others: weight (rank + shift) ** -exponent. */
const PEOPLE = { shift: 900 / COUNTED_PEOPLE, exponent: 1.1 };
/** Whoever has done something is the next to do something, too. */
const AGAIN = 0.12;
const DOWNVOTES = 0.1;

export interface Trace {
  /** What somebody does next. @param at milliseconds since 1970 */
  next(at: number): CairnEvent;
}

export interface Crowd {
  /** Tells its people from those of another trace, who have voted already. */
  readonly name: string;
  readonly people: number;
}

/** Who does something next, and to which post. */
export interface Attention {
  person(): string;
  post(): PostId;
  /** After so many votes a post gives way to another. */
  countVote(): void;
  /** It is the next to which another gives way. */
  add(post: PostId): void;
}

/** @param posts more than are active at a time; the first ones get votes first */
export function attentionOf(
  posts: readonly PostId[],
  random: () => number,
  crowd: Crowd,
): Attention {
  const somebody = pickerOf(crowd.people, PEOPLE.shift * crowd.people, PEOPLE.exponent, random);
  const active = posts.slice(0, ACTIVE_POSTS);
  const popular = pickerOf(active.length, 0, EXPONENT, random);
  const added: PostId[] = [];
  let person = `${crowd.name}0`;
  let votes = 0;
  return {
    person() {
      if (random() >= AGAIN) person = `${crowd.name}${somebody()}`;
      return person;
    },
    post: () => active[popular()] as PostId,
    countVote() {
      if (++votes % VOTES_A_POST !== 0) return;
      const next = ACTIVE_POSTS + Math.floor(votes / VOTES_A_POST);
      const post = added.pop() ?? (posts[next % posts.length] as PostId);
      active[Math.floor(random() * active.length)] = post;
    },
    add: (post) => void added.push(post),
  };
}

/** As `attentionOf`. */
export function voteTrace(posts: readonly PostId[], random: () => number, crowd: Crowd): Trace {
  const attention = attentionOf(posts, random, crowd);
  return { next: (at) => eventOf(nextVote(attention, random), attention, random, at) };
}

export function nextVote(attention: Attention, random: () => number): object {
  attention.countVote();
  const value = random() < DOWNVOTES ? -1 : 1;
  return { type: "post_voted", post: attention.post(), value };
}

/** Through the queue's own parser. @param fields what its kind has beyond what all events have */
export function eventOf(
  fields: object,
  attention: Attention,
  random: () => number,
  at: number,
): CairnEvent {
  const by = attention.person();
  const event = parseEvent({ version: 1, id: mintId(at, random), at, by, ...fields });
  if (event.type === "malformed") throw new Error(event.why);
  return event;
}
