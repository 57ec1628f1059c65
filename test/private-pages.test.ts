/** Private pages through the reader: for their owner, and by no other way, session or cache. */
import { beforeAll, describe, expect, test } from "vitest";
import type { ReaderEnv } from "../src/bindings.ts";
import type { CommentId, EventId } from "../src/model/ids.ts";
import { SESSION_LIFE_SECONDS, type Session, signSession } from "../src/model/session.ts";
import { pageToken } from "../src/pages/key.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { createReader } from "../src/reader/app.ts";
import { anId, aSubmission } from "./makers.ts";
import { aMemorySite, type MemorySite } from "./memory/site.ts";

const ORIGIN = "https://cairn.example";
const SECRET = "a secret of the tests, long enough";
const NOW = Date.UTC(2026, 0, 1, 1);
const NOW_SECONDS = NOW / 1000;
const SAVED = 60;
/** In what Ann saved, and on no public page. */
const REASON = "there is no such post";

let site: MemorySite;
let env: ReaderEnv;
let ann: string;
let bob: string;
const reader = createReader(() => NOW);

const base = (by: string) => ({ version: 1 as const, id: anId() as EventId, at: NOW, by });

async function cookieOf(session: Partial<Session>, secret = SECRET): Promise<string> {
  const expires = NOW_SECONDS + SESSION_LIFE_SECONDS;
  const whole = { name: "Ann", epoch: 0, expires, ...session };
  return `name=${whole.name}; session=${await signSession(secret, whole)}`;
}

async function ask(path: string, cookie = "", init: RequestInit = {}): Promise<Response> {
  const headers = { ...(init.headers as object), ...(cookie ? { cookie } : {}) };
  return reader.fetch(new Request(ORIGIN + path, { ...init, headers }), env);
}

const stones = Array.from({ length: SAVED }, () => aSubmission({ by: "mason", at: NOW }));

beforeAll(async () => {
  site = await aMemorySite(NOW);
  env = {
    PAGES: site.pages as never,
    SITE: site.site as never,
    INTAKE: { fetch: () => new Response("intake") } as never,
    KEEP_MS: "0",
    SESSION_SECRET: SECRET,
  };
  const named = { name: "programming", title: "programming", description: "" };
  await site.send({ ...base("mason"), type: "community_created", ...named });
  await site.send(...stones);
  const saves = stones.map(
    ({ post }): CairnEvent => ({
      ...base("Ann"),
      type: "post_marked",
      post,
      kind: "saved",
      isSet: true,
    }),
  );
  await site.send(...saves);
  const own = aSubmission({ by: "Ann", at: NOW });
  const place = { comment: anId() as CommentId, post: own.post, parent: null };
  await site.send(own);
  await site.send({ ...base("mason"), type: "comment_posted", ...place, text: "an answer" });
  const missing = { post: "nosuchpost" as never, kind: "saved", isSet: true } as const;
  await site.send({ ...base("Ann"), type: "post_marked", ...missing });
  await site.publish();
  [ann, bob] = await Promise.all([cookieOf({}), cookieOf({ name: "Bob" })]);
});

const LISTS = ["saved", "hidden", "liked", "disliked", "inbox"];
const PAGES = [
  ...LISTS.flatMap((list) => [`/me/${list}`, `/me/${list}.json`]),
  "/me/saved/1",
  "/me/saved/2.json",
  "/me/overlay.json",
  "/me/unread.json",
];
const ODD = [
  "/me",
  "/me/saved/0",
  "/me/saved/99",
  "/me/session",
  "/me/session.json",
  "/me/nothing",
];

function expectPrivate(response: Response): void {
  expect(response.headers.get("cache-control")).toBe("private, no-store");
  expect(response.headers.get("etag")).toBeNull();
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
}

describe("without a session that holds", () => {
  const cookies: Readonly<Record<string, () => string | Promise<string>>> = {
    none: () => "",
    "a name alone": () => "name=Ann",
    "a forged one": () => cookieOf({}, "another secret, just as long as ours"),
    "another's name on one's own": async () =>
      (await cookieOf({ name: "Bob" })).replaceAll("Bob", "Ann"),
    "one that expired this second": () => cookieOf({ expires: NOW_SECONDS }),
    nonsense: () => "session=Ann.0.9999999999.",
    "an empty one": () => "session=",
  };

  test.each(Object.keys(cookies))("(%s) every private address leads to the login", async (kind) => {
    const cookie = await cookies[kind]?.();
    for (const path of [...PAGES, ...ODD]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await ask(path, cookie, { method });
        expect([path, response.status, response.headers.get("location")]).toEqual([
          path,
          303,
          "/login",
        ]);
        expectPrivate(response);
        expect(await response.text()).toBe("");
      }
    }
  });

  test("a token of a private page leads to the login, and from public pages nowhere", async () => {
    for (const path of ["/", "/r/programming.json"]) {
      const response = await ask(`${path}?after=${pageToken("/me/saved/1")}`);
      expect(response.status).toBe(400);
    }
    for (const path of ["/me/saved", "/me/saved.json"]) {
      const response = await ask(`${path}?after=${pageToken("/me/saved/1")}`);
      expect([response.status, response.headers.get("location")]).toEqual([303, "/login"]);
      expectPrivate(response);
    }
  });
});

describe("with one", () => {
  test.each(PAGES)("%s is there, and no cache may keep it", async (path) => {
    const response = await ask(path, ann);
    expect(response.status).toBe(200);
    expectPrivate(response);
    const again = await ask(path, ann, { headers: { "if-none-match": "*" } });
    expect(again.status).toBe(200);
    const head = await ask(path, ann, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expectPrivate(head);
    expect([...head.headers]).toEqual([...response.headers]);
  });

  test("everybody sees their own, and never another's", async () => {
    expect(await (await ask("/me/inbox", ann)).text()).toContain(REASON);
    expect(await (await ask("/me/saved", ann)).text()).toContain(stones[59]?.title);
    for (const path of PAGES.filter((each) => !/\d/.test(each))) {
      const page = await ask(path, bob);
      expect([path, page.status]).toEqual([path, 200]);
      expectPrivate(page);
      const text = await page.text();
      for (const { title } of stones) expect(text).not.toContain(title);
      expect(text).not.toContain(REASON);
    }
    expect((await ask("/me/saved/1", bob)).status).toBe(404);
    const token = await ask(`/me/saved?after=${pageToken("/me/saved/1")}`, bob);
    expect(token.status).toBe(404);
    expectPrivate(token);
  });

  test("whoever has nothing yet sees that", async () => {
    for (const list of LISTS.filter((each) => each !== "inbox")) {
      expect(await (await ask(`/me/${list}`, bob)).text()).toContain(`Nothing ${list} here.`);
    }
    expect(await (await ask("/me/inbox", bob)).text()).toContain("No answers yet.");
    expect(await (await ask("/me/unread.json", bob)).json()).toEqual({ unread: 0 });
    const nothing = { votes: {}, saved: [], hidden: [] };
    expect(await (await ask("/me/overlay.json", bob)).json()).toEqual(nothing);
    const { data } = (await (await ask("/me/liked.json", bob)).json()) as {
      data: { children: unknown[]; after: unknown };
    };
    expect([data.children, data.after]).toEqual([[], null]);
  });

  test("what is no page is not found, privately; what the site keeps to itself neither", async () => {
    for (const path of ODD.slice(1)) {
      const response = await ask(path, ann);
      expect([path, response.status]).toEqual([path, 404]);
      expectPrivate(response);
    }
    const home = await ask("/me", ann);
    expect([home.status, home.headers.get("location")]).toEqual([303, "/user/ann"]);
    expectPrivate(home);
  });

  test("a session of any spelling of the name is the same person's", async () => {
    const page = await ask("/me/saved", await cookieOf({ name: "ANN" }));
    expect(await page.text()).toContain(stones[59]?.title);
  });

  test("60 saved things have pages that lead to each other, and all are reached once", async () => {
    const found: string[] = [];
    let path: string | undefined = "/me/saved";
    while (path !== undefined && found.length <= SAVED) {
      const html: string = await (await ask(path, ann)).text();
      found.push(
        ...[...html.matchAll(/<article class="entry" id="(t3_\w+)"/g)].map((m) => m[1] ?? ""),
      );
      path = /<a href="([^"]+)" rel="next">/.exec(html)?.[1];
    }
    expect(found).toEqual(stones.map(({ post }) => `t3_${post}`).reverse());
    const newer = await (await ask("/me/saved/1", ann)).text();
    expect(newer).toContain('<a href="/me/saved/2" rel="prev">');
    const head = await ask("/me/saved/3", ann);
    expect([head.status, head.headers.get("location")]).toEqual([302, "/me/saved"]);
    expectPrivate(head);
    const asJson = await ask("/me/saved/3.json", ann);
    expectPrivate(asJson);
    expect([asJson.status, await asJson.text()]).toEqual([
      200,
      await (await ask("/me/saved.json", ann)).text(),
    ]);
  });

  test("tokens lead through them, as scripts go", async () => {
    const names = stones.map(({ post }) => `t3_${post}`).reverse();
    const seen: string[] = [];
    let query: string | null = "limit=5";
    let last = query;
    while (query !== null && seen.length <= SAVED) {
      last = query;
      const { children, after } = await savedAt(query);
      seen.push(...children.map(({ data }) => data.name));
      query = after && `after=${after}&limit=5`;
    }
    expect(seen).toEqual(names);
    const again = new Set<string>();
    for (query = last; query !== null; ) {
      const { children, before } = await savedAt(query);
      for (const { data } of children) again.add(data.name);
      query = before && `before=${before}`;
    }
    expect([...again].sort()).toEqual(names.toSorted());
  });
});

/** A page of what ann saved. */
async function savedAt(query: string) {
  const answer = await ask(`/me/saved.json?${query}`, ann);
  expect([query, answer.status]).toEqual([query, 200]);
  expectPrivate(answer);
  const { data } = (await answer.json()) as {
    data: {
      before: string | null;
      after: string | null;
      children: { data: { name: string } }[];
    };
  };
  return data;
}

describe("by another way", () => {
  const WAYS = [
    "/~ann/saved",
    "/%7Eann/saved",
    "/%7eann/saved.json",
    "/me/../~ann/saved",
    "/me/%2e%2e/~ann/saved",
    "/me/..%2f~ann/saved",
    "/me%2Fsaved",
    "/~/saved",
    "/user/~ann/saved",
    "/r/~ann/saved",
    "/~ann/overlay",
    "/~ann/inbox/1",
    "/me/~ann/saved",
    "/me/saved/1/2",
    "//me/saved",
  ];

  test.each(WAYS)("%s is nothing, with a session and without", async (path) => {
    for (const cookie of ["", ann, bob]) {
      const response = await ask(path, cookie);
      expect(response.status).toBe(404);
      const text = await response.text();
      expect(text).toMatch(/There is nothing here|"Not Found"/);
      expect(text).not.toContain(stones[0]?.title);
    }
  });

  test.each([
    ["/ME/Saved", "/me/saved"],
    ["/me/saved/", "/me/saved"],
    ["/me/inbox.JSON", "/me/inbox.json"],
    ["/ME/inbox.json", null],
    ["/message/inbox", "/me/inbox"],
    ["/%6De/saved", "/me/saved"],
    ["/%6De/saved.json", null],
  ])("%s says the same to everybody, or is private", async (path, location) => {
    const [stranger, owner] = [await ask(path), await ask(path, ann)];
    if (location === null) {
      for (const response of [stranger, owner]) expectPrivate(response);
      expect([stranger.status, owner.status]).toEqual([303, 200]);
      return;
    }
    for (const response of [stranger, owner]) {
      expect([response.status, response.headers.get("location")]).toEqual([301, location]);
      expect(await response.text()).toBe("");
    }
  });

  test.each(["~ann/saved", "~ann/overlay", "/~ann/saved", "~/saved"])(
    "a token made up for %s is no token",
    async (key) => {
      for (const cookie of ["", ann]) {
        const response = await ask(`/.json?after=${pageToken(key)}`, cookie);
        expect(response.status).toBe(400);
      }
    },
  );

  test("a public page is the same for whoever asks", async () => {
    const [stranger, owner] = [await ask("/"), await ask("/", ann)];
    expect(await owner.text()).toBe(await stranger.text());
    expect([...owner.headers]).toEqual([...stranger.headers]);
  });
});

describe("after a new password", () => {
  test("the old sessions have ended, on every private page, and the new one opens them", async () => {
    const [old, fresh] = [await cookieOf({ epoch: 0 }), await cookieOf({ epoch: 1 })];
    expect((await ask("/me/saved", old)).status).toBe(200);
    await site.send({ ...base("Ann"), type: "sessions_ended", epoch: 1 });
    await site.publish();
    for (const path of [...PAGES, ...ODD]) {
      const response = await ask(path, old);
      expect([path, response.status]).toEqual([path, 303]);
      expectPrivate(response);
    }
    for (const path of PAGES) expect((await ask(path, fresh)).status).toBe(200);
    // Others' sessions hold, and the one that ends none.
    expect((await ask("/me/saved", bob)).status).toBe(200);
    expect((await ask("/me/session", fresh)).status).toBe(404);
  });
});
