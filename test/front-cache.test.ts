/** What is cached in front of the reader is purged after a removal: seldom, and not too early. */
import { readFileSync } from "node:fs";
import type { Queue } from "@cloudflare/workers-types";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { beforeEach, describe, expect, it } from "vitest";
import { FRESH } from "../build/bench/money/front-cache.ts";
import type { ReaderEnv } from "../src/bindings.ts";
import { ringBell } from "../src/consumer/bell.ts";
import { fingerprintOf } from "../src/consumer/name-all.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { purgeFrontCache } from "../src/consumer/purge-front-cache.ts";
import type { PostId } from "../src/model/ids.ts";
import { encodePage } from "../src/pages/encode.ts";
import { putPage } from "../src/pages/storage.ts";
import { type Part, partsOf, placeOf } from "../src/pages/together.ts";
import { createReader } from "../src/reader/app.ts";
import { purgeOwnCache } from "../src/reader/purge-own-cache.ts";
import { anId } from "./makers.ts";
import { anEvent, BEGIN_MS, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";

const HEADERS = readFileSync("templates/public/_headers", "utf8");

const posts = Array.from({ length: 48 }, () => anId() as PostId);
const founded = anEvent({
  type: "community_created",
  by: "founder",
  name: "heap",
  title: "",
  description: "",
});
const submitted = posts.map((post) =>
  anEvent({
    type: "post_submitted",
    by: "ann",
    post,
    community: "heap",
    title: "A pebble",
    url: null,
    text: "",
    resubmit: false,
  }),
);
const deletion = (post: PostId | undefined) =>
  anEvent({ type: "post_deleted", by: "ann", post: post ?? ("" as PostId) });
const vote = (post: PostId | undefined) =>
  anEvent({ type: "post_voted", by: "Bob", post: post ?? ("" as PostId), value: -1 });

describe("how long the front cache keeps a page", () => {
  const WRITTEN = Date.UTC(2026, 0, 1);
  const MINUTES = 60_000;

  async function answerAfter(path: string, ms: number): Promise<Headers> {
    return (await answerTo(path, ms, "gzip", "gzip")).headers;
  }

  async function answerTo(path: string, ms: number, sent: string, said: string): Promise<Response> {
    const pages = openMemoryBucket(new Map(), () => WRITTEN);
    const { key } = placeOf(path);
    const representations = ["", ...partsOf(key)].map((part) => ({
      type: "html" as const,
      body: part,
      ...(part && { part: part as Part }),
    }));
    const page = { type: "page", status: 200, path: null, representations } as const;
    await putPage(pages, key, encodePage(page), 1, null);
    const env = { PAGES: pages, SITE: openMemoryNamespace(), KEEP_MS: "0" };
    const reader = createReader(() => WRITTEN + ms);
    const headers = { "Accept-Encoding": said };
    const request = new Request(`https://cairn.example${path}`, { headers });
    Object.assign(request, { cf: { clientAcceptEncoding: sent } });
    const response = await reader.fetch(request, env as unknown as ReaderEnv);
    expect(response.status).toBe(200);
    return response;
  }

  /** A minute together, also while the reader fails: without a word Workers Cache would go on for ever. */
  const timesOf = (fresh: number) => ({
    "max-age": fresh,
    "stale-while-revalidate": 60 - fresh,
    "stale-if-error": 60 - fresh,
  });
  const timesIn = (header: string | null) =>
    Object.fromEntries(
      [...(header ?? "").matchAll(/([a-z-]+)=(\d+)/g)].map(([, name, time]) => [
        name,
        Number(time),
      ]),
    );

  it.each(["/comments/aouv5", "/user/ann", "/user/ann/submitted", "/hot/2", "/new/7"])(
    "is most of a minute for %s when it has been quiet for ten, which browsers are not told",
    async (path) => {
      const front = "cloudflare-cdn-cache-control";
      const soon = await answerAfter(path, 10 * MINUTES);
      expect(soon.get(front)).toBeNull();
      const later = await answerAfter(path, 10 * MINUTES + 1);
      expect(timesIn(later.get(front))).toEqual(timesOf(FRESH.quiet));
      expect(later.get("cache-control")).toBe(soon.get("cache-control"));
      expect(timesIn(later.get("cache-control"))).toEqual(timesOf(FRESH.busy));
    },
  );

  it("is no time where Cloudflare says of a client that it takes gzip, and it does not", async () => {
    const asSent = (sent: string, said: string) =>
      answerTo("/comments/aouv5", 60 * MINUTES, sent, said);
    const forOne = await asSent("", "gzip, br");
    expect(forOne.headers.get("content-encoding")).toBeNull();
    expect(forOne.headers.get("cloudflare-cdn-cache-control")).toBe("no-store");
    for (const [sent, said, coding] of [
      ["gzip", "gzip, br", "gzip"],
      ["", "identity", null],
    ] as const) {
      const { headers } = await asSent(sent, said);
      expect(headers.get("content-encoding")).toBe(coding);
      expect(timesIn(headers.get("cloudflare-cdn-cache-control"))).toEqual(timesOf(FRESH.quiet));
    }
  });

  it.each(["/", "/r/heap", "/new", "/r/heap/controversial"])(
    "is ten seconds for %s in any case: it changes all the time",
    async (path) => {
      expect(
        (await answerAfter(path, 60 * MINUTES)).get("cloudflare-cdn-cache-control"),
      ).toBeNull();
    },
  );
});

describe("how long stylesheets and scripts are kept", () => {
  it("is an hour in browsers, and a minute in the front cache while it can fetch them", () => {
    const [, assets = ""] = /^\/assets\/\*\n((?: {2}.*\n)+)/m.exec(HEADERS) ?? [];
    expect(assets).toContain("  Cache-Control: public, max-age=3600,");
    expect(assets).toMatch(/Cloudflare-CDN-Cache-Control: max-age=60, stale-if-error=\d+\n/);
  });
});

let site: LiveSite;
let now: number;
/** When the cache was purged. */
let purges: number[];
let answer: () => Promise<boolean>;

const withCache = () => ({
  ...site.deps,
  now: () => now,
  purge: () => {
    purges.push(now);
    return answer();
  },
});

/** As the consumer does, once a second. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    now += 1000;
    await publishStale(withCache());
    await purgeFrontCache(withCache());
  }
}

beforeEach(async () => {
  site = await openLiveSite();
  await site.send(founded, ...submitted);
  await site.publishAll();
  now = BEGIN_MS + 3_600_000;
  purges = [];
  answer = async () => true;
});

describe("the front cache", () => {
  it("is left alone by votes", async () => {
    await site.send(vote(posts[0]));
    await pass(90);
    expect(purges).toEqual([]);
  });

  it("is purged once, when no isolate can fill it again with what it keeps", async () => {
    await site.send(deletion(posts[0]));
    const sent = now;
    await pass(60);
    expect(purges).toHaveLength(1);
    expect((purges[0] ?? 0) - sent).toBeGreaterThanOrEqual(3000);
    expect((purges[0] ?? 0) - sent).toBeLessThan(5000);
  });

  it("is not purged again at once, although nothing was left to purge", async () => {
    await site.send(deletion(posts[0]));
    await pass(6);
    await site.send(deletion(posts[1]));
    await pass(30);
    expect(purges.map((at) => at - (purges[0] ?? 0))).toEqual([0, 15_000]);
  });

  it("is purged four times a minute at most, and once more after the last removal", async () => {
    for (const post of posts) {
      await site.send(deletion(post));
      await pass(1);
    }
    // The last one was published in the very second of a purge.
    expect(purges.at(-1)).toBe(now);
    const last = now;
    await pass(20);
    const gaps = purges.slice(1).map((at, index) => at - (purges[index] ?? 0));
    expect(Math.min(...gaps)).toBe(15_000);
    expect(purges.at(-1)).toBeGreaterThan(last + 2000);
    await pass(60);
    expect(purges.at(-1)).toBeLessThan(last + 20_000);
  });

  it.each([
    ["the platform refuses", async () => false],
    ["the reader is not there", () => Promise.reject(new Error("no such Worker"))],
  ])("is purged again when %s", async (_, failure) => {
    answer = failure;
    await site.send(deletion(posts[0]));
    await pass(10);
    expect(purges).toHaveLength(1);
    answer = async () => true;
    await pass(60);
    expect(purges).toHaveLength(2);
  });

  it("rings the bell for that, although no page is stale", async () => {
    await site.send(deletion(posts[0]));
    for (let written = 1; written > 0; now += 700_000) {
      ({ written } = await publishStale(withCache()));
    }
    now -= 700_000;
    await site.db
      .prepare("UPDATE site SET purge_due = ?1")
      .bind(now + 1500)
      .run();
    const delays: number[] = [];
    const queue = {
      send: async (_: unknown, { delaySeconds }: { delaySeconds: number }) => {
        delays.push(delaySeconds);
      },
    } as unknown as Queue;
    await ringBell(site.db, queue, fingerprintOf(site.config), now);
    expect(delays).toEqual([2]);
  });

  it("costs nothing where there is none", async () => {
    await site.send(deletion(posts[0]));
    await site.publishAll();
    const wanted = await site.db.prepare("SELECT purge_due, purged_at FROM site").first();
    expect(wanted).toEqual({ purge_due: 0, purged_at: 0 });
  });
});

describe("the reader", () => {
  it("purges all of its own cache, and says whether the platform did", async () => {
    const asked: object[] = [];
    const cacheThat = (success: boolean) => ({
      purge: async (options: object) => {
        asked.push(options);
        return { success, errors: success ? [] : [{ code: 1, message: "too many" }] };
      },
    });
    const context = (success: boolean) => ({ cache: cacheThat(success) }) as ExecutionContext;
    expect(await purgeOwnCache(context(true))).toBe(true);
    expect(await purgeOwnCache(context(false))).toBe(false);
    expect(asked).toEqual([{ purgeEverything: true }, { purgeEverything: true }]);
  });

  it("does so when another Worker calls, and for no request", async () => {
    const { outputFiles } = await build({
      entryPoints: ["src/reader/worker.ts"],
      bundle: true,
      format: "esm",
      external: ["node:*", "cloudflare:*"],
      write: false,
    });
    const aWorker = (name: string, contents: string, bindings: object) => ({
      name,
      modules: [{ type: "ESModule", path: `${name}.mjs`, contents }],
      compatibilityDate: "2026-11-01",
      compatibilityFlags: ["nodejs_compat"],
      ...bindings,
    });
    const caller = `export default {
      async fetch(request, { READER }) {
        const { status } = await READER.fetch(new Request("https://cairn.example/purge", { method: "POST" }));
        return Response.json({ called: await READER.purge(null), status });
      },
    };`;
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        workers: [
          aWorker("caller", caller, { serviceBindings: { READER: "reader" } }),
          aWorker("reader", outputFiles[0]?.text ?? "", {
            r2Buckets: ["PAGES"],
            kvNamespaces: ["SITE"],
          }),
        ],
      } as unknown as V4MiniflareOptions),
    );
    try {
      const response = await miniflare.dispatchFetch("http://caller/");
      expect(await response.json()).toEqual({ called: true, status: 405 });
    } finally {
      await miniflare.dispose();
    }
  });
});
