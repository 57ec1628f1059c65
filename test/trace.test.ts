/** What the bench has people do, so that what it measures is what it says. */
import { expect, test } from "vitest";
import { mixedTrace } from "../build/bench/load/mixed-trace.ts";
import { COUNTED_PEOPLE, voteTrace } from "../build/bench/load/trace.ts";
import type { CommentPosted } from "../src/queue/comment-events.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import type { PostSubmitted } from "../src/queue/post-events.ts";
import { aPost } from "./makers.ts";
import { seededRandom } from "./rebuild/random.ts";

const POSTS = Array.from({ length: 2000 }, (_, index) =>
  aPost({ title: `Stone ${index} on another`, url: `https://site${index % 50}.example/${index}` }),
);
const PER_SECOND = { votes: 10, comments: 3, submissions: 1 };
const CROWD = { name: "crowd", people: COUNTED_PEOPLE };
const NOW = Date.UTC(2026, 0, 2);

function events(count: number): CairnEvent[] {
  const trace = mixedTrace(POSTS, PER_SECOND, seededRandom(1).next, CROWD);
  return Array.from({ length: count }, (_, index) => trace.next(NOW + 100 * index));
}

function ofType<Event extends CairnEvent>(
  all: readonly CairnEvent[],
  type: Event["type"],
): Event[] {
  return all.filter((event) => event.type === type) as Event[];
}

test("votes, comments and submissions come in their proportion", () => {
  const all = events(14_000);
  const counts = Map.groupBy(all, ({ type }) => type);
  const share = (type: CairnEvent["type"]) => (counts.get(type)?.length ?? 0) / 1000;
  expect(share("post_voted")).toBeCloseTo(10, 0);
  expect(share("comment_posted")).toBeCloseTo(3, 0);
  expect(share("post_submitted")).toBeCloseTo(1, 0);
  expect(counts.size).toBe(3);
});

test("nothing is answered before it is there, or in another thread", () => {
  const postOf = new Map<string, string>();
  const posts = new Set<string>(POSTS.map(({ id }) => id));
  const all = events(5000);
  for (const event of all) {
    if (event.type === "post_submitted") posts.add(event.post);
    else if ("post" in event) expect(posts).toContain(event.post);
    if (event.type !== "comment_posted") continue;
    if (event.parent !== null) expect(postOf.get(event.parent)).toBe(event.post);
    postOf.set(event.comment, event.post);
  }
  const comments = ofType<CommentPosted>(all, "comment_posted");
  expect(comments.filter(({ parent }) => parent !== null).length).toBeGreaterThan(400);
});

test("what was submitted gets votes and comments when another post gives way to it", () => {
  const all = events(5000);
  const submitted = new Set(ofType<PostSubmitted>(all, "post_submitted").map(({ post }) => post));
  const onThem = all.filter(
    (event) => event.type !== "post_submitted" && "post" in event && submitted.has(event.post),
  );
  expect(new Set(onThem.map(({ type }) => type)).size).toBe(2);
});

test("every submission is a link of its own, on the site of another", () => {
  const links = ofType<PostSubmitted>(events(5000), "post_submitted").map(({ url }) => url ?? "");
  expect(new Set(links).size).toBe(links.length);
  expect(links.every((link) => /^https:\/\/site\d+\.example\//.test(link))).toBe(true);
});

test("comments are as long as real ones: a median of 88 characters, few above 330", () => {
  const lengths = ofType<CommentPosted>(events(14_000), "comment_posted")
    .map(({ text }) => text.length)
    .sort((a, b) => a - b);
  const quantile = (share: number) => lengths[Math.floor(lengths.length * share)] ?? 0;
  expect(Math.abs(quantile(0.5) - 88)).toBeLessThan(15);
  expect(Math.abs(quantile(0.9) - 350)).toBeLessThan(60);
});

test("a trace of votes goes to the posts it was given, most of it to a few", () => {
  const trace = voteTrace(
    POSTS.map(({ id }) => id),
    seededRandom(2).next,
    CROWD,
  );
  const votes = Array.from({ length: 5000 }, (_, index) => trace.next(NOW + index));
  const posts = Map.groupBy(votes, (event) => (event.type === "post_voted" ? event.post : null));
  expect(posts.size).toBeGreaterThan(400);
  expect(posts.size).toBeLessThan(700);
});
