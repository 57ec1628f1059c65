/** What pages show of posts and comments, as HTML: lines of listings, threads, and their orders. */
import { beforeAll, describe, expect, it } from "vitest";
import { TRUSTED_SCORE } from "../src/model/limits.ts";
import { pageToken } from "../src/pages/key.ts";
import { pageTypeOf } from "../src/pages/table.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import type { Reads } from "../src/store/reads.ts";
import { aSubmission, aVote } from "./makers.ts";
import {
  aComment,
  aCommunity,
  aDeletion,
  aWholeSite,
  NOW,
  ORIGIN,
  type WholeSite,
} from "./memory/whole-site.ts";

const SITE = { origin: ORIGIN, admins: [] };
let site: WholeSite;
const [link, good] = [aSubmission({ community: "Cats" }), aSubmission({ community: "Cats" })];
const adult = aSubmission({ community: "Cats" });
const text = aSubmission({ community: "Cats", title: "A text", url: null, text: "So *it* begins" });
const gone = aSubmission({ community: "Cats" });
const [one, two] = [aComment(link.post), aComment(link.post)];
const alone = aComment(good.post);
const left = aComment(gone.post);

beforeAll(async () => {
  site = await aWholeSite();
  await site.send(aCommunity("Cats", "About them"));
  await site.send(link, good, adult, text, gone);
  await site.send(one, two, alone, left);
  const voters = Array.from({ length: TRUSTED_SCORE - 1 }, (_, index) => `voter${index}`);
  await site.send(...voters.map((by) => aVote({ post: good.post, by })));
  await site.send(...voters.slice(1).map((by) => aVote({ post: link.post, by })));
  await site.send({
    ...aDeletion(two, "Bob"),
    type: "comment_edited",
    text: "mended",
  } as CairnEvent);
  await site.send(aDeletion({ post: gone.post }, "ann"));
  const ofImports =
    "UPDATE post SET author = 'كاتب', data = json_set(data, '$.isAdult', json('true')) WHERE id = ?1";
  await site.db.prepare(ofImports).bind(adult.post).run();
  await site.publish();
});

/** A thread by its id, too. */
async function read(path: string): Promise<string> {
  const answer = await site.get(path);
  const location = answer.headers.get("location");
  return location === null ? answer.text() : site.text(location);
}

/** Of a post in a listing. */
async function lineOf(post: string, path = "/new"): Promise<string> {
  const entries = (await read(path)).split(/<article |<\/article>/);
  return entries.find((each) => each.includes(`value="t3_${post}"`)) ?? "";
}

describe("a post", () => {
  it.each(["/new", "/r/cats", `/comments/${link.post}`])(
    "is no recommendation to search engines until it has some votes: %s",
    async (path) => {
      const thread = path.replace(link.post, good.post);
      expect(await lineOf(link.post, path)).toContain(`href="${link.url}" rel="nofollow ugc">`);
      expect(await lineOf(good.post, thread)).toContain(`href="${good.url}">`);
    },
  );

  it("leads to its link, its domain, its author and its comments, and off its community to that", async () => {
    const line = await lineOf(link.post);
    const thread = `/r/cats/comments/${link.post}/stone_${link.post}`;
    const places = [link.url, "/domain/example.com", "/user/ann", "/r/cats", thread];
    expect([...line.matchAll(/ href="(?!\/api)([^"]*)"/g)].map(([, href]) => href)).toEqual(places);
    expect(line).toContain(">2 comments<");
    expect(line).toContain(`<output>${TRUSTED_SCORE - 1}</output>`);
    expect(await lineOf(good.post)).toContain(">1 comment<");
    expect(await lineOf(link.post, "/r/cats/new")).not.toContain(' href="/r/cats"');
  });

  it("of a text leads to its own page", async () => {
    const line = await lineOf(text.post);
    expect(line).toContain(`class="title" dir="auto" href="/r/cats/comments/${text.post}/a_text">`);
    expect(line).toContain("<small>self.cats</small>");
  });

  it("for adults says so", async () => {
    expect(await lineOf(adult.post)).toContain("NSFW");
    expect(await lineOf(link.post)).not.toContain("NSFW");
  });

  it("has an author without pages in the direction of the name", async () => {
    expect(await lineOf(adult.post)).toContain("by <bdi class=by>كاتب</bdi> in ");
  });

  it("is described by how it begins, or by where it leads", async () => {
    const described = async (post: string) =>
      / property="og:description" content="([^"]*)"/.exec(await read(`/comments/${post}`))?.[1];
    expect(await described(text.post)).toBe("So it begins");
    expect(await described(link.post)).toMatch(/^example\.com in r\/Cats, /);
  });
});

describe("comments", () => {
  const tabs = /<a href="([^"]*)"(?: aria-current="page")?>(?:best|top|new|controversial|old)</g;
  const ordersOf = async (post: string) => {
    const [, thread = ""] = (await read(`/comments/${post}`)).split('id="comments"');
    return [...thread.matchAll(tabs)].map(([, href]) => href);
  };

  it("have orders as soon as there are two", async () => {
    const path = `/r/cats/comments/${link.post}/stone_${link.post}`;
    const others = ["top", "new", "controversial", "old"].map((sort) => `${path}?sort=${sort}`);
    expect(await ordersOf(link.post)).toEqual([path, ...others]);
    expect(await ordersOf(good.post)).toEqual([]);
    const old = await read(`${path}?sort=old`);
    expect(old).toContain(`<a href="${path}?sort=old" aria-current="page">`);
    expect(old.indexOf(one.comment)).toBeLessThan(old.indexOf(two.comment));
  });

  it("are counted above them", async () => {
    for (const [{ post }, count] of [
      [link, "2 comments"],
      [good, "1 comment"],
      [text, "No comments yet"],
    ] as const) {
      expect(await read(`/comments/${post}`)).toContain(`<h2>${count}</h2>`);
    }
  });

  it("say that they were edited", async () => {
    const [, first, second] = (await read(`/comments/${link.post}?sort=old`)).split(
      /<article id="t1_/,
    );
    expect(first).not.toContain(" edited");
    expect(second).toContain("mended");
    expect(second).toContain("</a> edited");
  });

  it("are answered no more below a post that has gone", async () => {
    expect(await read(`/comments/${good.post}`)).toContain(`&amp;parent=t1_${alone.comment}`);
    expect(await read(`/comments/${gone.post}`)).toContain(left.comment);
    expect(await read(`/comments/${gone.post}`)).not.toContain("/api/comment");
  });

  it("name their community where not all are of one", async () => {
    const place = ' in <a href="/r/cats">Cats</a>';
    expect(await read("/comments")).toContain(place);
    expect(await read("/r/cats/comments")).not.toContain(place);
  });
});

describe("a page", () => {
  it.each(["/", "/r/cats/new", "/comments", "/user/bob", `/comments/${link.post}`])(
    "says where it is, and where its data are: %s",
    async (path) => {
      const html = await read(path);
      const [, canonical = ""] = /<link rel="canonical" href="([^"]*)">/.exec(html) ?? [];
      const data = `<link rel="alternate" type="application/json" href="${canonical.slice(ORIGIN.length)}.json">`;
      expect(canonical).toContain(ORIGIN + path.replace("/comments/", "/r/cats/comments/"));
      expect(html).toContain(data);
    },
  );

  it.each(["/r", "/r/cats", "/r/cats/new"])(
    "of a community says what it is about: %s",
    async (path) => {
      expect(await read(path)).toContain('<p class="note" dir="auto">About them</p>');
    },
  );

  it("of the best of all time leads to those of a day, a month …", async () => {
    for (const path of ["/top/all", "/r/cats/top/all"]) {
      const [, times = ""] = (await read(path)).split(/<nav aria-label="Time">|<\/nav>(?=\s*<ol>)/);
      const hrefs = [...times.matchAll(/<a href="([^"]*\/top\/[^"]*)"/g)].map(([, href]) => href);
      const windows = ["hour", "day", "week", "month", "year", "all"];
      expect(hrefs).toEqual(windows.map((window) => path.replace("all", window)));
    }
  });

  it("of communities leads on beyond a hundred", async () => {
    const listOf = async (count: number, key = "/r") => {
      const community = { key: "cats", name: "Cats", title: "", description: "" };
      const reads = { allCommunities: async () => Array.from({ length: count }, () => community) };
      const types = pageTypeOf(key);
      const [page] = (await types?.read(reads as unknown as Reads, [key], SITE)) ?? [];
      return JSON.stringify(page?.());
    };
    expect(await listOf(100)).not.toContain("/r/-/2");
    expect(await listOf(101)).toContain("/r/-/2");
    const token = (name: string, key: string) => `\\"${name}\\":\\"${pageToken(key)}\\"`;
    expect(await listOf(100)).not.toContain(pageToken("/r/-/2"));
    expect(await listOf(101)).toContain(token("after", "/r/-/2"));
    expect(await listOf(101, "/r/-/2")).toContain(token("before", "/r"));
  });

  it("of a person has the newest 25 of what they posted and said", async () => {
    const things = Array.from({ length: 30 }, (_, index) => {
      const at = NOW + 1000 * index;
      const post = { ...aSubmission({ community: "Cats", by: "Mia" }), at };
      return index % 2 ? { ...aComment(link.post, { by: "Mia" }), at } : post;
    });
    await site.send(...things);
    await site.publish();
    const html = await read("/user/mia");
    const shown = [...html.matchAll(/name=id value="t\d_([^"]*)"/g)].map(([, id]) => id);
    const ids = things.map((thing) => ("comment" in thing ? thing.comment : thing.post));
    expect(shown).toEqual(ids.reverse().slice(0, 25));
  });

  it.each([
    ["/user/ann", "/user/ann/submitted", "/user/ann/comments"],
    ["/user/bob/comments", "/user/bob", "/user/bob/submitted"],
  ])("of a person leads to their others, empty or not: %s", async (path, ...others) => {
    const [, tabs = ""] = (await read(path)).split('<nav aria-label="Contributions">');
    for (const other of others) expect(tabs).toContain(`href="${other}">`);
  });

  it("of whoever has posted and said nothing is there, and so are both lists", async () => {
    const { version, id, at } = aDeletion({ post: link.post }, "");
    await site.send({ version, id, at, type: "person_registered", by: "Dora" });
    await site.publish();
    const yet = { "": "Not a stone", "/submitted": "No post", "/comments": "No comment" };
    for (const [list, what] of Object.entries(yet)) {
      const path = `/user/dora${list}`;
      expect(await read(path)).toContain(`<p class="empty">${what} from Dora yet.</p>`);
      const json = JSON.parse(await read(`${path}.json`));
      expect(json.data).toMatchObject({ before: null, after: null, children: [] });
      const registered = new Date(at).toISOString().slice(0, 19);
      expect(await read(`${path}.rss`)).toContain(`<updated>${registered}Z</updated>`);
    }
    expect((await site.get("/user/dora/comments/1")).status).toBe(404);
  });

  it("of a person says when they came, and their karma of both kinds", async () => {
    expect(await read("/user/ann")).toMatch(/karma: 22 for posts, 0 for comments/);
    expect(await read("/user/bob")).toMatch(/karma: 0 for posts, 4 for comments/);
    expect(await read("/user/bob")).toContain(
      `joined <time datetime="${new Date(NOW).toISOString().slice(0, 19)}Z">`,
    );
  });
});
