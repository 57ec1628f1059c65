/**
 * Sitemaps: named exactly when an address comes, goes or gets another number, compared with plain
 * arrays; and what they say, through the reader.
 */
import { beforeEach, describe, expect, it } from "vitest";
import {
  askSlots,
  chronologicalChanges,
  newEntries,
} from "../src/consumer/chronological-changes.ts";
import { renderPages } from "../src/consumer/prepare-pages.ts";
import { isVisible, type Post } from "../src/model/entities.ts";
import { newListing } from "../src/model/listing.ts";
import { affectedPages } from "../src/pages/affected.ts";
import type { PostChange } from "../src/pages/change.ts";
import { SITEMAP_KEY } from "../src/pages/key.ts";
import { BLOCK_SIZE, sitemapKey } from "../src/pages/sitemap.ts";
import type { SlotRequest } from "../src/store/places.ts";
import { aPost, aSubmission, aVote } from "./makers.ts";
import {
  aComment,
  aCommunity,
  aDeletion,
  anEdit,
  aWholeSite,
  NOW,
  ORIGIN,
  type WholeSite,
} from "./memory/whole-site.ts";
import { type Random, seededRandom } from "./rebuild/random.ts";

function inOrder(posts: readonly Post[]): Post[] {
  return [...posts].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** Every sitemap as what it says. */
function sitemapsOf(posts: readonly Post[]): Map<string, string> {
  const blocks = Math.ceil(posts.length / BLOCK_SIZE);
  const sitemaps = new Map([[SITEMAP_KEY, String(blocks)]]);
  for (let block = 1; block <= blocks; block++) {
    const slots = posts.slice((block - 1) * BLOCK_SIZE, block * BLOCK_SIZE);
    sitemaps.set(sitemapKey(block), String(slots.filter(isVisible).map(({ id }) => id)));
  }
  return sitemaps;
}

/** The sitemaps that a batch names, with answers from an array in place of D1's. */
function namedSitemaps(before: readonly Post[], posts: readonly PostChange[]): string[] {
  const listing = newListing(null);
  const requests = askSlots(posts, [], (id) => {
    throw new Error(`no comment is on ${id}`);
  }).filter((request) => request.listing === listing);
  const isOlder = (post: Post, { createdAt, id }: SlotRequest) =>
    post.createdAt < createdAt || (post.createdAt === createdAt && post.id < id);
  const answers = requests.map((request) => ({
    before: before.filter((post) => isOlder(post, request)).length,
    count: before.length,
  }));
  const places = posts
    .filter((change) => change.before !== null)
    .map(({ after }) => before.findIndex(({ id }) => id === after.id) + 1)
    .map((slot) => ({ listing, slot, count: before.length }));
  const entries = newEntries(requests, answers);
  const change = {
    posts,
    comments: [],
    pieces: [],
    people: [],
    inboxesRead: [],
    sessionsEnded: [],
    exports: [],
    communities: [],
    communityCount: 0,
    aliases: [],
    windows: [],
    linkGroups: [],
    queues: [],
    moderators: [],
    ranked: [],
    chronological: chronologicalChanges(places, requests, answers, entries),
  };
  return affectedPages(change)
    .map(({ key }) => key)
    .filter((key) => key.startsWith("/sitemap"));
}

const BEGIN = 1_767_225_600;

function somePosts(random: Random, count: number): Post[] {
  const times = Array.from({ length: count }, () => BEGIN + random.int(count * 10));
  return inOrder(times.map((createdAt) => aPost({ createdAt })));
}

function randomChange(random: Random, posts: readonly Post[]): PostChange {
  const kind = random.next();
  const isLate = random.chance(0.3);
  const createdAt = BEGIN + (isLate ? random.int(posts.length * 10) : posts.length * 10);
  if (posts.length === 0 || kind < 0.5) return { before: null, after: aPost({ createdAt }) };
  const before = random.pick(posts);
  if (kind < 0.75) return { before, after: { ...before, ups: before.ups + 1 } };
  return { before, after: { ...before, standing: "deleted" } };
}

describe("the sitemaps that a batch changes", () => {
  it("are named, whatever comes, goes or arrives late", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const near = BLOCK_SIZE * (1 + random.int(3));
      const before = somePosts(random, near - 4 + random.int(8));
      const changes = new Map<string, PostChange>();
      while (changes.size < 1 + (seed % 8)) {
        const change = randomChange(random, before);
        changes.set(change.after.id, change);
      }
      const kept = before.filter(({ id }) => !changes.has(id));
      const after = inOrder([...kept, ...[...changes.values()].map((each) => each.after)]);
      const [old, now] = [sitemapsOf(before), sitemapsOf(after)];
      const changed = [...now].filter(([key, text]) => old.get(key) !== text).map(([key]) => key);
      const named = namedSitemaps(before, [...changes.values()]);
      expect(
        changed.filter((key) => !named.includes(key)),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  const posts = somePosts(seededRandom(1), 2 * BLOCK_SIZE + 10);
  const old = posts[BLOCK_SIZE - 1] as Post;
  const newest = aPost({ createdAt: BEGIN + 1e6 });

  it.each<[string, PostChange[], string[]]>([
    ["a new post: the last block", [{ before: null, after: newest }], [sitemapKey(3)]],
    ["a vote: none", [{ before: old, after: { ...old, ups: 9 } }], []],
    ["an edit: none", [{ before: old, after: { ...old, text: "new" } }], []],
    [
      "a vote beside a new post: the last block",
      [
        { before: old, after: { ...old, ups: 9 } },
        { before: null, after: newest },
      ],
      [sitemapKey(3)],
    ],
    [
      "a deletion: its block",
      [{ before: old, after: { ...old, standing: "deleted" } }],
      [sitemapKey(1)],
    ],
    [
      "a post that arrives late: every block from there on",
      [{ before: null, after: aPost({ createdAt: (posts[1500] as Post).createdAt }) }],
      [sitemapKey(2), sitemapKey(3)],
    ],
  ])("are for %s", (_, changes, expected) => {
    expect(namedSitemaps(posts, changes).sort()).toEqual(expected);
  });

  it("are the index as well when a block begins", () => {
    const full = posts.slice(0, BLOCK_SIZE);
    expect(namedSitemaps(full, [{ before: null, after: newest }]).sort()).toEqual([
      SITEMAP_KEY,
      sitemapKey(2),
    ]);
  });
});

describe("a sitemap", () => {
  let site: WholeSite;
  const posts = Array.from({ length: 5 }, (_, index) =>
    aSubmission({ community: "Cats", title: `Wölfe & <${index}>`, url: null, text: "words" }),
  );

  beforeEach(async () => {
    site = await aWholeSite();
    await site.send(aCommunity("Cats"));
    await site.send(...posts);
    await site.publish();
  });

  function locations(xml: string): string[] {
    return [...xml.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, address]) => String(address));
  }

  it("is found through robots.txt and its index, and has every post's address, oldest first", async () => {
    expect(await site.text("/robots.txt")).toContain("\nDisallow: /api/\nDisallow: /me\n");
    expect(await site.text("/robots.txt")).toContain(`\nSitemap: ${ORIGIN}/sitemap.xml\n`);
    const index = await site.get("/sitemap.xml");
    expect(index.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(locations(await index.text())).toEqual([`${ORIGIN}/sitemap/1.xml`]);
    const block = await site.get("/sitemap/1.xml");
    expect(block.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(locations(await block.text())).toEqual(
      posts.map(({ post }, at) => `${ORIGIN}/r/cats/comments/${post}/w%C3%B6lfe_${at}`),
    );
  });

  it("has 1,000 slots, and the next one begins where it ends", async () => {
    const more = Array.from({ length: BLOCK_SIZE }, () => aSubmission({ community: "Cats" }));
    await site.send(...more);
    // More than one query reads, the existing ones last.
    const blocks = Array.from({ length: 15 }, (_, index) => sitemapKey(15 - index));
    const keys = [SITEMAP_KEY, ...blocks];
    const pages = await renderPages({ db: site.db, config: { origin: ORIGIN, admins: [] } }, keys);
    const [third, second, first, index] = [...keys.slice(-3), SITEMAP_KEY].map((key) => {
      const page = pages.get(key);
      return page?.type === "page" ? locations(page.representations[0]?.body ?? "") : page?.type;
    });
    expect(index).toEqual([`${ORIGIN}/sitemap/1.xml`, `${ORIGIN}/sitemap/2.xml`]);
    expect(first).toHaveLength(BLOCK_SIZE);
    const all = [...posts, ...more].map(({ post }) => expect.stringContaining(`/${post}/`));
    expect([first, second].flat()).toEqual(all);
    expect(third).toBe("void");
  });

  it.each(["/sitemap/0.xml", "/sitemap/2.xml", "/sitemap/1", "/sitemap", "/sitemap/x.xml"])(
    "is not at %s",
    async (path) => expect((await site.get(path)).status).toBe(404),
  );

  it("loses a post that is deleted, and stays as it is after a vote, an edit and a comment", async () => {
    const [one, two] = posts as [(typeof posts)[number], (typeof posts)[number]];
    const before = await site.text("/sitemap/1.xml");
    const named = () =>
      site.db.prepare("SELECT key, named FROM page WHERE key LIKE '/sitemap%' ORDER BY key").all();
    const { results } = await named();
    await site.send(aVote({ post: one.post }), anEdit(two.post, "ann", "other words", NOW));
    await site.send(aComment(one.post));
    await site.publish();
    expect((await named()).results).toEqual(results);
    expect(await site.text("/sitemap/1.xml")).toBe(before);
    await site.send(aDeletion({ post: one.post }, "ann"));
    await site.publish();
    expect(locations(await site.text("/sitemap/1.xml"))).toEqual(locations(before).slice(1));
  });
});
