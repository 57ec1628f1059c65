/**
 * Votes as they come to a busy site: at any time most go to a few posts, and which ones changes. The
 * shape is that of 135,471 real acts of September 2010, who tweeted which of 3,454 links (from there
 * also: 12,627 people). Of 100, 500 and 5,000 acts in a row, 50, 148 and 575 links are different; here
 * it is 47, 146 and 562. Pure.
 */
import { mintId, type PostId } from "../../../src/model/ids.ts";
import { type CairnEvent, parseEvent } from "../../../src/queue/events.ts";

/** How many posts get votes at any time, and Zipf's exponent among them. */
const ACTIVE_POSTS = 1000;
const EXPONENT = 1.2;
/** A post gives way to another after so many votes on all of them: as many as a link got. */
const VOTES_A_POST = 39;

/** The busiest are hardly busier than others: weight (rank + shift) ** -exponent. */
const PEOPLE = { count: 12_627, shift: 900, exponent: 1.1 };
/** Whoever has voted is the next to vote, too. */
const VOTES_AGAIN = 0.12;
const DOWNVOTES = 0.1;

export interface Trace {
  /** The next vote. @param at milliseconds since 1970 */
  vote(at: number): CairnEvent;
}

/**
 * @param posts more than are active at a time; the first ones get votes first
 * @param crowd tells its people from those of another trace, who have voted already
 */
export function voteTrace(posts: readonly PostId[], random: () => number, crowd: string): Trace {
  const people = Array.from({ length: PEOPLE.count }, (_, index) => `${crowd}${index}`);
  const somebody = pickerOf(people.length, PEOPLE.shift, PEOPLE.exponent, random);
  const active = posts.slice(0, ACTIVE_POSTS);
  const popular = pickerOf(active.length, 0, EXPONENT, random);
  let voter = people[0];
  let votes = 0;
  const turnOver = () => {
    const next = ACTIVE_POSTS + Math.floor(votes / VOTES_A_POST);
    active[Math.floor(random() * active.length)] = posts[next % posts.length] as PostId;
  };
  return {
    vote(at) {
      if (++votes % VOTES_A_POST === 0) turnOver();
      if (random() >= VOTES_AGAIN) voter = people[somebody()];
      const event = parseEvent({
        version: 1,
        type: "post_voted",
        id: mintId(at, random),
        at,
        by: voter,
        post: active[popular()],
        value: random() < DOWNVOTES ? -1 : 1,
      });
      if (event.type === "malformed") throw new Error(event.why);
      return event;
    },
  };
}

/** @returns picks one of `count` ranks, from 0, by Zipf's law (Mandelbrot's, with a shift) */
function pickerOf(count: number, shift: number, exponent: number, random: () => number) {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1 + shift) ** -exponent;
    sums[rank] = sum;
  }
  return (): number => firstAbove(sums, random() * sum);
}

function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
