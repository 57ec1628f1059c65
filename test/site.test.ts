/** A whole site from the outside: imported, built and served as a user does it, asked over HTTP. */
import { parseFeed } from "@rowanmanning/feed-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withLocalState } from "../build/local.ts";
import { keepDeadLetters } from "../src/store/dead-letters.ts";
import {
  aHome,
  type Home,
  importLinks,
  mustRun,
  runCairn,
  type Server,
  serveSite,
} from "./site/cairn.ts";
import { COMMUNITIES, csvOfStones, newestOf, stones, stonesOf, urlOf } from "./site/links.ts";
import { allOf, aRedditClient } from "./site/reddit-client.ts";
import { storedTexts } from "./site/stored.ts";
import { until } from "./site/until.ts";
import {
  type Answer,
  AS_BROWSER,
  AS_SCRIPT,
  aPerson,
  aVisitor,
  cookiesOf,
  idOf,
  type ListingJson,
  listingOf,
  type PostJson,
  type Visitor,
} from "./site/visitor.ts";

/**
 * The contract's two seconds are those of a site on which nothing else goes on: `npm run bench`
 * measures them. Here it shows well before the slow lane's minute, on a busy machine too.
 */
const FRESH_MS = 15_000;
/** The contract's: what is removed has left every cache within a minute. Seconds. */
const MAX_CACHED_SECONDS = 60;
/** Locally, cron is fired every second or two; a tick waits its turn behind what others wrote. */
const TICK_MS = 15_000;
/** Stories that wait for pages run side by side; each story's tests one after another. */
const IN_TURN = { concurrent: false };

/** What could not be applied, in an earlier life of the site. */
const LETTERS = Object.entries({
  ...{ malformed: { version: 9 }, torn: "" },
  late: { version: 1, id: "late", at: 1_767_225_600_000, by: "Lazarus", type: "person_registered" },
}).map(([id, body]) => ({ id, at: 0, why: "gave up retrying", body: JSON.stringify(body) }));

let home: Home;
let server: Server;
let visitor: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  home = await aHome();
  await importLinks(home, csvOfStones());
  await withLocalState(home.stateDir, ({ db }) => keepDeadLetters(db, LETTERS));
  server = await serveSite(home);
  visitor = aVisitor(server.origin);
  [ann, bob] = await Promise.all([aPerson(visitor, "Ann"), aPerson(visitor, "bob")]);
}, 120_000);

afterAll(async () => {
  await server?.program.kill();
  await home?.remove();
});

const stone = newestOf("Programming");
const THREAD = stone.path;
const LISTINGS = [
  "/",
  "/hot/2",
  "/new",
  "/new/1",
  "/top/all",
  "/r/programming",
  "/r/linux/new",
  "/top/day",
  "/r/linux/rising",
];
const FORMS = ["/submit", "/login", "/register", "/create-community", "/r/gardening/submit"];
const PAGES = [...LISTINGS, ...FORMS, THREAD, "/r", "/about", "/robots.txt"];
const FEEDS = [
  ...["/.rss", "/new.rss", "/top/all.rss", "/r/linux.rss", "/r/linux/new.rss", "/comments.rss"],
  ...["/user/mason.rss", "/user/mason/submitted.rss", `${THREAD}.rss`],
];
const SITEMAPS = ["/sitemap.xml", "/sitemap/1.xml"];
const DATA = [
  ...["/.json", "/new.json", "/r/programming.json", `${THREAD}.json`, "/r.json"],
  ...["/.rss", `${THREAD}.rss`, ...SITEMAPS],
];

function expectSecurityHeaders({ headers }: Answer): void {
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/default-src '(none|self)'/);
  expect(policy).not.toContain("unsafe-inline");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBe("same-origin");
}

/** The site's own page, not a bare sentence. */
function expectOwnPage({ headers, text }: Answer): void {
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(text).toContain('<a class="logo" href="/">Cairn</a>');
}

test("a drawing may do no more than a page, for whoever opens it alone", async () => {
  const [drawing, page] = [await visitor.get("/assets/2/cairn.svg"), await visitor.get("/")];
  const policy = drawing.headers["content-security-policy"];
  expect(policy).toBe(page.headers["content-security-policy"]);
});

describe("reading", () => {
  test.each([...PAGES, ...DATA])("%s answers 200, with an ETag that gives 304", async (path) => {
    const page = await visitor.get(path);
    expect(page.status).toBe(200);
    const etag = String(page.headers.etag);
    for (const asked of [etag, etag.replace("W/", ""), `"other", ${etag}`, "*"]) {
      const same = await visitor.get(path, { "if-none-match": asked });
      expect([asked, same.status, same.bytes.length]).toEqual([asked, 304, 0]);
      expect(same.headers.etag).toBe(etag);
      expectSecurityHeaders(same);
    }
    const other = await visitor.get(path, { "if-none-match": '"other"' });
    expect([other.status, other.text]).toEqual([200, page.text]);
  });

  test("HEAD says what GET says, without the body", async () => {
    for (const path of [...PAGES, ...DATA, "/nowhere", "/new/", "/new/4", "/stone"]) {
      for (const headers of [{}, { "accept-encoding": "gzip" }]) {
        const got = await visitor.get(path, headers);
        const head = await visitor.head(path, headers);
        expect([path, head.status, head.bytes.length]).toEqual([path, got.status, 0]);
        expect(headersOf(head), path).toEqual(headersOf(got));
      }
    }
  });

  /** How a body is sent depends on there being one. */
  function headersOf({ headers }: Answer): object {
    const { date: _, connection: _c, "keep-alive": _k, ...rest } = headers;
    const { "transfer-encoding": _t, "content-length": _l, ...said } = rest;
    return said;
  }

  test("everybody gets the same bytes, with and without cookies", async () => {
    for (const path of [...PAGES, ...DATA, "/nowhere"]) {
      const [stranger, person] = [await visitor.get(path), await ann.get(path)];
      expect(person.bytes.equals(stranger.bytes), path).toBe(true);
      expect(headersOf(person), path).toEqual(headersOf(stranger));
      expect(stranger.headers["set-cookie"]).toBeUndefined();
    }
  });

  test("who takes gzip gets it, everybody else the same text without it", async () => {
    for (const path of [...PAGES, ...DATA, "/nowhere"]) {
      const plain = await visitor.get(path);
      expect(plain.headers["content-encoding"], path).toBeUndefined();
      expect(plain.headers.vary, path).toBe("Accept-Encoding");
      for (const accepted of ["gzip", "deflate, gzip;q=0.5", "gzip, br;q=0.1"]) {
        const packed = await visitor.get(path, { "accept-encoding": accepted });
        expect([path, packed.headers["content-encoding"]]).toEqual([path, "gzip"]);
        expect(packed.text, path).toBe(plain.text);
      }
      for (const refused of ["identity", "gzip;q=0"]) {
        const answer = await visitor.get(path, { "accept-encoding": refused });
        expect(answer.headers["content-encoding"], `${path} for ${refused}`).toBeUndefined();
        expect(answer.text, path).toBe(plain.text);
      }
    }
  });

  test("caches keep a page for a minute at most", async () => {
    for (const path of [...PAGES, ...DATA, "/nowhere", "/new/", "/new/4"]) {
      const { headers } = await visitor.get(path);
      const [, fresh, stale, failing] =
        /^public, max-age=(\d+), stale-while-revalidate=(\d+), stale-if-error=(\d+)$/.exec(
          String(headers["cache-control"]),
        ) ?? [];
      expect(Number(fresh) + Number(stale), path).toBeLessThanOrEqual(MAX_CACHED_SECONDS);
      expect(Number(fresh) + Number(failing), path).toBeLessThanOrEqual(MAX_CACHED_SECONDS);
      expect(Number(stale), path).toBeGreaterThan(0);
    }
  });

  test("every kind of answer carries the security headers", async () => {
    const paths: [number, string][] = [
      [200, "/"],
      [200, "/.json"],
      [301, "/NEW"],
      [301, "/comments/stone1"],
      [302, "/new/4"],
      [400, "/?after=~"],
      [404, "/nowhere"],
      [405, "/api/vote"],
    ];
    for (const [status, path] of paths) {
      const answer = await visitor.get(path);
      expect([path, answer.status]).toEqual([path, status]);
      expectSecurityHeaders(answer);
    }
    expectSecurityHeaders(await visitor.post("/", {}));
    expectSecurityHeaders(await visitor.post("/api/vote", {}));
  });

  test("a post's page shows it, and so does its JSON", async () => {
    const page = await visitor.get(THREAD);
    expect(page.text).toContain(`<h1><a class="title" dir="auto" href="${urlOf(stone.id)}"`);
    const { posts } = listingOf(await visitor.get(`${THREAD}.json`));
    expect(posts).toMatchObject([
      {
        id: stone.id,
        name: `t3_${stone.id}`,
        title: stone.title,
        url: urlOf(stone.id),
        permalink: THREAD,
        domain: "stones.example",
        author: "mason",
        subreddit: "Programming",
        score: stone.score,
        num_comments: 0,
        is_self: false,
        selftext: "",
        over_18: false,
      },
    ]);
  });

  test("pages say what they are to search engines and previews", async () => {
    const { text } = await visitor.get("/r/programming");
    for (const [property, content] of [
      ["og:type", "website"],
      ["og:site_name", "Cairn"],
      ["og:title", "r/Programming"],
      ["og:url", "http://localhost:8787/r/programming"],
    ]) {
      expect(text).toContain(`<meta property="${property}" content="${content}">`);
    }
    const description = '<meta name="description" property="og:description" content="';
    expect((await visitor.get("/")).text).toContain(description);
    expect((await visitor.get("/hot/2")).text).not.toContain(description);
    expect((await visitor.get(THREAD)).text).toContain('property="og:type" content="article"');
    expect((await visitor.get("/nowhere")).text).not.toMatch(/og:|canonical/);
  });

  test.each(FEEDS)("%s is a feed that a parser reads", async (path) => {
    const answer = await visitor.get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/atom+xml; charset=utf-8");
    const feed = parseFeed(answer.text);
    expect(feed.items.length > 0).toBe(path !== "/comments.rss");
    const alternate = new URL(String(feed.url)).pathname;
    expect(`${alternate}.rss`).toBe(path);
    for (const { url, title } of feed.items) {
      expect((await visitor.get(new URL(String(url)).pathname)).status, String(title)).toBe(200);
    }
  });

  test("robots.txt leads to the sitemap, and that to every post", async () => {
    const { text: robots } = await visitor.get("/robots.txt");
    const [, index] = /^Sitemap: (.*)$/m.exec(robots) ?? [];
    expect(new URL(String(index)).pathname).toBe(SITEMAPS[0]);
    const [listed, block] = await Promise.all(SITEMAPS.map((path) => visitor.get(path)));
    expect(listed?.headers["content-type"]).toBe("application/xml; charset=utf-8");
    expect(listed?.text).toContain(`${SITEMAPS[1]}</loc>`);
    for (const { path } of stones) expect(block?.text).toContain(`${path}</loc>`);
  });

  test("the list of communities names all of them", async () => {
    const { text } = await visitor.get("/r");
    for (const name of COMMUNITIES) expect(text).toContain(`>r/${name}</a>`);
  });
});

describe("addresses", () => {
  const { id } = stone;
  test.each([
    ["/NEW", "/new"],
    ["/R/Programming", "/r/programming"],
    ["/new/", "/new"],
    ["/New.JSON", "/new.json"],
    ["/r/%6cinux", "/r/linux"],
    ["/r/linux/", "/r/linux"],
    ["/hot", "/"],
    ["/hot/1", "/"],
    ["/r/linux/hot/1", "/r/linux"],
    ["/top", "/top/all"],
    ["/?sort=new", "/new"],
    ["/?sort=top", "/top/all"],
    ["/r/linux?sort=top", "/r/linux/top/all"],
    ["/subreddits", "/r"],
    ["/r/linux?sort=controversial", "/r/linux/controversial"],
    ["/domain/WWW.Stones.example:81/hot/1", "/domain/stones.example"],
    ["/r/%2e%2e/NEW", "/new"],
    [`/comments/${id}`, THREAD],
    [`/r/programming/comments/${id}`, THREAD],
    [`/r/programming/comments/${id}/wrong_slug`, THREAD],
    [`/r/linux/comments/${id}/stone_number_1`, THREAD],
  ])("%s leads to %s for good", async (path, location) => {
    const answer = await visitor.get(path);
    expect([answer.status, answer.location]).toEqual([301, location]);
    expect((await visitor.get(location)).status).toBe(200);
  });

  test.each([
    ["/hot.json", "/.json"],
    ["/hot.rss", "/.rss"],
    ["/r/linux/hot.json", "/r/linux.json"],
    ["/r/linux/top.json?t=all", "/r/linux/top/all.json"],
    ["/r/linux/.json?sort=new", "/r/linux/new.json"],
    ["/user/mason/overview.json", "/user/mason.json"],
    [`/comments/${id}.json`, `${THREAD}.json`],
    [`/comments/${id}/.rss`, `${THREAD}.rss`],
    [`/r/Programming/comments/${id}.json`, `${THREAD}.json`],
    [`/r/programming/comments/${id}/.json`, `${THREAD}.json`],
    [`/r/programming/comments/${id}/wrong_slug.json`, `${THREAD}.json`],
    [`/r/linux/comments/${id}/.rss`, `${THREAD}.rss`],
    ["/r/Programming.json", "/r/programming.json"],
    ["/user/Mason/.rss", "/user/mason.rss"],
    ["/r/gardening/new/2.json", "/r/gardening/new.json"],
    ["/new/4.rss", "/new.rss"],
  ])("%s, which Reddit's clients ask for, is %s", async (path, same) => {
    const answer = await visitor.get(path);
    expect([answer.status, answer.text]).toEqual([200, (await visitor.get(same)).text]);
  });

  test.each([
    ["/new/4", "/new"],
    ["/r/programming/new/2", "/r/programming/new"],
    ["/domain/stones.example/new/4", "/domain/stones.example/new"],
  ])("%s, a block that is not full yet, leads to %s for now", async (path, location) => {
    const answer = await visitor.get(path);
    expect([answer.status, answer.location]).toEqual([302, location]);
  });

  test.each([
    "/nowhere",
    "/r/nowhere",
    "/r/nowhere/new",
    "/comments/nowhere",
    "/r/linux/comments/nowhere/slug",
    "/hot/0",
    "/hot/5",
    "/hot/41",
    "/controversial/0",
    "/controversial/2",
    "/r/linux/controversial/41",
    "/domain/nowhere.example",
    "/domain/example",
    "/domain/co.uk",
    "/domain/127.0.0.1",
    "/domain/[::1]",
    `/domain/${"x".repeat(245)}.example`,
    `/domain/${"x".repeat(246)}.example`,
    "/domain/stones.example/top/all",
    "/domain/stones.example/hot/0",
    "/domain/stones.example/hot/5",
    "/domain/stones.example/hot/41",
    "/domain/stones.example/new/0",
    "/domain/stones.example/new/9",
    "/domain",
    "/duplicates/stone1",
    "/duplicates/nowhere",
    "/hot/-1",
    "/hot/2.5",
    "/hot/02",
    "/new/0",
    "/new/5",
    "/new/99999",
    "/new/99999999999999999999",
    "/top/all/5",
    "/r/linux/hot/2",
    "/r/-/2",
    "/assets/2/nothing.css",
    ...["/about.rss", "/new/1.rss", "/hot/2.rss", "/hot/41.rss", "/r.rss", "/nowhere.rss"],
    ...["/sitemap/0.xml", "/sitemap/2.xml", "/comments/-/0", "/r/-/0", "/user/mason/submitted/0"],
    "/~ann",
    "/r/linux%2fnew",
    "/%00",
    "/%ff",
    "/%25",
    "/%E2%80%AE",
    "/..%2f..%2fetc%2fpasswd",
    "/../../etc/passwd",
    "/r/../../wrangler.toml",
    "/src/dev.ts",
    `/${"x".repeat(2000)}`,
    `/r/${"%F0%9F%98%80".repeat(180)}`,
  ])("%s is not there, says the site's own page", async (path) => {
    const answer = await visitor.get(path);
    expect(answer.status).toBe(404);
    expectOwnPage(answer);
    expect(answer.text).toContain("There is nothing here");
  });

  test.each([
    "//evil.example",
    "//evil.example/",
    "//Evil.example",
    "///evil.example/",
    "/%2Fevil.example/",
    "/%2F%2Fevil.example/",
    "/%5Cevil.example/",
    "/%5C%5CEvil.example",
    "/\\evil.example",
    "/\\Evil.example/",
    "/..//evil.example/",
    "/.//evil.example/",
    "/%2e%2e//Evil.example/x",
    "/%09/evil.example/",
    "//evil.example/.json",
    "/new//",
    "//",
    "/r//linux",
    "http://evil.example/NEW/",
    "/A%3Fb=c",
    "/A%23b",
    "/%",
    "/A%ZZ",
    "/?after=//evil.example",
    "/?sort=//evil.example",
  ])("%s leads nowhere but here", async (path) => {
    const answer = await visitor.get(path);
    expect([200, 301, 400, 404]).toContain(answer.status);
    if (answer.location === undefined) return;
    expect(answer.location).toMatch(/^\/(?![/\\])/);
    const { origin, pathname, search, hash } = new URL(answer.location, server.origin);
    expect(origin).toBe(server.origin);
    const next = await visitor.get(pathname + search + hash);
    expect([200, 404]).toContain(next.status);
  });
});

describe("pages of a listing", () => {
  const oldestFirst = stones.map(({ id }) => id);

  test.each([
    ["/", stones],
    ["/new", stones],
    ["/top/all", stones],
    ["/r/programming", stonesOf("Programming")],
    ["/r/programming/new", stonesOf("Programming")],
    ["/r/gardening/top/all", stonesOf("Gardening")],
    ["/r/linux", stonesOf("Linux")],
  ])("%s: tokens lead through all of them, each post once", async (path, expected) => {
    const pages = await allPages(path);
    const names = pages.flatMap(({ posts }) => posts.map(({ name }) => name));
    expect(names).toEqual(expected.map(({ id }) => `t3_${id}`).reverse());
    expect(pages[0]?.before).toBeNull();
    expect(names.length).toBeLessThanOrEqual(oldestFirst.length);
  });

  test("tokens lead back as well", async () => {
    const [first, second] = await allPages("/top/all");
    const back = listingOf(await visitor.get(`/top/all.json?after=${second?.before}`));
    expect(back).toEqual(first);
  });

  test("tokens work in pages as they do in JSON", async () => {
    const { after } = listingOf(await visitor.get("/.json"));
    const page = await visitor.get(`/?after=${after}`);
    expect(page.text).toBe((await visitor.get("/hot/2")).text);
  });

  test.each(["~", "!!", "x", "t3_stone1", "%00", "../..", "x".repeat(5000)])(
    "the token %j is refused",
    async (token) => {
      const answer = await visitor.get(`/.json?after=${token}`);
      expect(answer.status).toBe(400);
      expect(answer.headers["content-type"]).toContain("application/json");
      expect(JSON.parse(answer.text)).toMatchObject({ error: { reason: "after_invalid" } });
    },
  );
});

describe("a Reddit client that somebody else wrote", () => {
  const ids = (posts: readonly { readonly id: string }[]) => posts.map(({ id }) => id);

  test("pages through listings, and finds every post once", async () => {
    const { subreddits } = aRedditClient(server.origin);
    const newestFirst = ids(stones).reverse();
    expect(ids(await allOf(subreddits.getNewPosts()))).toEqual(newestFirst);
    expect(ids(await allOf(subreddits.getHotPosts()))).toEqual(newestFirst);
    expect(ids(await allOf(subreddits.getTopPosts()))).toEqual(newestFirst);
    const own = ids(stonesOf("Programming")).reverse();
    expect(ids(await allOf(subreddits.getNewPosts("programming")))).toEqual(own);
    const mine = await allOf(aRedditClient(server.origin).users.getPosts("mason"));
    expect(ids(mine)).toEqual(newestFirst);
  });

  test("reads a post and what people say about it", async () => {
    const client = aRedditClient(server.origin);
    const [oldest] = stones as [(typeof stones)[number]];
    const link = `t3_${oldest.id}`;
    const comment = { link, parent: link, text: "Well *said*." };
    const said = idOf(await ann.post("/api/comment", comment));
    const answer = { link, parent: said, text: "Indeed." };
    const replied = idOf(await bob.post("/api/comment", answer));
    const shows = async () => (await visitor.get(`${oldest.path}.json`)).text.includes(replied);
    await until("the comments", shows, FRESH_MS);

    const post = await client.posts.fetch(oldest.id);
    expect(post).toMatchObject({
      ...{ id: oldest.id, title: oldest.title, subreddit: "Programming", author: "mason" },
      ...{ url: urlOf(oldest.id), permalink: oldest.path, isSelf: false, domain: "stones.example" },
      ...{ score: oldest.score, numComments: 2, createdUtc: 1_300_000_000, over18: false },
      ...{ edited: false, stickied: false, saved: false, upvoteRatio: 1 },
    });
    const [top, ...others] = await allOf(post.comments);
    expect(others).toEqual([]);
    expect(top).toMatchObject({
      ...{ author: "Ann", body: "Well *said*.", bodyHtml: "<p>Well <em>said</em>.</p>\n" },
      ...{ linkId: link, parentId: link, score: 1, isSubmitter: false, subreddit: "Programming" },
    });
    expect(await top?.replies.first()).toMatchObject({ author: "bob", body: "Indeed." });
    const newest = await allOf(client.users.getSortedComments("ann"));
    expect(newest.map(({ body }) => body)).toEqual(["Well *said*."]);
  });
});

/** Follows `after` to the end of a listing. */
async function allPages(path: string): Promise<ListingJson[]> {
  const first = path === "/" ? "/.json" : `${path}.json`;
  const pages: ListingJson[] = [];
  let query = "";
  while (pages.length <= stones.length) {
    const page = listingOf(await visitor.get(first + query));
    pages.push(page);
    if (page.after === null) return pages;
    query = `?after=${page.after}`;
  }
  throw new Error(`${path} has no end`);
}

describe("a bad form gets a clear error", () => {
  const link = { sr: "linux", title: "A title", url: "https://example.com/a" };
  const vote = { id: "t3_stone1", dir: "1" };
  const tooLong = (field: string, chars: number, max: number) => [
    422,
    { reason: `${field}_too_long`, field, chars, max },
  ];

  test.each([
    ["/api/submit", { ...link, title: "" }, [422, { reason: "title_missing", field: "title" }]],
    ["/api/submit", { ...link, title: "\u200b \u2800" }, [422, { reason: "title_missing" }]],
    ["/api/submit", { ...link, title: "x".repeat(301) }, tooLong("title", 301, 300)],
    ["/api/submit", { ...link, url: "javascript:alert(1)" }, [422, { reason: "url_invalid" }]],
    ["/api/submit", { ...link, url: "data:text/html,hi" }, [422, { reason: "url_invalid" }]],
    ["/api/submit", { ...link, url: "example.com" }, [422, { reason: "url_invalid" }]],
    ["/api/submit", { ...link, url: "" }, [422, { reason: "url_missing", field: "url" }]],
    [
      "/api/submit",
      { ...link, url: `https://example.com/${"x".repeat(8980)}` },
      tooLong("url", 9000, 2048),
    ],
    [
      "/api/submit",
      { ...link, url: "", text: "x".repeat(40_001) },
      tooLong("text", 40_001, 40_000),
    ],
    ["/api/submit", { ...link, text: "both" }, [422, { reason: "url_and_text" }]],
    [
      "/api/submit",
      { ...link, sr: "nowhere" },
      [404, { reason: "no_such_community", field: "sr" }],
    ],
    [
      "/api/vote",
      { ...vote, dir: "2" },
      [422, { reason: "dir_invalid", allowed: ["1", "0", "-1"] }],
    ],
    ["/api/vote", { id: vote.id }, [422, { reason: "dir_missing", field: "dir" }]],
    ["/api/vote", { ...vote, id: "t9_x" }, [422, { reason: "id_invalid", field: "id" }]],
    ["/api/vote", {}, [422, { reason: "id_missing", field: "id" }]],
    ["/api/del", { id: "../stone1" }, [422, { reason: "id_invalid", field: "id" }]],
    [
      "/api/create_community",
      { name: "a b", title: "x" },
      [422, { reason: "name_invalid", min: 3 }],
    ],
    ["/api/create_community", { name: "LINUX", title: "x" }, [409, { reason: "name_taken" }]],
    ["/api/register", { user: "ANN", passwd: "long enough" }, [409, { reason: "name_taken" }]],
    [
      "/api/register",
      { user: "carl", passwd: "short" },
      [422, { reason: "passwd_too_short", min: 8 }],
    ],
    ["/api/login", { user: "Ann", passwd: "wrong password" }, [401, { reason: "wrong_login" }]],
    ["/api/nothing", {}, [404, { reason: "no_such_form" }]],
  ])("%s %j", async (path, fields, [status, error]) => {
    const answer = await ann.post(path as string, fields as Record<string, string>);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { error }]);
    expectSecurityHeaders(answer);
  });

  test("in a browser: the same form, with the error and everything that was typed", async () => {
    const fields = { ...link, title: `"><script>alert(1)</script>${"x".repeat(300)}`, text: "" };
    const answer = await ann.post("/api/submit", fields, AS_BROWSER);
    expect(answer.status).toBe(422);
    expectOwnPage(answer);
    expect(answer.text).toContain("The title has 327 of at most 300 characters.");
    expect(answer.text).toContain('aria-invalid="true" aria-describedby="title-error"');
    expect(answer.text).toContain(`value="${fields.url}"`);
    expect(answer.text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;xxx");
    expect(answer.text).not.toContain("<script>alert");
  });

  test("in a browser that is not logged in: the form again, nothing typed is lost", async () => {
    const answer = await visitor.post("/api/submit", link, AS_BROWSER);
    expect(answer.status).toBe(401);
    expectOwnPage(answer);
    expect(answer.text).toContain("You are not logged in");
    expect(answer.text).toContain(`value="${link.url}"`);
    expect(answer.text).toContain('href="/login"');
  });

  test("in a browser, for a button without a form: a page that leads on", async () => {
    const headers = { ...AS_BROWSER, referer: `${server.origin}/new` };
    const answer = await visitor.post("/api/vote", vote, headers);
    expect(answer.status).toBe(401);
    expectOwnPage(answer);
    expect(answer.text).toContain('<input type="hidden" name="dest" value="/new">');
    expect(answer.text).toContain('href="/new"');
  });

  test("without a session, or with a forged one", async () => {
    const forged = [
      {},
      { cookie: "session=Ann" },
      { cookie: `session=Ann.0.99999999999.${"0".repeat(64)}` },
      { cookie: "name=Ann" },
    ];
    for (const headers of forged) {
      for (const path of ["/api/vote", "/api/submit", "/api/del", "/api/create_community"]) {
        const answer = await visitor.with(headers).post(path, { ...link, ...vote });
        expect([answer.status, JSON.parse(answer.text)]).toEqual([
          401,
          { error: { reason: "no_session" } },
        ]);
      }
    }
  });

  test("from another origin", async () => {
    const origins = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of origins) {
      for (const path of ["/api/vote", "/api/login", "/api/logout", "/api/register"]) {
        const answer = await ann.post(path, vote, { ...AS_SCRIPT, ...headers });
        expect([answer.status, JSON.parse(answer.text)]).toEqual([
          403,
          { error: { reason: "other_origin" } },
        ]);
      }
    }
  });

  test("of ten megabytes", async () => {
    const bytes = 10 * 1024 * 1024;
    const answer = await ann.post("/api/submit", "x".repeat(bytes));
    const error = { reason: "body_too_large", bytes, max: 512 * 1024 };
    expect([answer.status, JSON.parse(answer.text)]).toEqual([413, { error }]);
  });

  test("of no form's type", async () => {
    const headers = { ...AS_SCRIPT, "content-type": "application/json" };
    const answer = await ann.post("/api/vote", JSON.stringify(vote), headers);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      400,
      { error: { reason: "malformed" } },
    ]);
  });

  test("and nothing of it was written", async () => {
    await untilPost(THREAD, ({ score }) => score === stone.score);
    const { posts } = listingOf(await visitor.get("/new.json"));
    expect(posts[0]?.name).toBe(`t3_${stones.at(-1)?.id}`);
  });
});

async function postOf(path: string, title?: string): Promise<PostJson | undefined> {
  const answer = await visitor.get(path === "/" ? "/.json" : `${path}.json`);
  if (answer.status !== 200) return undefined;
  const { posts } = listingOf(answer);
  return title === undefined ? posts[0] : posts.find((post) => post.title === title);
}

/** Waits until the post on a thread, or the post of a title in a listing, is as wanted. */
function untilPost(
  path: string,
  isWanted: (post: PostJson) => boolean,
  title?: string,
): Promise<PostJson> {
  return until(
    `${title ?? "the post"} on ${path}`,
    async () => {
      const post = await postOf(path, title);
      return post && isWanted(post) ? post : undefined;
    },
    FRESH_MS,
  );
}

function untilStatus(path: string, status: number): Promise<Answer> {
  return until(
    `${status} from ${path}`,
    async () => {
      const answer = await visitor.get(path);
      return answer.status === status && answer;
    },
    FRESH_MS,
  );
}

/** The score that a listing's HTML shows beside a post's vote buttons. */
function shownScore({ text }: Answer, name: string): number {
  const [, score] = new RegExp(`value="${name}">.*?<output>(-?\\d+)<`).exec(text) ?? [];
  return Number(score);
}

describe.concurrent("a vote", () => {
  const name = `t3_${stone.id}`;
  const programming = "/r/programming";
  const shownOn = ["/", "/new", "/top/all", programming, `${programming}/new`, THREAD];

  async function untilScore(score: number): Promise<void> {
    await Promise.all(
      shownOn.map(async (path) => {
        await untilPost(path, (post) => post.score === score, stone.title);
        expect(shownScore(await visitor.get(path), name), path).toBe(score);
      }),
    );
  }

  async function vote(person: Visitor, dir: string): Promise<void> {
    const answer = await person.post("/api/vote", { id: name, dir });
    expect([answer.status, answer.text]).toEqual([202, JSON.stringify({ id: name })]);
  }

  test(
    "shows on the front page, in its community, in its thread and in their JSON",
    IN_TURN,
    async () => {
      await vote(ann, "1");
      await untilScore(stone.score + 1);
    },
  );

  test("can be turned round, and counts once however often it is sent", IN_TURN, async () => {
    await vote(bob, "1");
    await vote(ann, "-1");
    await vote(ann, "-1");
    await untilScore(stone.score);
    expect(await postOf(THREAD)).toMatchObject({ ups: stone.score + 1, downs: 1 });
  });

  test("can be withdrawn", IN_TURN, async () => {
    await vote(ann, "0");
    await untilScore(stone.score + 1);
  });

  test("from a browser leads back to the page it was given on", IN_TURN, async () => {
    const headers = { ...AS_BROWSER, origin: server.origin, "sec-fetch-site": "same-origin" };
    const back = async (referer: string) => {
      const answer = await bob.post("/api/vote", { id: name, dir: "1" }, { ...headers, referer });
      return [answer.status, answer.location];
    };
    const listing = "/r/programming/new?x=1";
    expect(await back(server.origin + listing)).toEqual([303, listing]);
    expect(await back("https://evil.example/")).toEqual([303, "/"]);
    expect(await back(`${server.origin}//evil.example/`)).toEqual([303, "/"]);
  });

  test("on a post that does not exist is accepted, and makes no page", IN_TURN, async () => {
    expect((await ann.post("/api/vote", { id: "t3_nosuchpost", dir: "1" })).status).toBe(202);
    expect((await visitor.get("/comments/nosuchpost")).status).toBe(404);
  });
});

/** Submits, and follows the answer to the new post's page. */
async function submit(person: Visitor, fields: Record<string, string>) {
  const answer = await person.post("/api/submit", fields);
  expect([answer.status, answer.text]).toMatchObject([202, expect.stringContaining("t3_")]);
  const location = String(answer.location);
  expect(location).toMatch(/^\/r\/[a-z0-9_]+\/comments\/[0-9a-z]+\/./);
  return { id: idOf(answer), location };
}

describe.concurrent("a submission", () => {
  const url = "https://new.example/a?b=1";
  let first: { id: string; location: string };

  test("of a link has a page at once, if only one that says that it comes", IN_TURN, async () => {
    first = await submit(ann, { sr: "LINUX", title: "A new <b>link</b>", url });
    const soon = await visitor.get(first.location);
    expect([200, 202]).toContain(soon.status);
    if (soon.status === 202) {
      expectOwnPage(soon);
      expect(soon.headers).toMatchObject({ refresh: "1", "cache-control": "no-store" });
      expectSecurityHeaders(soon);
    }
    const page = await untilStatus(first.location, 200);
    expect(page.text).toContain("A new &lt;b&gt;link&lt;/b&gt;");
    expect(page.text).toContain('rel="nofollow ugc"');
  });

  test("shows where new posts show, with its author's vote", IN_TURN, async () => {
    for (const path of ["/", "/new", "/r/linux", "/r/linux/new"]) {
      const post = await untilPost(path, () => true, "A new <b>link</b>");
      expect(post).toMatchObject({ name: first.id, author: "Ann", score: 1, url });
    }
  });

  test("of the same link becomes an upvote, and its page leads to the first", IN_TURN, async () => {
    const again = await submit(bob, { sr: "linux", title: "Again", url: `${url}#top` });
    expect(again.id).not.toBe(first.id);
    const moved = await untilStatus(again.location, 301);
    expect(moved.location).toBe(first.location);
    expect((await visitor.get(`${again.location}.json`)).location).toBe(`${first.location}.json`);
    await untilPost(first.location, ({ score }) => score === 2);
    expect(await postOf("/new", "Again")).toBeUndefined();
  });

  test("of the same link to another community, or with resubmit, is a post", IN_TURN, async () => {
    const there = await submit(bob, { sr: "gardening", title: "There", url });
    const anyway = await submit(bob, { sr: "linux", title: "Anyway", url, resubmit: "true" });
    await untilStatus(there.location, 200);
    await untilStatus(anyway.location, 200);
  });

  test("of a text is shown as Markdown, without its HTML", IN_TURN, async () => {
    const text = "Some *words*,\n\n<script>alert(1)</script> and [a link](javascript:alert(1))";
    const { location } = await submit(ann, { sr: "linux", title: "A text", text, kind: "self" });
    const page = await untilStatus(location, 200);
    expect(page.text).toContain("<em>words</em>");
    const line =
      "Some words, &lt;script&gt;alert(1)&lt;/script&gt; and [a link](javascript:alert(1))";
    expect(page.text).toContain(`property="og:description" content="${line}">`);
    expect(page.text).not.toContain("<script>alert");
    expect(page.text).not.toContain('href="javascript:');
    const url = `http://localhost:8787${location}`;
    expect(await postOf(location)).toMatchObject({ is_self: true, selftext: text, url });
  });

  test("with markup in its title is escaped wherever it shows", IN_TURN, async () => {
    const title = `</title><script>alert("x")</script>'"><img src=x onerror=alert(1)>`;
    const { id, location } = await submit(ann, { sr: "linux", title, url: "https://x.example/" });
    await untilStatus(location, 200);
    for (const path of ["/", "/new", "/r/linux", "/r/linux/new", location]) {
      await untilPost(path, ({ name }) => name === id, title);
      const { text } = await visitor.get(path);
      expect(text, path).toContain("&lt;script&gt;alert(");
      expect(text, path).not.toMatch(/<script>|<img/);
      const data = await visitor.get(path === "/" ? "/.json" : `${path}.json`);
      expect(data.headers["content-type"]).toBe("application/json; charset=utf-8");
    }
  });

  test("with letters that run over the page is tamed", IN_TURN, async () => {
    const title = `\u202eright to left, z${"\u0337".repeat(50)}algo`;
    const { location } = await submit(ann, { sr: "linux", title, url: "https://z.example/" });
    await untilStatus(location, 200);
    const post = await postOf(location);
    expect(post?.title).not.toContain("\u202e");
    expect(post?.title).not.toMatch(/\p{M}{5}/u);
  });

  test("from a browser leads to the post", IN_TURN, async () => {
    const fields = { sr: "linux", title: "From a browser", url: "https://b.example/", text: "" };
    const answer = await ann.post("/api/submit", fields, AS_BROWSER);
    expect(answer.status).toBe(303);
    await untilStatus(String(answer.location), 200);
  });
});

describe.concurrent("a deletion", () => {
  const title = "Regretted at once";
  let mine: { id: string; location: string };

  const deletedFrom = [
    ...["/", "/hot/2", "/new", "/new/3", "/top/all", "/top/all/4"],
    ...["/r/linux", "/r/linux/new", "/r/linux/top/all"],
  ];

  test("of somebody else's post does nothing", IN_TURN, async () => {
    mine = await submit(ann, { sr: "linux", title, url: "https://regret.example/" });
    await untilStatus(mine.location, 200);
    expect((await bob.post("/api/del", { id: mine.id })).status).toBe(202);
    // Applied later than the deletion would have been.
    expect((await bob.post("/api/vote", { id: mine.id, dir: "1" })).status).toBe(202);
    await untilPost(mine.location, ({ score }) => score === 2);
    await untilPost("/new", () => true, title);
  });

  test("of one's own leaves a page that says so, and the title nowhere", IN_TURN, async () => {
    expect((await ann.post("/api/del", { id: mine.id })).status).toBe(202);
    const gone = await untilStatus(mine.location, 410);
    expectOwnPage(gone);
    expectSecurityHeaders(gone);
    expect(gone.text).toContain("This post was deleted");
    expect(gone.text).not.toMatch(/regret/i);
    const data = await visitor.get(`${mine.location}.json`);
    expect([data.status, listingOf(data).posts]).toEqual([410, []]);
    const feed = await visitor.get(`${mine.location}.rss`);
    expect(feed.status).toBe(410);
    expect(feed.text).not.toMatch(/regret/i);
    const formats = ["", ".json", ".rss"];
    for (const path of deletedFrom.flatMap((page) => formats.map((format) => page + format))) {
      await until(
        `${title} gone from ${path}`,
        async () => !/regret/i.test((await visitor.get(path)).text),
        FRESH_MS,
      );
    }
  });

  test("sets the link free", IN_TURN, async () => {
    const again = await submit(bob, { sr: "linux", title: "Free", url: "https://regret.example/" });
    await untilStatus(again.location, 200);
    expect(await postOf(again.location)).toMatchObject({ title: "Free", author: "bob" });
  });
});

describe.concurrent("the clock", () => {
  test("lets a post into the windows without anybody's help", async () => {
    const title = "Of this hour";
    await submit(bob, { sr: "gardening", title, url: "https://hour.example/" });
    for (const path of ["/top/hour", "/r/gardening/top/year"]) {
      await until(`${title} on ${path}`, () => postOf(path, title), TICK_MS + FRESH_MS);
    }
  });
});

describe.concurrent("a new community", () => {
  const fields = { name: "Bird_Watching", title: "Birds", description: "What <i>flies</i>" };

  test("has its pages at once", IN_TURN, async () => {
    const answer = await ann.post("/api/create_community", fields);
    expect([answer.status, idOf(answer)]).toEqual([202, "t5_bird_watching"]);
    expect(answer.location).toMatch(/^\/r\/bird_watching\?fresh=/);
    const soon = await visitor.get(String(answer.location));
    expect([200, 202]).toContain(soon.status);
    for (const suffix of ["", "/new", "/top/all", "/top/hour", "/rising", "/submit"]) {
      const page = await untilStatus(`/r/bird_watching${suffix}`, 200);
      expectOwnPage(page);
      expect(page.text).toContain("Bird_Watching");
    }
    const { text } = await visitor.get("/r/bird_watching");
    expect(text).toContain("What &lt;i&gt;flies&lt;/i&gt;");
    await until(
      "the community in the list",
      async () => (await visitor.get("/r")).text.includes(">r/Bird_Watching</a>"),
      FRESH_MS,
    );
  });

  test("takes its name in every case", IN_TURN, async () => {
    const answer = await bob.post("/api/create_community", { ...fields, name: "BIRD_watching" });
    const error = { reason: "name_taken", field: "name", name: "BIRD_watching" };
    expect([answer.status, JSON.parse(answer.text)]).toEqual([409, { error }]);
  });

  test("can be submitted to", IN_TURN, async () => {
    const heron = { sr: "bird_watching", title: "A heron", url: "https://heron.example/" };
    const { location } = await submit(bob, heron);
    await untilStatus(location, 200);
    await untilPost("/r/bird_watching", () => true, "A heron");
  });
});

describe.concurrent("what is one's own", () => {
  test("is kept, answered, read, and shut by a new password", IN_TURN, async () => {
    const [eva, finn] = await Promise.all([aPerson(visitor, "Eva"), aPerson(visitor, "finn")]);
    const kept = newestOf("Gardening");
    for (const act of ["save", "hide"]) {
      expect((await eva.post(`/api/${act}`, { id: `t3_${kept.id}` })).status).toBe(202);
    }
    for (const list of ["saved", "hidden"]) {
      const page = await until(list, () => pageWith(eva, `/me/${list}`, kept.title), FRESH_MS);
      expect(page.headers["cache-control"]).toBe("private, no-store");
      expect(page.headers.etag).toBeUndefined();
    }

    const sent = await eva.post("/api/submit", { sr: "linux", title: "A question", text: "Why?" });
    await until("the post", () => pageWith(visitor, `${sent.location}`, "Why?"), FRESH_MS);
    await finn.post("/api/comment", { link: idOf(sent), text: "Because of finn." });
    const inbox = await until("mail", () => pageWith(eva, "/me/inbox", "of finn."), FRESH_MS);
    await until("its number", () => pageWith(eva, "/me/unread.json", '{"unread":1}'), FRESH_MS);
    expect((await finn.get("/me/unread.json")).text).toBe('{"unread":0}');
    const upto = /name="upto" value="(\d+)"/.exec(inbox.text)?.[1] ?? "";
    await eva.post("/api/read_all_messages", { upto });
    await until("its end", () => pageWith(eva, "/me/unread.json", '{"unread":0}'), FRESH_MS);

    const passwords = { passwd: "correct horse", new_passwd: "battery staple" };
    const changed = await eva.post("/api/password", passwords);
    const isShut = async () => (await eva.get("/me/inbox")).status === 303;
    await until("the end of the session", isShut, FRESH_MS);
    const again = visitor.with({ cookie: cookiesOf(changed) });
    expect((await again.get("/me/inbox")).status).toBe(200);
  });

  async function pageWith(reader: Visitor, path: string, words: string): Promise<Answer | false> {
    const page = await reader.get(path);
    return page.status === 200 && page.text.includes(words) && page;
  }
});

describe("an account", () => {
  test("registers with a session that no script reads, and a name that one can", async () => {
    const form = { user: "Carla", passwd: "long enough", dest: "/new" };
    const answer = await visitor.post("/api/register", form, AS_BROWSER);
    expect([answer.status, answer.location]).toEqual([303, "/new"]);
    const [session, name] = answer.headers["set-cookie"] ?? [];
    expect(session).toMatch(/^session=.*; HttpOnly; SameSite=Lax$/);
    expect(name).toMatch(/^name=Carla; (?!.*HttpOnly)/);
  });

  test("logs in, whatever the case, and out", async () => {
    const form = { user: "CARLA", passwd: "long enough", dest: "//evil.example" };
    const login = await visitor.post("/api/login", form, AS_BROWSER);
    expect([login.status, login.location]).toEqual([303, "/"]);
    const carla = visitor.with({ cookie: cookiesOf(login) });
    expect((await carla.post("/api/vote", { id: "t3_stone1", dir: "0" })).status).toBe(202);
    const logout = await carla.post("/api/logout", {}, AS_BROWSER);
    expect(logout.status).toBe(303);
    expect(logout.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^session=; Max-Age=0/),
      expect.stringMatching(/^name=; Max-Age=0/),
    ]);
  });
});

describe("scripts", () => {
  test("refuse to touch the state of a running server", async () => {
    const runs = await Promise.all([runCairn(home, "import", "x.csv"), runCairn(home, "build")]);
    for (const { code, output } of runs) {
      expect(code).toBe(1);
      expect(output).toMatch(/`npm run \w+` needs .* to itself, but `npm start` is using it/);
    }
    expect((await visitor.get("/")).status).toBe(200);
  });

  test("npm run dead lists, replays and discards while the site is served", async () => {
    const dead = (...words: readonly string[]) => runCairn(home, "dead", ...words);
    const listed = await mustRun(home, "dead", "list");
    expect(listed).toContain(
      'malformed  1970-01-01T00:00:00.000Z  gave up retrying  {"version":9}',
    );
    expect(listed).toContain("3 dead letters");
    const none = await dead("discard", "torn", "nobody");
    expect([none.code, none.output]).toEqual([
      1,
      expect.stringContaining("no dead letter nobody."),
    ]);
    expect(await mustRun(home, "dead", "discard", "torn")).toContain("1 discarded");
    const replayed = await mustRun(home, "dead", "replay");
    expect(replayed).toContain("malformed: unknown version 9");
    expect(replayed).toContain("1 applied, 0 refused, 1 still dead");
    await until(
      "Lazarus",
      async () => (await visitor.get("/user/lazarus")).status === 200,
      TICK_MS,
    );
    expect((await dead("bury")).output).toContain("Usage: npm run dead -- list | replay");
    expect(await mustRun(home, "dead", "discard", "--all")).toContain("1 discarded");
  });

  test("nobody else is told of dead letters", async () => {
    const form = { user: "Nosy", passwd: "long enough" };
    const cookies = cookiesOf(await visitor.post("/api/register", form));
    const [, session] = /session=([^;]+)/.exec(cookies) ?? [];
    for (const authorization of ["", "Bearer ", `Bearer ${session}`]) {
      const { status } = await visitor.post("/-/dead", "{}", { ...AS_SCRIPT, authorization });
      expect(status).toBe(405);
    }
  });

  test("once the server has stopped, no stored page has what was deleted", async () => {
    await server.program.stop();
    const texts = await storedTexts(home);
    expect(texts.length).toBeGreaterThan(stones.length);
    expect(texts.filter(([, text]) => /regretted/i.test(text))).toEqual([]);
  });

  test("and the server's log tells of no failure", () => {
    expect(server.program.output()).not.toMatch(/\[ERROR\]|failed|set aside|uncaught/i);
  });

  test("audit finds that events have written what a full build would write", async () => {
    expect(lastLine(await mustRun(home, "audit"))).toMatch(
      /^\d+ pages compared, 0 differ, 0 missing, 0 extra$/,
    );
  });

  test("build then has nothing to write", async () => {
    expect(lastLine(await mustRun(home, "build"))).toMatch(
      /^(\d+) pages, 0 written, \1 unchanged in \d+\.\d s$/,
    );
  });
});

/** The summary; progress, printed to the other stream, may come after it. */
function lastLine(output: string): string {
  return output.split("\n").findLast((line) => /^\d+ pages/.test(line)) ?? "";
}
