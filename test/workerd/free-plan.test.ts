/**
 * The consumer on the free plan, in real workerd: what a Worker may not do there, its Durable Object
 * does, and nobody makes more than fifty calls in one invocation, whatever there is to do.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { beforeAll, describe, expect, it } from "vitest";
import { FREE_SUBREQUESTS } from "../../build/bench/money/prices.ts";
import { FREE } from "../../src/consumer/limits.ts";
import consumer from "../../src/consumer/worker.ts";
import type { Workshop } from "../../src/consumer/workshop.ts";
import type { CommentId, EventId, PersonKey, PostId } from "../../src/model/ids.ts";
import { readPage, readVersion } from "../../src/pages/storage.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import { anEarlyVote, anId, aSubmission, aVote } from "../makers.ts";
import { siteDifferences } from "../rebuild/site-check.ts";
import { storedKeys } from "../stored-keys.ts";
import { countedWorkshop, freeWorker, type MostCalls } from "./free/counted.ts";

const COMMUNITIES = ["programming", "gardens", "stones"];
/** A few hundred pages. */
const POSTS = 230;
/** What comes after is by somebody who leaves: more than a few slices. */
const OF_ANN = 100;
const MAX_ROUNDS = 100;

const most: MostCalls = new Map();
const worker = freeWorker();
const base = (by: string) => ({ version: 1 as const, id: anId() as EventId, at: Date.now(), by });

const posts = Array.from({ length: POSTS }, (_, index) =>
  aSubmission({
    by: index < OF_ANN ? "ann" : "Leaver",
    community: COMMUNITIES[index % COMMUNITIES.length] as string,
    at: Date.now(),
  }),
);
const postOf = (index: number) => posts[index]?.post as PostId;

/** Until nothing is stale; what waits for its lane does not wait here. */
async function publishAll(): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await env.DB.prepare("UPDATE page SET due = 0 WHERE named > written AND NOT suspect").run();
    await env.DB.prepare("UPDATE tally SET due = 0").run();
    if ((await nextDue(env.DB)) === null) return;
    await worker.deliver("cairn-publish", [{}]);
  }
  throw new Error("some page is never published");
}

async function storedHashes(): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for await (const key of storedKeys(env.PAGES)) {
    hashes.set(key, (await readVersion(env.PAGES, key))?.hash ?? "");
  }
  // It says how many pages have been written.
  hashes.delete("~/-/status");
  return hashes;
}

beforeAll(async () => {
  await countedWorkshop(most);
  await worker.cron();
  const founded = COMMUNITIES.map((name) => {
    return { ...base("ann"), type: "community_created", name, title: name, description: "" };
  });
  await worker.deliver("cairn-events", founded);
  for (let from = 0; from < POSTS; from += 50) {
    await worker.deliver("cairn-events", posts.slice(from, from + 50));
  }
  await worker.cron();
  await publishAll();
});

describe("the object of the free plan", () => {
  it("applies events: those that are done are acked, those that wait come again later", async () => {
    const vote = { ...aVote({ post: postOf(1) }), at: Date.now() };
    const orphan = anEarlyVote(Date.now());
    const { acked, delays } = await worker.deliver("cairn-events", [orphan, vote], 4);
    expect(acked).toEqual([vote]);
    expect(delays).toEqual([8]);
    const score = env.DB.prepare("SELECT score FROM post WHERE id = ?1").bind(postOf(1));
    expect(await score.first("score")).toBe(2);
  });

  it("keeps what is no event, and what the queue gave up on", async () => {
    const orphan = anEarlyVote(Date.now());
    const { acked } = await worker.deliver("cairn-events", [null, { version: 9 }], 10);
    expect(acked).toHaveLength(2);
    await worker.deliver("cairn-dead", [orphan]);
    const { results } = await env.DB.prepare("SELECT why FROM dead_letter ORDER BY why").all();
    expect(results.map(({ why }) => why)).toEqual([
      "gave up retrying",
      "no object",
      "unknown version 9",
    ]);
  });

  it("publishes what a full build would, and the paid plan finds nothing to change", async () => {
    const comment = anId() as CommentId;
    const said = { post: postOf(2), parent: null, text: "Well." };
    const readers = Array.from({ length: 8 }, (_, index) => `reader${index}`);
    await worker.deliver("cairn-events", [
      { ...base("Bob"), type: "comment_posted", comment, ...said },
      ...readers.map((by) => ({ ...aVote({ post: postOf(2), by }), at: Date.now() })),
      ...readers.map((by) => ({ ...base(by), type: "export_requested" })),
    ]);
    await worker.cron();
    await publishAll();
    const config = { origin: env.ORIGIN, admins: [] as PersonKey[] };
    const stored = { db: env.DB, pages: env.PAGES, site: env.SITE, config };
    expect(await siteDifferences(stored)).toEqual([]);
    const before = await storedHashes();
    expect(before.size).toBeGreaterThan(200);
    await env.DB.prepare("UPDATE page SET named = named + 1000, due = 0").run();
    await env.DB.prepare("UPDATE site SET commit_number = commit_number + 1000").run();
    await consumer.scheduled({} as never, { ...env, PLAN: "paid" });
    expect(await storedHashes()).toEqual(before);
  });

  it("takes off the pages what somebody wrote who has left, slice by slice", async () => {
    const left = { ...base("Leaver"), type: "account_deleted", epoch: 1, posts: "delete" };
    await worker.deliver("cairn-events", [left]);
    await publishAll();
    const statuses = posts
      .filter(({ by }) => by === "Leaver")
      .map(async ({ post }) => (await readPage(env.PAGES, `/comments/${post}`))?.head.status);
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([410]));
  });

  it("takes off the pages what a moderator removes, at once", async () => {
    const verdict = { type: "post_judged", verdict: "removed", reason: "spoiler" };
    await worker.deliver("cairn-events", [{ ...base("ann"), ...verdict, post: postOf(4) }]);
    await publishAll();
    expect((await readPage(env.PAGES, `/comments/${postOf(4)}`))?.head.status).toBe(410);
  });

  it("names all pages when the code is another, though it takes several calls", async () => {
    await env.DB.prepare("UPDATE site SET compiled = 'older code'").run();
    const stale = "SELECT count(*) AS pages FROM page WHERE named > written";
    await worker.cron();
    expect(await env.DB.prepare("SELECT compiled FROM site").first("compiled")).not.toMatch(
      /older|naming/,
    );
    expect(await env.DB.prepare(stale).first("pages")).toBeGreaterThan(200);
    await publishAll();
    expect(await env.DB.prepare(stale).first("pages")).toBe(0);
  });

  it("brings rows of an earlier version up to date before anything else", async () => {
    await env.DB.prepare("UPDATE site SET derive_after = ''").run();
    await env.DB.prepare("UPDATE post SET link_key = 'older'").run();
    await worker.cron();
    expect(await env.DB.prepare("SELECT derive_after FROM site").first("derive_after")).toBeNull();
    const older = "SELECT count(*) AS posts FROM post WHERE link_key = 'older'";
    expect(await env.DB.prepare(older).first("posts")).toBe(0);
    await publishAll();
  });

  it.each([
    { several: [5, 7, 8], beside: [10, 11, 13, 14, 16, 17] },
    { several: [40], beside: [41, 42, 43, 44, 45, 46, 47, 48, 49] },
  ])("publishes the pages beside those that cannot be read", async ({ several, beside }) => {
    const broken = several.map(postOf);
    const others = beside.map(postOf);
    const ids = (list: readonly PostId[]) => JSON.stringify(list);
    const among = "IN (SELECT value FROM json_each(?1))";
    await env.DB.batch([
      env.DB.prepare(`UPDATE post SET data = '{' WHERE id ${among}`).bind(ids(broken)),
      env.DB.prepare("UPDATE site SET commit_number = commit_number + 1"),
      env.DB.prepare(
        `UPDATE page SET due = 0, named = (SELECT commit_number FROM site)
         WHERE substr(key, 11) ${among} AND key LIKE '/comments/%'`,
      ).bind(ids([...broken, ...others])),
    ]);
    await worker.deliver("cairn-publish", [{}]);
    const { results } = await env.DB.prepare(
      `SELECT key FROM page WHERE named > written AND substr(key, 11) ${among} ORDER BY key`,
    )
      .bind(ids([...broken, ...others]))
      .all();
    expect(results.map(({ key }) => key)).toEqual(broken.map((id) => `/comments/${id}`).sort());
    await env.DB.prepare(`DELETE FROM post WHERE id ${among}`).bind(ids(broken)).run();
  });

  it("counts the votes beside those that cannot be counted", async () => {
    await env.DB.prepare("DELETE FROM tally").run();
    const counted = [19, 20].map(postOf);
    const broken = postOf(22);
    await env.DB.prepare("UPDATE post SET data = '{' WHERE id = ?1").bind(broken).run();
    const insert = env.DB.prepare(
      "INSERT INTO tally (post, ups, downs, due) SELECT value, 1, 0, key FROM json_each(?1)",
    );
    await insert.bind(JSON.stringify([counted[0], broken, counted[1]])).run();
    await worker.deliver("cairn-publish", [{}]);
    const { results } = await env.DB.prepare("SELECT post FROM tally").all();
    expect(results).toEqual([{ post: broken }]);
  });

  it("halves a batch in which one event cannot be applied", async () => {
    const votes = [25, 26, 22, 28].map((index) => {
      return { ...aVote({ post: postOf(index), by: "Cleo" }), at: Date.now() };
    });
    const { acked, delays } = await worker.deliver("cairn-events", votes);
    expect(acked).toEqual(votes.toSpliced(2, 1));
    expect(delays).toEqual([1]);
    await env.DB.prepare("DELETE FROM post WHERE id = ?1").bind(postOf(22)).run();
  });
});

/** Everybody commits just before this one does. */
function overtaken(): D1Database {
  const batch: D1Database["batch"] = async (statements) => {
    await env.DB.exec("UPDATE site SET commit_number = commit_number + 1");
    return env.DB.batch(statements);
  };
  return { prepare: (sql: string) => env.DB.prepare(sql), batch } as D1Database;
}

describe("an object whose every commit comes too late", () => {
  it("gives up in time, and whoever comes next does what is left", async () => {
    const comment = { comment: anId() as CommentId, post: postOf(32), parent: null, text: "Late." };
    const verdict = { type: "post_judged", verdict: "removed", reason: "spoiler" };
    const events = [
      { ...aVote({ post: postOf(31), by: "Dan" }), at: Date.now() },
      { ...base("Dan"), type: "comment_posted", ...comment },
      { ...base("ann"), ...verdict, post: postOf(33) },
    ];
    const dirty = "INSERT INTO window_dirty (scope, windows, since) VALUES ('', 63, 0)";
    await env.DB.prepare(`${dirty} ON CONFLICT DO NOTHING`).run();
    const voted = JSON.stringify([34, 35, 36, 37, 38, 39].map(postOf));
    const tallies = "INSERT INTO tally (post, ups, downs, due) SELECT value, 1, 0, 0";
    await env.DB.prepare(`${tallies} FROM json_each(?1)`).bind(voted).run();
    await countedWorkshop(most, overtaken());
    const late = await worker.deliver("cairn-events", events);
    expect(late).toEqual({ acked: [], delays: [1, 1, 1] });
    await worker.deliver("cairn-publish", [{}]);
    await worker.cron();
    await countedWorkshop(most);
    expect(await worker.deliver("cairn-events", events)).toEqual({ acked: events, delays: [] });
  });
});

/** After all of the above. */
describe("of fifty calls that an invocation has", () => {
  it("no phase of the object has made more, and each was seen", () => {
    const counts = [...most].filter(([, calls]) => calls > FREE_SUBREQUESTS);
    expect(counts).toEqual([]);
    expect([...most.keys()].sort()).toEqual(
      [
        ...["answerBell", "applyMessages", "auditSome", "deriveRows", "finishDepartures"],
        ...["keepDeadLetters", "nameSome", "nextDue", "publishLease", "purgeFrontCache"],
        ...["readPending", "reportStatus", "ringBell", "settleTallies", "tick", "wakePublisher"],
      ].sort(),
    );
  });

  it("the Worker has made no more either, and none but to the object", () => {
    expect(worker.mostCalls()).toBeLessThanOrEqual(FREE_SUBREQUESTS);
    expect(worker.mostCalls()).toBeGreaterThan(FREE.leasesATurn);
  });
});

/** Last: what counts calls in the object goes with it. */
describe("an object that is reset while it works", () => {
  it("is reached again by the next phase: what failed together is applied in halves", async () => {
    let resets = 0;
    await runInDurableObject(env.WORKSHOP.getByName("the one"), (object, state) => {
      const workshop = object as unknown as Workshop;
      const applyMessages = async () => {
        resets++;
        state.abort("by the platform");
        return new Promise<never>(() => undefined);
      };
      workshop.phases = { ...workshop.phases, applyMessages };
    });
    const votes = ["Eve", "Fay"].map((by) => ({
      ...aVote({ post: postOf(41), by }),
      at: Date.now(),
    }));
    const { acked } = await worker.deliver("cairn-events", votes);
    expect(resets).toBe(1);
    expect(acked).toEqual(votes);
  });
});
