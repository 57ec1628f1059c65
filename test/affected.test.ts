/**
 * Naming pages, against the plain truth: two sorted arrays compared page by page. Named pages may be
 * a few too many and never one too few.
 */
import { describe, expect, it } from "vitest";
import { askLinks, linkGroupChanges } from "../src/consumer/link-group-changes.ts";
import { askRanks, rankedChanges } from "../src/consumer/ranked-changes.ts";
import { controversialOf, hotOf, isVisible, type Post, score } from "../src/model/entities.ts";
import type { Domain, PostId } from "../src/model/ids.ts";
import { MAX_LINK_GROUP } from "../src/model/link-group.ts";
import { type Ranking, rankingsIn, type Scope } from "../src/model/listing.ts";
import { affectedPages } from "../src/pages/affected.ts";
import type { Change, PostChange } from "../src/pages/change.ts";
import { duplicatesKey, PAGE_SIZE, RANKED_DEPTH, rankedKey, threadKey } from "../src/pages/key.ts";
import { PAGE_TYPES } from "../src/pages/table.ts";
import { placeOf } from "../src/pages/together.ts";
import type { LinkPost } from "../src/store/link-groups.ts";
import { aPost } from "./makers.ts";
import { type Random, seededRandom } from "./rebuild/random.ts";

const VALUE: Record<Ranking, (post: Post) => number> = {
  hot: hotOf,
  top: score,
  controversial: controversialOf,
};

function isIn({ community, domains }: Post, scope: Scope): boolean {
  if (scope === null || scope === community) return true;
  return typeof scope === "object" && domains.includes(scope.domain);
}

function sorted(posts: Iterable<Post>, ranking: Ranking, scope: Scope): Post[] {
  return [...posts]
    .filter((post) => isVisible(post) && isIn(post, scope))
    .filter((post) => ranking !== "controversial" || (post.ups > 0 && post.downs > 0))
    .sort(
      (a, b) =>
        VALUE[ranking](b) - VALUE[ranking](a) ||
        b.createdAt - a.createdAt ||
        (a.id < b.id ? 1 : -1),
    );
}

/** Each page of a listing as what it shows: ids, scores, and whether there is a next page. */
function pagesOf(posts: readonly Post[], scope: Scope): Map<number, string> {
  const pages = new Map<number, string>();
  const shown = posts.slice(0, RANKED_DEPTH);
  if (shown.length === 0 && typeof scope === "object" && scope !== null) return pages;
  for (let page = 1; page === 1 || (page - 1) * PAGE_SIZE < shown.length; page++) {
    const lines = shown.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    const hasNext = shown.length > page * PAGE_SIZE;
    pages.set(page, `${lines.map((post) => `${post.id}:${score(post)}`)} ${hasNext}`);
  }
  return pages;
}

function namedKeys(before: readonly Post[], changes: readonly PostChange[]): Set<string> {
  const questions = askRanks(changes);
  const heads = questions.listings.map(({ ranking, scope }) => {
    const posts = sorted(before, ranking, scope).slice(0, questions.depth);
    const keys = posts.map((post) => ({ ...post, value: VALUE[ranking](post) }));
    return { keys, isWhole: keys.length < questions.depth };
  });
  const change: Change = {
    posts: changes,
    comments: [],
    pieces: [],
    people: [],
    inboxesRead: [],
    sessionsEnded: [],
    exports: [],
    communities: [],
    communityCount: 0,
    aliases: [],
    queues: [],
    moderators: [],
    chronological: [],
    windows: [],
    linkGroups: linkGroupChanges(changes, linkPostsOf(before, askLinks(changes).limit)),
    ranked: rankedChanges(questions, heads),
  };
  // Those that are stored together one by one: what a bundle names is coarser.
  const types = PAGE_TYPES.flatMap((type) => type.types ?? [type]);
  const named = types.flatMap((type) => [...type.affectedBy(change)]);
  const keys = affectedPages(change).map(({ key }) => key);
  expect(new Set(named.map((path) => placeOf(path).key))).toEqual(new Set(keys));
  return new Set(named);
}

/** The answers that D1 gives about links, from an array. */
function linkPostsOf(posts: readonly Post[], limit: number): Map<string, LinkPost[]> {
  const visible = posts.filter(isVisible).sort(byAge);
  const groups = Map.groupBy(visible, ({ linkKey }) => linkKey ?? "");
  return new Map([...groups].map(([key, group]) => [key, group.slice(0, limit)]));
}

function byAge(a: Post, b: Post): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

/** What each post's thread and its address of other discussions show of its link. */
function discussionsOf(posts: readonly Post[]): Map<string, string> {
  const shown = new Map<string, string>();
  const byId = new Map(posts.map((post) => [post.id, post]));
  for (const group of linkPostsOf(posts, MAX_LINK_GROUP).values()) {
    const [oldest] = group;
    if (!oldest || group.length < 2) continue;
    const lines = group.map(({ id }) => `${id}:${byId.get(id)?.ups}`);
    for (const { id } of group) {
      shown.set(threadKey(id), `${oldest.id} and ${group.length - 1}`);
      shown.set(duplicatesKey(id), id === oldest.id ? `${lines}` : `leads to ${oldest.id}`);
    }
  }
  return shown;
}

function changedKeys(before: readonly Post[], after: readonly Post[], scopes: readonly Scope[]) {
  const keys = new Set<string>();
  const [oldLinks, newLinks] = [discussionsOf(before), discussionsOf(after)];
  for (const key of new Set([...oldLinks.keys(), ...newLinks.keys()])) {
    if (oldLinks.get(key) !== newLinks.get(key)) keys.add(key);
  }
  for (const scope of scopes) {
    for (const ranking of rankingsIn(scope)) {
      const old = pagesOf(sorted(before, ranking, scope), scope);
      const now = pagesOf(sorted(after, ranking, scope), scope);
      for (const page of new Set([...old.keys(), ...now.keys()])) {
        if (old.get(page) !== now.get(page)) keys.add(rankedKey(ranking, scope, page));
      }
    }
  }
  return keys;
}

const COMMUNITIES = ["cats", "dogs"] as Post["community"][];
const DOMAINS = [
  ["example.com"],
  ["blog.example.com", "example.com"],
  ["rare.example"],
  [],
] as Domain[][];
const SCOPES: readonly Scope[] = [
  null,
  ...COMMUNITIES,
  ...[...new Set(DOMAINS.flat())].map((domain) => ({ domain })),
];

function randomPost(random: Random): Post {
  const [ups, downs] = [random.int(6), random.int(4)];
  const createdAt = 1_767_225_600 + random.int(300) * 100;
  const domains = random.chance(0.05) ? (DOMAINS[2] as Domain[]) : random.pick(DOMAINS);
  const linkKey = random.chance(0.3) ? `example.com/${random.int(10)}` : `example.com/${createdAt}`;
  const community = random.pick(COMMUNITIES);
  return aPost({ community, domains, linkKey, ups, downs, createdAt });
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
  const changed = changedKeys(before, after, SCOPES);
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
    expect(listings.filter((key) => key.startsWith("/domain/"))).toHaveLength(1);
    expect(listings.length).toBeLessThanOrEqual(5);
  });

  it("are none of controversial while nobody disagrees", () => {
    const before = aPost({ ups: 5, downs: 0 });
    const named = namedKeys([before], [{ before, after: { ...before, ups: 6 } }]);
    expect([...named].filter((key) => key.includes("controversial"))).toEqual([]);
  });
});

describe("the group of a link", () => {
  const [first, second, third] = [0, 1, 2].map(() => aPost({ linkKey: "a.example/" }));

  it("names one page for a vote, and no thread but the post's own", () => {
    const [a, b] = [first, second] as [Post, Post];
    const named = namedKeys([a, b], [{ before: b, after: { ...b, ups: 2 } }]);
    expect(named).toContain(duplicatesKey(a.id));
    expect(named).not.toContain(duplicatesKey(b.id));
    expect(named).not.toContain(threadKey(a.id));
  });

  it("moves to the next oldest when the oldest is deleted", () => {
    const [a, b, c] = [first, second, third] as [Post, Post, Post];
    const named = namedKeys([a, b, c], [{ before: a, after: { ...a, standing: "deleted" } }]);
    for (const { id } of [a, b, c]) {
      expect(named).toContain(duplicatesKey(id));
      expect(named).toContain(threadKey(id));
    }
  });

  it("ends at a hundred, and lets in the next when one leaves", () => {
    const posts = Array.from({ length: MAX_LINK_GROUP + 3 }, () =>
      aPost({ linkKey: "a.example/" }),
    );
    const late = aPost({ linkKey: "a.example/" });
    const joined = namedKeys(posts, [{ before: null, after: late }]);
    expect([...joined].filter((key) => key.startsWith("/duplicates/"))).toEqual([
      duplicatesKey(posts[0]?.id as PostId),
    ]);
    const gone = posts[7] as Post;
    const left = namedKeys(posts, [{ before: gone, after: { ...gone, standing: "deleted" } }]);
    expect(left).toContain(duplicatesKey(posts[MAX_LINK_GROUP]?.id as PostId));
    expect(left).toContain(threadKey(posts[MAX_LINK_GROUP]?.id as PostId));
    expect(left).not.toContain(threadKey(posts[MAX_LINK_GROUP + 1]?.id as PostId));
  });
});
