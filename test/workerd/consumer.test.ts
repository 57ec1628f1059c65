/** The consumer on real queues' messages, the real D1 and the real R2. */
import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import consumer from "../../src/consumer/worker.ts";
import type { EventId } from "../../src/model/ids.ts";
import { hotRank } from "../../src/model/ranking.ts";
import { readPage } from "../../src/pages/storage.ts";
import { placeOf } from "../../src/pages/together.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { commitChanges, readCommitNumber } from "../../src/store/commit.ts";
import { readStatus } from "../../src/store/status.ts";
import { anEarlyVote, anId, aSubmission, aVote } from "../makers.ts";
import { consumeEvents } from "../whole-steps.ts";

const community: CairnEvent = {
  version: 1,
  type: "community_created",
  id: anId() as EventId,
  at: Date.now(),
  by: "ann",
  name: "Programming",
  title: "Programming",
  description: "",
};

async function deliver(queue: string, bodies: readonly unknown[], attempts = 1) {
  const messages = bodies.map((body) => ({
    id: anId(),
    timestamp: new Date(),
    attempts,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const context = createExecutionContext();
  await consumer.queue(batch, env);
  return getQueueResult(batch, context);
}

async function tick() {
  const context = createExecutionContext();
  await consumer.scheduled(createScheduledController(), env);
  await waitOnExecutionContext(context);
}

beforeAll(async () => {
  await tick();
  await deliver("cairn-events", [community]);
});

describe("the consumer", () => {
  it("applies events and publishes the pages they affect", async () => {
    const post = { ...aSubmission({ title: "A stone" }), at: Date.now() };
    const result = await deliver("cairn-events", [post, aVote({ post: post.post, at: post.at })]);
    expect(result.explicitAcks).toHaveLength(2);
    await deliver("cairn-publish", [{}]);
    const thread = await readPage(env.PAGES, `/comments/${post.post}`);
    expect(thread?.head.status).toBe(200);
    expect(thread?.head.path).toBe(`/r/programming/comments/${post.post}/a_stone`);
  });

  it("sets malformed messages aside, where they can be listed, and applies the rest", async () => {
    const post = { ...aSubmission(), at: Date.now() };
    const malformed = [null, "text", { version: 9 }, { ...post, title: 7 }];
    const letters = () => env.DB.prepare("SELECT why, body FROM dead_letter").all();
    // For eight minutes they may be a newer version's, which is being deployed.
    const first = await deliver("cairn-events", [...malformed, post], 9);
    expect(first.explicitAcks).toHaveLength(1);
    expect(first.retryMessages).toHaveLength(4);
    expect((await letters()).results).toEqual([]);
    const last = await deliver("cairn-events", malformed, 10);
    expect(last.explicitAcks).toHaveLength(4);
    const { results } = await letters();
    expect(results).toHaveLength(4);
    expect(results).toContainEqual({ why: "unknown version 9", body: '{"version":9}' });
    const row = await env.DB.prepare("SELECT 1 AS found FROM post WHERE id = ?1")
      .bind(post.post)
      .first();
    expect(row).toEqual({ found: 1 });
  });

  it("reports what waits in the queue, and since when; or that nobody knows", async () => {
    const reported = async (EVENTS: Pick<Queue, "metrics">) => {
      await env.DB.prepare("UPDATE status SET report = json_set(report, '$.at', 0)").run();
      await consumer.scheduled(createScheduledController(), { ...env, EVENTS });
      return (await readStatus(env.DB))?.waiting;
    };
    const oldestMessageTimestamp = new Date(1_800_000_000_999);
    const some = { backlogCount: 2, backlogBytes: 400, oldestMessageTimestamp };
    expect(await reported(env.EVENTS)).toEqual({ events: 0, oldestAt: null });
    expect(await reported({ metrics: async () => some })).toEqual({
      events: 2,
      oldestAt: 1_800_000_000,
    });
    expect(await reported({ metrics: () => Promise.reject(new Error("away")) })).toBeNull();
  });

  it("retries what waits for its parent, and keeps what the queue gave up on", async () => {
    const orphan = anEarlyVote(Date.now());
    const result = await deliver("cairn-events", [orphan]);
    expect(result.retryMessages).toHaveLength(1);
    expect(result.explicitAcks).toHaveLength(0);
    await deliver("cairn-dead", [orphan]);
    const { results } = await env.DB.prepare(
      "SELECT body FROM dead_letter WHERE why LIKE 'gave up%'",
    ).all();
    expect(results).toEqual([{ body: JSON.stringify(orphan) }]);
  });

  it("publishes the pages beside one that no code can render any more", async () => {
    const post = { ...aSubmission(), at: Date.now() };
    await consumeEvents(env.DB, [post], Date.now(), { fast: 0, slow: 0, private: 0 });
    await env.DB.prepare(
      "INSERT INTO page (key, lane, named, due) VALUES ('/retired-type/1', 'slow', 9999, 0)",
    ).run();
    await deliver("cairn-publish", [{}]);
    expect((await readPage(env.PAGES, `/comments/${post.post}`))?.head.status).toBe(200);
    expect(await readPage(env.PAGES, "/retired-type/1")).toBeNull();
  });

  it("takes off the pages what an account leaves behind, without waiting for cron", async () => {
    const post = { ...aSubmission({ by: "Leaver", title: "Left behind" }), at: Date.now() };
    await deliver("cairn-events", [post]);
    const base = { version: 1, id: anId() as EventId, at: Date.now(), by: "Leaver" };
    await deliver("cairn-events", [
      { ...base, type: "account_deleted", epoch: 1, posts: "delete" },
    ]);
    await deliver("cairn-publish", [{}]);
    expect((await readPage(env.PAGES, `/comments/${post.post}`))?.head.status).toBe(410);
  });

  it("publishes from cron what lost its bell", async () => {
    const post = { ...aSubmission(), at: Date.now() };
    await consumeEvents(env.DB, [post], Date.now(), { fast: 0, slow: 0, private: 0 });
    await tick();
    expect((await readPage(env.PAGES, `/comments/${post.post}`))?.head.status).toBe(200);
  });
});

describe("cron", () => {
  it("lets posts into the windows, and publishes these", async () => {
    const fresh = { ...aSubmission(), at: Date.now() };
    const old = { ...aSubmission(), at: Date.now() - 400 * 86_400_000 };
    await deliver("cairn-events", [fresh, old]);
    await env.DB.prepare("DELETE FROM asof WHERE clock = 'rising'").run();
    await tick();
    // Neither rising's two minutes nor a lane shall keep the test waiting.
    await env.DB.prepare("UPDATE page SET due = 0 WHERE named > written").run();
    await tick();
    for (const key of ["/top/hour", "/r/programming/top/year", "/rising"]) {
      const json = await readJson(key);
      expect(json, key).toContain(fresh.post);
      expect(json, key).not.toContain(old.post);
    }
  });
});

async function readJson(path: string): Promise<string> {
  const { key, part } = placeOf(path);
  const page = await readPage(env.PAGES, key);
  const json = page?.head.representations.find(
    (each) => each.type === "json" && (each.part ?? null) === part,
  );
  if (!page || !json) throw new Error(`${path} has no JSON`);
  const bytes = new Uint8Array(page.body, json.offset, json.length);
  const plain = new Response(bytes).body?.pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).text();
}

describe("a commit", () => {
  const nothing = {
    communities: [],
    posts: [],
    comments: [],
    commentVotes: [],
    tallies: [],
    tallied: [],
    pieces: [],
    people: [],
    votes: [],
    aliases: [],
    refusals: [],
    entries: [],
    dirty: [],
    applied: 0,
    cleared: [],
    marks: [],
    reports: [],
    roles: [],
    acts: [],
    departed: [],
    leftBehind: [],
    reported: [],
  };

  it("that was decided on older rows writes nothing at all", async () => {
    const readAt = await readCommitNumber(env.DB);
    const named = { pages: [{ key: "/about", lane: "fast" as const }], isUrgent: false };
    const pace = { fast: 0, slow: 0, private: 0 };
    expect(await commitChanges(env.DB, readAt, nothing, named, 1, pace)).not.toBeNull();
    const late = { pages: [{ key: "/never", lane: "fast" as const }], isUrgent: false };
    expect(await commitChanges(env.DB, readAt, nothing, late, 1, pace)).toBeNull();
    expect(await readCommitNumber(env.DB)).toBe(readAt + 1);
    const row = await env.DB.prepare("SELECT 1 FROM page WHERE key = '/never'").first();
    expect(row).toBeNull();
  });

  it("is repeated by the consumer until it is based on the newest rows", async () => {
    const post = { ...aSubmission(), at: Date.now() };
    await consumeEvents(env.DB, [post], Date.now(), { fast: 0, slow: 0, private: 0 });
    const voters = Array.from({ length: 8 }, (_, index) => `voter${index}`);
    await Promise.all(
      voters.map((by) =>
        consumeEvents(env.DB, [aVote({ post: post.post, by })], Date.now(), {
          fast: 0,
          slow: 0,
          private: 0,
        }),
      ),
    );
    const row = await env.DB.prepare("SELECT score FROM post WHERE id = ?1")
      .bind(post.post)
      .first();
    expect(row).toEqual({ score: 9 });
  });
});

describe("D1", () => {
  it("orders posts by the rank that the model computes, through an index", async () => {
    const { results } = await env.DB.prepare("SELECT ups, downs, created_at, hot FROM post").all<{
      ups: number;
      downs: number;
      created_at: number;
      hot: number;
    }>();
    expect(results.length).toBeGreaterThan(2);
    for (const { ups, downs, created_at, hot } of results) {
      expect(hot).toBe(hotRank(ups, downs, created_at));
    }
  });

  it.each([
    [
      "hot, site",
      "WHERE standing = 'visible' ORDER BY hot DESC, created_at DESC, id DESC",
      "post_hot",
    ],
    [
      "top, community",
      "WHERE standing = 'visible' AND community = 'x' ORDER BY score DESC, created_at DESC, id DESC",
      "post_community_top",
    ],
    ["rank", "WHERE standing = 'visible' AND (hot, created_at, id) > (1, 2, '3')", "post_hot"],
  ])("reads %s through its index, without sorting", async (_, clause, index) => {
    const { results } = await env.DB.prepare(
      `EXPLAIN QUERY PLAN SELECT id FROM post ${clause} LIMIT 25`,
    ).all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail).join("; ");
    expect(plan).toContain(index);
    expect(plan).not.toContain("TEMP B-TREE");
  });
});
