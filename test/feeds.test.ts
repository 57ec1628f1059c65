/** Feeds, read by parsers that other people wrote. */
import { parseFeed } from "@rowanmanning/feed-parser";
import { parseAtomFeed } from "feedsmith";
import { beforeAll, describe, expect, it } from "vitest";
import { aSubmission, aVote } from "./makers.ts";
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

const POSTS = 60;
const HOUR_MS = 3_600_000;

let site: WholeSite;
const posts = Array.from({ length: POSTS }, (_, index) =>
  aSubmission({ community: index % 2 ? "Cats" : "dogs", by: index % 3 ? "ann" : "Bob" }),
);
const first = posts[0] as (typeof posts)[number];
const comments = Array.from({ length: 60 }, () => aComment(first.post, { by: "Cleo" }));

beforeAll(async () => {
  site = await aWholeSite();
  await site.send(aCommunity("Cats"), aCommunity("dogs"));
  await site.send(...posts);
  await site.send(...comments);
  await site.publish();
});

async function feedAt(path: string) {
  const answer = await site.get(path);
  expect([path, answer.status]).toEqual([path, 200]);
  expect(answer.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
  const xml = await answer.text();
  return { xml, feed: parseFeed(xml), atom: parseAtomFeed(xml) };
}

it.each([
  ["/.rss", "Cairn"],
  ["/comments.rss", "Comments: Cairn"],
  ["/r/cats.rss", "r/Cats · Cairn"],
  ["/r/cats/comments.rss", "Comments: r/Cats · Cairn"],
  ["/user/cleo.rss", "cleo · Cairn"],
  [`/comments/${first.post}.rss`, `${first.title} : dogs · Cairn`],
])("%s says among others of which site it is: %s", async (path, title) => {
  expect((await feedAt(path)).feed.title?.toLowerCase()).toBe(title.toLowerCase());
});

describe("the feed of", () => {
  const thread = `/comments/${first.post}.rss`;
  it.each([
    ["/.rss", 25],
    ["/new.rss", 35],
    ["/top/all.rss", 25],
    ["/r/cats.rss", 25],
    ["/r/cats/new.rss", 30],
    ["/r/dogs/top/all/.rss", 25],
    ["/comments.rss", 35],
    ["/r/dogs/comments.rss", 35],
    ["/r/cats/comments.rss", 0],
    ["/user/cleo.rss", 25],
    ["/user/ann/submitted.rss", 40],
    ["/user/cleo/comments.rss", 35],
    [thread, 51],
  ])("%s has %i entries, each with all that a reader needs", async (path, entries) => {
    const { feed, atom } = await feedAt(path);
    expect(feed.meta).toMatchObject({ type: "atom", version: "1.0" });
    expect(feed.items).toHaveLength(entries);
    expect(atom.entries ?? []).toHaveLength(entries);
    expect(feed.title).toBeTruthy();
    expect(new Set(feed.items.map(({ id }) => id)).size).toBe(entries);
    for (const { id, title, url, authors, published, updated, categories, content } of feed.items) {
      expect([id, url].every((each) => each?.startsWith(`${ORIGIN}/`))).toBe(true);
      expect(title).toBeTruthy();
      expect(content).toBeTruthy();
      expect(authors).toMatchObject([{ url: `${ORIGIN}/user/${authors[0]?.name?.toLowerCase()}` }]);
      expect(categories[0]?.label).toMatch(/^r\/(Cats|dogs)$/);
      expect(`r/${categories[0]?.term}`).toBe(categories[0]?.label?.toLowerCase());
      expect(published?.getTime()).toBeLessThanOrEqual(Number(updated?.getTime()));
    }
  });

  it("a page is named in the page, says where it is, and is as new as its newest entry", async () => {
    const { feed, atom } = await feedAt("/r/cats/new.rss");
    const html = await site.text("/r/cats/new");
    const link = '<link rel="alternate" type="application/atom+xml" href="/r/cats/new.rss">';
    expect(html).toContain(link);
    expect(html).toContain('<a href="/r/cats/new.rss">rss</a>');
    expect(feed.url).toBe(`${ORIGIN}/r/cats/new`);
    expect(atom.links?.find(({ rel }) => rel === "self")?.href).toBe(`${ORIGIN}/r/cats/new.rss`);
    const newest = Math.max(...feed.items.map(({ updated }) => Number(updated?.getTime())));
    expect(feed.updated?.getTime()).toBe(newest);
  });

  it("a thread has the post first, then the newest 50 comments", async () => {
    const { feed } = await feedAt(thread);
    const newest = [...comments]
      .reverse()
      .slice(0, 50)
      .map(({ comment }) => `t1_${comment}`);
    const ids = feed.items.map(({ id }) => id?.split("#")[1]);
    expect(ids).toEqual([undefined, ...newest]);
    expect(feed.items[0]?.id).toBe(`${ORIGIN}/comments/${first.post}`);
    expect(feed.items[1]?.title).toBe(`Cleo on ${first.title}`);
  });

  it("a page shows nothing else after a vote that moves nothing", async () => {
    const before = await Promise.all(["/new.rss", thread].map((path) => site.text(path)));
    await site.send(aVote({ post: first.post, by: "dan" }));
    await site.publish();
    expect(await site.text(`/comments/${first.post}.json`)).toContain('"score":2');
    const after = await Promise.all(["/new.rss", thread].map((path) => site.text(path)));
    expect(after).toEqual(before);
  });
});

describe("an entry", () => {
  const title = `<b>It's</b> & "]]>" 𝕏 &amp;`;
  const text = [
    "[here](/r/cats) and [there](https://example.com/?a=1&b=2) &#12;",
    '`<a href="/x">`',
    "x".repeat(50),
  ].join("\n\n");
  const post = aSubmission({ community: "Cats", title, url: null, text });
  const link = aSubmission({ community: "Cats", url: "https://example.com/?a=1&b=<2>'\"" });

  beforeAll(async () => {
    await site.send(post, link);
    await site.publish();
  });

  it("says exactly what was written, and nothing that XML forbids", async () => {
    const { xml, atom } = await feedAt("/r/cats/new.rss");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    const id = `${ORIGIN}/comments/${post.post}`;
    const entry = atom.entries?.find((each) => each.id === id);
    expect(entry?.title?.value).toBe(title);
    const html = entry?.content?.value;
    expect(html).toContain(`<a href="${ORIGIN}/r/cats" rel="nofollow ugc">here</a>`);
    expect(html).toContain('href="https://example.com/?a=1&amp;b=2"');
    expect(html).toContain('<code>&lt;a href="/x"&gt;</code>');
  });

  it("leads where its links lead on its own page", async () => {
    const text = [
      '[a](relative/path) [b](?q=1&r=2) [c](#main) [d](//host.example/x?a="&b) [e](/r/cats#top)',
      "[f](https://example.com/x/../y) [g](mailto:ann@example.com) [h](../up)",
    ].join("\n");
    const about = aSubmission({ community: "Cats", title: "Led on", url: null, text });
    const said = aComment(about.post, { text });
    await site.send(about, said);
    await site.publish();
    const thread = `${ORIGIN}/r/cats/comments/${about.post}`;
    for (const [path, id, anchor] of [
      ["/r/cats/new.rss", "", ""],
      ["/r/cats/comments.rss", `#t1_${said.comment}`, `#t1_${said.comment}`],
    ]) {
      const { atom } = await feedAt(path ?? "");
      const entry = atom.entries?.find(
        (each) => each.id === `${ORIGIN}/comments/${about.post}${id}`,
      );
      expect(entry?.links?.[0]?.href).toBe(`${thread}/led_on${anchor}`);
      const hrefs = [...(entry?.content?.value ?? "").matchAll(/<a href="([^"]*)" rel/g)];
      expect(hrefs.map(([, href]) => href)).toEqual([
        `${thread}/relative/path`,
        `${thread}/led_on?q=1&amp;r=2`,
        `${thread}/led_on#main`,
        "https://host.example/x?a=%22&amp;b",
        `${ORIGIN}/r/cats#top`,
        "https://example.com/x/../y",
        "mailto:ann@example.com",
        `${ORIGIN}/r/cats/comments/up`,
      ]);
    }
  });

  it("of a link leads to its thread, and to the link", async () => {
    const { atom } = await feedAt("/r/cats/new.rss");
    const entry = atom.entries?.find(({ id }) => id === `${ORIGIN}/comments/${link.post}`);
    expect(entry?.links?.map(({ rel, href }) => [rel, href])).toEqual([
      [undefined, `${ORIGIN}/r/cats/comments/${link.post}/stone_${link.post}`],
      ["related", "https://example.com/?a=1&b=%3C2%3E'%22"],
    ]);
  });

  it.each([
    [
      "https://example.com/?a[]=1&b=100%#[x]#y",
      "https://example.com/?a%5B%5D=1&b=100%25#%5Bx%5D%23y",
    ],
    ["http://[2001:db8::1]:8080/[a]", "http://[2001:db8::1]:8080/%5Ba%5D"],
    ["https://example.com/a%2Fb##", "https://example.com/a%2Fb#%23"],
    ["https://example.com#a?b/c", "https://example.com#a?b/c"],
  ])("of %s leads to it as an IRI (RFC 3987)", async (url, href) => {
    const one = aSubmission({ community: "Cats", url });
    await site.send(one);
    await site.publish();
    const { atom } = await feedAt(`/comments/${one.post}.rss`);
    expect(atom.entries?.[0]?.links?.find(({ rel }) => rel === "related")?.href).toBe(href);
  });

  it("of a long text has its beginning, the thread's page all of it", async () => {
    const long = aSubmission({ community: "Cats", url: null, text: "word ".repeat(2000) });
    await site.send(long);
    await site.publish();
    const { feed } = await feedAt("/r/cats/new.rss");
    const entry = feed.items.find(({ id }) => id === `${ORIGIN}/comments/${long.post}`);
    expect(entry?.content).toMatch(/word …<\/p>/);
    expect(entry?.content?.length).toBeLessThan(2500);
  });

  it("of a long text in a script without spaces has as much of it", async () => {
    const text = `概要 ${"漢字".repeat(1500)}`;
    const long = aSubmission({ community: "Cats", url: null, text });
    await site.send(long);
    await site.publish();
    const { feed } = await feedAt("/r/cats/new.rss");
    const entry = feed.items.find(({ id }) => id === `${ORIGIN}/comments/${long.post}`);
    expect(entry?.content).toContain(`<p>${text.slice(0, 2000)} …</p>`);
  });

  it("that is edited has the edit's text and time, wherever it shows", async () => {
    await site.send(anEdit(post.post, "ann", "edited words", NOW + HOUR_MS));
    await site.publish();
    for (const path of ["/new.rss", "/r/cats/new.rss", `/comments/${post.post}.rss`]) {
      const { feed } = await feedAt(path);
      const entry = feed.items.find(({ id }) => id === `${ORIGIN}/comments/${post.post}`);
      expect(entry?.content).toContain("edited words");
      expect(entry?.updated?.getTime()).toBe(NOW + HOUR_MS);
      expect(entry?.published?.getTime()).toBe(Math.floor(post.at / 1000) * 1000);
    }
  });
});

it("a feed without entries is as old as its community", async () => {
  await site.send(aCommunity("quiet"));
  await site.publish();
  for (const path of ["", "/new", "/comments", "/rising", "/top/day"]) {
    const { feed } = await feedAt(`/r/quiet${path}.rss`);
    expect([path, feed.items, feed.updated?.getTime()]).toEqual([path, [], NOW]);
  }
});

describe("there is no feed", () => {
  it.each([
    ...["/new/1.rss", "/hot/2.rss", "/top/all/2.rss", "/comments/-/1.rss"],
    ...["/user/ann/submitted/1.rss", "/hot/41.rss", "/new/0.rss", "/r.rss", "/about.rss"],
    ...["/submit.rss", "/r/cats/submit.rss", "/nowhere.rss", "/comments/nowhere.rss"],
    ...["/sitemap.xml.rss", "/robots.txt.rss"],
  ])("at %s", async (path) => {
    expect((await site.get(path)).status).toBe(404);
    const html = await site.text(path.replace(".rss", ""));
    expect(html).not.toContain("application/atom+xml");
  });

  it("of a post that was deleted: it is gone, and so is what it said", async () => {
    const post = aSubmission({ community: "Cats", title: "Regretted" });
    await site.send(post);
    await site.publish();
    expect(await site.text(`/comments/${post.post}.rss`)).toContain("Regretted");
    await site.send(aDeletion({ post: post.post }, "ann"));
    await site.publish();
    for (const path of [".rss", "/.rss", ".json", ""].map(
      (end) => `/comments/${post.post}${end}`,
    )) {
      const answer = await site.get(path);
      expect([path, answer.status]).toEqual([path, 410]);
      expect(await answer.text()).not.toContain("Regretted");
    }
    for (const path of ["/.rss", "/new.rss", "/r/cats.rss", "/user/ann.rss"]) {
      expect(await site.text(path)).not.toContain("Regretted");
    }
  });

  it("entry of a deleted post above its comments, nor of a deleted comment; its id stays", async () => {
    const post = aSubmission({ community: "Cats", title: "Regretted", by: "dan" });
    const [kept, gone] = [aComment(post.post), aComment(post.post)];
    await site.send(post, kept, gone);
    await site.publish();
    const before = await feedAt(`/comments/${post.post}.rss`);
    await site.send(aDeletion({ post: post.post }, "dan"), aDeletion(gone, "Bob"));
    await site.publish();
    const { xml, feed, atom } = await feedAt(`/comments/${post.post}.rss`);
    expect(atom.id).toBe(before.atom.id);
    expect(feed.items.map(({ title }) => title)).toEqual(["Bob on [deleted]"]);
    expect(xml).not.toMatch(/regretted|dan/i);
    expect(await site.text("/comments.rss")).not.toContain(gone.comment);
  });
});
