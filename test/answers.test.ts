/** What the reader answers to requests that are not quite those for a page, over a whole site in memory. */
import { beforeAll, describe, expect, it } from "vitest";
import { type CommentId, mintId } from "../src/model/ids.ts";
import { MAX_PIECE_DEPTH } from "../src/model/piece.ts";
import { pageToken } from "../src/pages/key.ts";
import { aSubmission } from "./makers.ts";
import {
  aComment,
  aCommunity,
  aDeletion,
  aWholeSite,
  READ_AT,
  type WholeSite,
} from "./memory/whole-site.ts";

let site: WholeSite;
const gone = aSubmission({ community: "Cats" });
const stone = aSubmission({ community: "Cats", by: "Ann", title: "A stone" });
const abroad = aSubmission({ community: "Cats", title: "Größe" });
const again = aSubmission({ community: "Cats", by: "Bob", url: stone.url });
const { post: id } = stone;
const THREAD = `/r/cats/comments/${id}/a_stone`;

beforeAll(async () => {
  site = await aWholeSite();
  await site.send(aCommunity("Cats"));
  await site.send(gone, stone, abroad);
  await expect(site.send(again)).rejects.toThrow("refused");
  await site.send(aDeletion({ post: gone.post }, "ann"));
  await site.publish();
});

describe("a post that is gone", () => {
  it.each(["", ".json", "/.json", ".rss"])("is so as %j for whoever has seen it", async (end) => {
    const path = `/comments/${gone.post}${end}`;
    const etag = (await site.get(path)).headers.get("etag") ?? "";
    expect(etag).not.toBe("");
    for (const asked of ["*", etag]) {
      const answer = await site.get(path, { "if-none-match": asked });
      expect([asked, answer.status]).toEqual([asked, 410]);
      expect(await answer.text()).not.toBe("");
    }
  });
});

describe("a post that was just submitted", () => {
  it("is told to be coming, to programs in JSON and with a time to ask again", async () => {
    const path = `/comments/${mintId(READ_AT, () => 0.5)}`;
    const [page, json] = [await site.get(path), await site.get(`${path}.json`)];
    expect([page.status, json.status]).toEqual([202, 202]);
    expect([page.headers.get("refresh"), json.headers.get("refresh")]).toEqual(["1", null]);
    expect(json.headers.get("retry-after")).toBe("1");
    expect(await json.json()).toEqual({ message: "Being published" });
    for (const { headers } of [page, json]) expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    [-60_000, 404],
    [-59_999, 202],
    [59_999, 202],
    [60_000, 404],
  ])("%d ms from now is answered with %d, as is a community", async (ms, status) => {
    const id = mintId(READ_AT + ms, () => 0.5);
    for (const path of [`/comments/${id}`, `/r/nosuch?fresh=${id}`]) {
      expect([path, (await site.get(path)).status]).toEqual([path, status]);
    }
  });
});

describe("a link that was there already", () => {
  it.each(["", ".json", ".rss", "?sort=new", ".json?sort=new"])(
    "leads to the first, as %j too",
    async (end) => {
      const answer = await site.get(`/comments/${again.post}${end}`);
      expect([answer.status, answer.headers.get("location")]).toEqual([301, THREAD + end]);
    },
  );
});

describe("a thread at another address", () => {
  it.each(["gr%C3%B6%C3%9Fe", "gr%c3%b6%c3%9fe", "größe"])("is not at %s", async (slug) => {
    expect((await site.get(`/r/cats/comments/${abroad.post}/${slug}`)).status).toBe(200);
  });

  it.each(["", "?sort=new"])("leads to its own, in the same order: %j", async (end) => {
    const answer = await site.get(`/r/cats/comments/${id}/another_slug${end}`);
    expect([answer.status, answer.headers.get("location")]).toEqual([301, THREAD + end]);
  });
});

describe("for programs, most of which follow no redirect,", () => {
  it.each([
    [`/r/Cats/comments/${id}`, THREAD],
    [`/r/cats/comments/${id}/`, THREAD],
    [`/r/cats/comments/${id}/another_slug`, THREAD],
    [`/r/dogs/comments/${id}/a_stone/`, THREAD],
    [`${THREAD}/c4x2z`, THREAD],
    [`/comments/${id}/_/c4x2z`, THREAD],
    ["/r/Cats", "/r/cats"],
    ["/R/CATS/New/", "/r/cats/new"],
    ["/user/Ann", "/user/ann"],
    ["/u/Ann/submitted", "/user/ann/submitted"],
    ["/Hot/", "/"],
  ])("%s answers as %s does, at once", async (asked, path) => {
    for (const suffix of [".json", ".rss"]) {
      const answer = await site.get(asked + suffix);
      expect([suffix, answer.status]).toEqual([suffix, 200]);
      expect(await answer.text()).toBe(await site.text(path + suffix));
    }
    expect((await site.get(asked)).status).toBe(301);
  });
});

describe("the address of one comment", () => {
  const other = `/r/dogs/comments/${id}/a_slug/c4x2z`;

  it("leads to its thread, scrolled there, in the order that was asked for", async () => {
    const leads = async (path: string) => {
      const { status, headers } = await site.get(path);
      return [status, headers.get("location")];
    };
    const piece = `/comments/${id}/_/c4x2z`;
    expect(await leads(`${other}?sort=new&x=y`)).toEqual([301, `${piece}?sort=new#t1_c4x2z`]);
    expect(await leads(`${piece}?sort=new`)).toEqual([301, `/comments/${id}?sort=new#t1_c4x2z`]);
    expect(await leads(piece)).toEqual([301, `/comments/${id}#t1_c4x2z`]);
    for (const end of ["", ".json"]) {
      const { headers } = await site.get(`/comments/nosuch/_/c4x2z${end}`);
      const location = headers.get("location") ?? `/comments/nosuch${end}`;
      expect((await site.get(location.replace(/#.*/, ""))).status).toBe(404);
    }
  });

  it("is that of a piece of the thread, if the comment begins one", async () => {
    const chain: { comment: CommentId }[] = [];
    for (let depth = 0; depth <= MAX_PIECE_DEPTH; depth++) {
      const said = aComment(abroad.post, { parent: chain.at(-1)?.comment ?? null });
      await site.send(said);
      chain.push(said);
    }
    await site.publish();
    const first = chain.at(-1)?.comment;
    const path = `/comments/${abroad.post}/_/${first}`;
    expect(await site.text(path)).toContain(`<article id="t1_${first}"`);
    expect(await site.text(`/r/cats/comments/${abroad.post}/any/${first}.json`)).toBe(
      await site.text(`${path}.json`),
    );
    // Of which there is no feed.
    const feed = await site.text(`/comments/${abroad.post}.rss`);
    expect(await site.text(`${path}.rss`)).toBe(feed);
  });
});

describe("a token", () => {
  it.each(["/login", "/404", "/", "/new", `/comments/${id}`])(
    "of %s shows nothing below another address",
    async (key) => {
      for (const path of ["/r/cats", "/r/cats.json"]) {
        expect((await site.get(`${path}?after=${pageToken(key)}`)).status).toBe(400);
      }
    },
  );
});

describe("what is not there", () => {
  it.each([
    ...["/nosuch", "/r/nosuch", "/r/cats/new/9999", "/comments/nosuch", "/r/cats/hot/41"],
    ...["/comments/-/9", "/about", "/r/a%20b", "/r//cats", `/${"x".repeat(2000)}`],
  ])("at %s.json is told in JSON, as Reddit does", async (path) => {
    const [page, json] = [await site.get(`${path}/nosuch`), await site.get(`${path}.json?limit=5`)];
    expect([page.status, json.status]).toEqual([404, 404]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(json.headers.get("content-type")).toBe("application/json; charset=utf-8");
    for (const name of ["cache-control", "content-security-policy", "x-content-type-options"]) {
      expect(json.headers.get(name)).toBe(page.headers.get(name));
    }
    expect(await json.json()).toEqual({ message: "Not Found", error: 404 });
  });

  it("because of a token is told in a page to a browser, in JSON to programs", async () => {
    const query = "?count=25&after=t3_abc";
    const [page, json] = [await site.get(`/${query}`), await site.get(`/.json${query}`)];
    expect([page.status, json.status]).toEqual([400, 400]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toContain("There is nothing here");
    expect(json.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await json.json()).toMatchObject({ error: { reason: "after_invalid" } });
    for (const { headers } of [page, json]) expect(headers.get("cache-control")).toBe("no-store");
  });
});
