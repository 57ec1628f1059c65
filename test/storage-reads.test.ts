/** What a page view asks of storage: one read at most, and none while the isolate has the page. */
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ReaderEnv } from "../src/bindings.ts";
import type { EventId } from "../src/model/ids.ts";
import { SESSION_LIFE_SECONDS, signSession } from "../src/model/session.ts";
import { createReader } from "../src/reader/app.ts";
import { anId, aSubmission } from "./makers.ts";
import { aMemorySite } from "./memory/site.ts";

const ORIGIN = "https://cairn.example";
const SECRET = "a secret of the tests, long enough";
const NOW = Date.UTC(2026, 0, 1, 1);
const KEEP_MS = 1000;

const post = aSubmission({ by: "mason", at: NOW });
const THREAD = `/comments/${post.post}`;

/** Each read of R2 and KV by its key, since the test began. */
let reads: string[];
let clock: number;
let env: ReaderEnv;
let reader: ReturnType<typeof createReader>;

/** Whatever else is called on it is missing, and throws. */
function countedBucket(pages: ReaderEnv["PAGES"]): ReaderEnv["PAGES"] {
  const get = (key: string) => {
    reads.push(`R2 ${key}`);
    return pages.get(key);
  };
  return { get } as never;
}

function countedNamespace(site: ReaderEnv["SITE"]): ReaderEnv["SITE"] {
  const getWithMetadata = (key: string, type: "arrayBuffer") => {
    reads.push(`KV ${key}`);
    return site.getWithMetadata(key, type);
  };
  return { getWithMetadata } as never;
}

beforeAll(async () => {
  const site = await aMemorySite(NOW);
  const made = { version: 1 as const, id: anId() as EventId, at: NOW, by: "mason" };
  const named = { name: "programming", title: "programming", description: "" };
  await site.send({ ...made, type: "community_created", ...named });
  await site.send(post);
  await site.publish();
  env = {
    PAGES: countedBucket(site.pages),
    SITE: countedNamespace(site.site),
    KEEP_MS: String(KEEP_MS),
    SESSION_SECRET: SECRET,
    // A read that reached for it would fail.
    INTAKE: {} as never,
  };
});

beforeEach(() => {
  reads = [];
  clock = NOW;
  reader = createReader(() => clock);
});

async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return reader.fetch(new Request(ORIGIN + path, { headers }), env);
}

async function readsOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const before = reads.length;
  await (await ask(path, headers)).arrayBuffer();
  return reads.length - before;
}

describe("a page view", () => {
  const VIEWS = ["/", "/r/programming", "/new", "/user/mason", "/about", "/.json", "/new.rss"];

  test.each(VIEWS)("of %s reads once, and while the isolate has it never", async (path) => {
    expect(await readsOf(path)).toBe(1);
    clock += KEEP_MS - 1;
    expect(await readsOf(path)).toBe(0);
    clock += 1;
    expect(await readsOf(path)).toBe(1);
  });

  test("of a thread at its whole address, in every order, as JSON and as a feed is one read", async () => {
    const path = (await ask(THREAD)).headers.get("location") ?? "";
    expect(path).toMatch(/^\/r\/programming\/comments\//);
    for (const view of [path, `${path}?sort=new`, `${path}.json`, `${path}.rss`, THREAD]) {
      await ask(view);
    }
    expect(reads).toEqual([`R2 ${THREAD}`]);
  });

  test("is as cheap for any client: plain, packed, HEAD and with a query that means nothing", async () => {
    expect(await readsOf("/")).toBe(1);
    expect(await readsOf("/", { "accept-encoding": "gzip" })).toBe(0);
    expect(await readsOf("/?utm_source=elsewhere")).toBe(0);
    const head = new Request(`${ORIGIN}/`, { method: "HEAD" });
    expect((await reader.fetch(head, env)).status).toBe(200);
    expect(reads).toEqual(["R2 /"]);
  });

  test("unpacks what it keeps once, however many addresses somebody makes up for it", async () => {
    let unpacked = 0;
    class Counted extends DecompressionStream {
      constructor(...format: ConstructorParameters<typeof DecompressionStream>) {
        super(...format);
        unpacked++;
      }
    }
    vi.stubGlobal("DecompressionStream", Counted);
    for (let n = 0; n < 70; n++) {
      await (await ask(`/?${n}`)).text();
      await (await ask(`/r/x/comments/${post.post}/${n}.json`)).text();
      await (await ask(`/r/x/comments/${post.post}/${"long".repeat(200)}${n}.json`)).text();
    }
    vi.unstubAllGlobals();
    expect(unpacked).toBe(2);
    expect(reads).toEqual(["R2 /", `R2 ${THREAD}`]);
  });

  test("of a block that is its listing's head still reads both for programs, and keeps both", async () => {
    expect(await readsOf("/new/1.json")).toBe(2);
    expect(reads).toEqual(["R2 /new/1", "R2 /"]);
    for (const path of ["/new/1.json", "/new/1.rss", "/new.json"])
      expect(await readsOf(path)).toBe(0);
    const [block, head] = [await ask("/new/1.json"), await ask("/new.json")];
    expect(await block.text()).toBe(await head.text());
    expect((await ask("/new/1")).headers.get("location")).toBe("/new");
  });

  test("of what the client has already is one read at most", async () => {
    const etag = (await ask("/")).headers.get("etag") ?? "";
    const again = { "if-none-match": etag };
    expect((await ask("/", again)).status).toBe(304);
    expect(reads).toHaveLength(1);
    clock += KEEP_MS;
    expect((await ask("/", again)).status).toBe(304);
    expect(reads).toHaveLength(2);
  });

  test("that only leads elsewhere reads nothing", async () => {
    expect((await ask("/r/Programming/")).status).toBe(301);
    expect((await ask("/me/saved")).status).toBe(303);
    expect(reads).toEqual([]);
  });
});

test("of a crowd that meets an old page one reads, and nobody waits", async () => {
  await ask("/");
  clock += KEEP_MS;
  const crowd = await Promise.all(Array.from({ length: 100 }, () => ask("/")));
  expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]));
  expect(reads).toEqual(["R2 /", "R2 /"]);
});

test("what does not exist is looked for each time; the page that says so is kept", async () => {
  expect(await readsOf("/r/programming/log")).toBe(2);
  expect(await readsOf("/r/programming/log")).toBe(1);
  expect(reads).toEqual(["R2 /r/programming/log", "KV /404", "R2 /r/programming/log"]);
});

describe("a private page", () => {
  async function readsOfMason(path: string): Promise<string[]> {
    const expires = NOW / 1000 + SESSION_LIFE_SECONDS;
    const cookie = `session=${await signSession(SECRET, { name: "mason", epoch: 0, expires })}`;
    reads = [];
    expect((await ask(path, { cookie })).status).toBe(200);
    return reads;
  }

  test("is read for its owner each time, with the inbox, which says since when sessions hold", async () => {
    for (let view = 0; view < 2; view++) {
      expect(await readsOfMason("/me/overlay.json")).toEqual([
        "R2 ~mason/overlay",
        "R2 ~mason/inbox",
      ]);
    }
  });

  test("that is the inbox or its count costs one read, and what everybody has who has nothing is kept", async () => {
    expect(await readsOfMason("/me/unread.json")).toEqual(["R2 ~mason/inbox", "KV ~/unread"]);
    for (let view = 0; view < 2; view++) {
      expect(await readsOfMason("/me/unread.json")).toEqual(["R2 ~mason/inbox"]);
    }
  });
});

describe("no cache keeps", () => {
  const shown = (response: Response) => [
    response.status,
    response.headers.get("cache-control"),
    response.headers.get("content-security-policy")?.slice(0, 18),
  ];

  test("the answer to another method than those that read, of what is kept too", async () => {
    for (let asked = 0; asked < 2; asked++) {
      const response = await reader.fetch(new Request(ORIGIN, { method: "DELETE" }), env);
      expect(shown(response)).toEqual([405, "no-store", "default-src 'none'"]);
      await ask("/");
    }
  });

  test.each(["/", "/.json"])("that storage failed, asked for %s", async (path) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const PAGES = { get: () => Promise.reject(new Error("R2 is down")) } as never;
    const response = await reader.fetch(new Request(ORIGIN + path), { ...env, PAGES });
    expect(shown(response)).toEqual([500, "no-store", "default-src 'none'"]);
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  test("that nothing is there before the first build, in plain words", async () => {
    const PAGES = { get: async () => null } as never;
    const SITE = { getWithMetadata: async () => ({ value: null, metadata: null }) } as never;
    const empty = { ...env, PAGES, SITE };
    const response = await reader.fetch(new Request(`${ORIGIN}/new`), empty);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).toBe("Not found");
  });

  test("that what it keeps is damaged, whoever asks", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const get = async (key: string) => {
      const object = await env.PAGES.get(key);
      return { ...object, arrayBuffer: async () => new ArrayBuffer(100_000) };
    };
    const damaged = { ...env, PAGES: { get } as never };
    for (let asked = 0; asked < 2; asked++) {
      const response = await reader.fetch(new Request(`${ORIGIN}/new`), damaged);
      expect(shown(response)).toEqual([500, "no-store", "default-src 'none'"]);
    }
    expect(reads).toHaveLength(1);
    log.mockRestore();
  });
});
