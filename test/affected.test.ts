/**
 * Naming pages, against the plain truth: two sorted arrays compared page by page. Named pages may be
 * a few too many and never one too few.
 */
import { describe, expect, it } from "vitest";
import { askRanks, rankedChanges } from "../src/consumer/ranked-changes.ts";
import { hotOf, isVisible, type Post, score } from "../src/model/entities.ts";
import { RANKINGS, type Ranking, type Scope } from "../src/model/listing.ts";
import { affectedPages } from "../src/pages/affected.ts";
import type { PostChange } from "../src/pages/change.ts";
import { PAGE_SIZE, RANKED_DEPTH, rankedKey } from "../src/pages/key.ts";
import type { RankRequest } from "../src/store/places.ts";
import { aPost } from "./makers.ts";
import { type Random, seededRandom } from "./rebuild/random.ts";

const VALUE: Record<Ranking, (post: Post) => number> = { hot: hotOf, top: score };

function sorted(posts: Iterable<Post>, ranking: Ranking, scope: Scope): Post[] {
  return [...posts]
    .filter((post) => isVisible(post) && (scope === null || post.community === scope))
    .sort(
      (a, b) =>
        VALUE[ranking](b) - VALUE[ranking](a) ||
        b.createdAt - a.createdAt ||
        (a.id < b.id ? 1 : -1),
    );
}

/** Each page of a listing as what it shows: ids, scores, and whether there is a next page. */
function pagesOf(posts: readonly Post[]): Map<number, string> {
  const pages = new Map<number, string>();
  const shown = posts.slice(0, RANKED_DEPTH);
  for (let page = 1; page === 1 || (page - 1) * PAGE_SIZE < shown.length; page++) {
    const lines = shown.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    const hasNext = shown.length > page * PAGE_SIZE;
    pages.set(page, `${lines.map((post) => `${post.id}:${score(post)}`)} ${hasNext}`);
  }
  return pages;
}

/** The answers that D1 gives, from an array. */
function countAbove(posts: readonly Post[], { ranking, key }: RankRequest, limit: number): number {
  const above = posts.filter((post) => {
    const value = VALUE[ranking](post);
    if (value !== key.value) return value > key.value;
    if (post.createdAt !== key.createdAt) return post.createdAt > key.createdAt;
    return post.id > key.id;
  });
  return Math.min(above.length, limit);
}

function namedKeys(before: readonly Post[], changes: readonly PostChange[]): Set<string> {
  const questions = askRanks(changes);
  const ranks = questions.ranks.map((request) =>
    countAbove(sorted(before, request.ranking, request.scope), request, questions.limit),
  );
  const lengths = new Map(
    questions.scopes.map((scope) => [
      scope,
      Math.min(sorted(before, "hot", scope).length, questions.limit),
    ]),
  );
  const named = affectedPages({
    posts: changes,
    comments: [],
    pieces: [],
    people: [],
    inboxesRead: [],
    sessionsEnded: [],
    communities: [],
    communityCount: 0,
    aliases: [],
    queues: [],
    chronological: [],
    ranked: rankedChanges(questions, ranks, lengths),
  });
  return new Set(named.map(({ key }) => key));
}

function changedKeys(before: readonly Post[], after: readonly Post[], scopes: readonly Scope[]) {
  const keys = new Set<string>();
  for (const ranking of RANKINGS) {
    for (const scope of scopes) {
      const old = pagesOf(sorted(before, ranking, scope));
      const now = pagesOf(sorted(after, ranking, scope));
      for (const page of new Set([...old.keys(), ...now.keys()])) {
        if (old.get(page) !== now.get(page)) keys.add(rankedKey(ranking, scope, page));
      }
    }
  }
  return keys;
}

const COMMUNITIES = ["cats", "dogs"] as Post["community"][];

function randomPost(random: Random): Post {
  const [ups, downs] = [random.int(6), random.int(4)];
  const createdAt = 1_767_225_600 + random.int(300) * 100;
  return aPost({ community: random.pick(COMMUNITIES), ups, downs, createdAt });
}

function randomChange(random: Random, posts: readonly Post[]): PostChange {
  const kind = random.next();
  if (posts.length === 0 || kind < 0.3) return { before: null, after: randomPost(random) };
  const before = random.pick(posts);
  if (kind < 0.6) return { before, after: { ...before, standing: "deleted" } };
  return { before, after: { ...before, ups: random.int(8), downs: random.int(5) } };
}

function check(seed: number, size: number, batch: number): void {
  const random = seededRandom(seed);
  const before = Array.from({ length: size }, () => randomPost(random));
  const changes = new Map<string, PostChange>();
  while (changes.size < batch) {
    const change = randomChange(random, before);
    changes.set(change.after.id, change);
  }
  const kept = before.filter(({ id }) => !changes.has(id));
  const after = [...kept, ...[...changes.values()].map((change) => change.after)];
  const named = namedKeys(before, [...changes.values()]);
  const changed = changedKeys(before, after, [null, ...COMMUNITIES]);
  expect(
    [...changed].filter((key) => !named.has(key)),
    `seed ${seed}`,
  ).toEqual([]);
}

describe("the pages of ranked listings that a batch changes", () => {
  it("are named when one post moves, enters or leaves", () => {
    for (let seed = 1; seed <= 600; seed++) check(seed, 20 + (seed % 60), 1);
  });

  it("are named when many posts move at once", () => {
    for (let seed = 1; seed <= 250; seed++) check(seed, 10 + (seed % 90), 2 + (seed % 20));
  });

  it("are named at the end of a listing's depth", () => {
    for (let seed = 1; seed <= 15; seed++)
      check(seed, RANKED_DEPTH - 10 + (seed % 20), 1 + (seed % 9));
  });

  it("are few: a vote that moves nothing names one page of each listing", () => {
    const posts = Array.from({ length: 200 }, (_, index) => aPost({ ups: 2000 - index * 10 }));
    const before = posts[60] as Post;
    const named = namedKeys(posts, [{ before, after: { ...before, ups: before.ups + 1 } }]);
    const listings = [...named].filter((key) => !key.startsWith("/comments/"));
    expect(listings.filter((key) => key.includes("/top/"))).toHaveLength(2);
    expect(listings.length).toBeLessThanOrEqual(4);
  });
});
