/** When votes are counted: at once on a quiet post, together with others on a busy one. */
import { beforeEach, describe, expect, it } from "vitest";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { nextDue } from "../src/store/bell-rows.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

/** As in production. */
const PACE = { fast: 10_000, slow: 60_000, private: 600_000, tally: 60_000 };
const BEGIN = Date.UTC(2026, 0, 2);

const post = aSubmission({ by: "ann" });
let site: ReturnType<typeof openSite>;
let now: number;
let voters: number;

function openSite() {
  return {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://localhost:8787", admins: [] },
    pace: PACE,
    now: () => now,
    token: () => anId(),
  };
}

beforeEach(async () => {
  now = BEGIN;
  voters = 0;
  site = openSite();
  await nameAllPages(site);
  const name = "programming";
  const community = { version: 1, type: "community_created", id: anId(), at: now, by: "ann" };
  await consume({ ...community, name, title: name, description: "" } as never);
  await consume(post);
});

function consume(...events: Parameters<typeof consumeEvents>[1]) {
  return consumeEvents(site.db, events, now, PACE);
}

function vote(fields: { by?: string; value?: -1 | 0 | 1 } = {}) {
  return aVote({ post: post.post, by: `voter${voters++}`, value: 1, at: now, ...fields });
}

async function score(): Promise<number | undefined> {
  return (await site.db.prepare("SELECT score FROM post").first<{ score: number }>())?.score;
}

async function waiting() {
  return (await site.db.prepare("SELECT ups, downs, due FROM tally").all()).results;
}

describe("a vote", () => {
  it("on a quiet post is counted at once, and so are all that come with it", async () => {
    await consume(vote(), vote(), vote());
    expect(await score()).toBe(4);
    expect(await waiting()).toEqual([]);
  });

  it("that comes a second later is counted with others a minute after the first", async () => {
    await consume(vote());
    now += 1000;
    await consume(vote());
    now += 5000;
    await consume(vote({ value: -1 }));
    expect(await score()).toBe(2);
    expect(await waiting()).toEqual([{ ups: 1, downs: 1, due: BEGIN + 60_000 }]);
    now = BEGIN + 60_000;
    await publishStale(site);
    expect(await score()).toBe(2);
    expect(await waiting()).toEqual([]);
    const sums = await site.db.prepare("SELECT ups, downs FROM post").first();
    expect(sums).toEqual({ ups: 3, downs: 1 });
  });

  it("that makes it ten is counted with them ten seconds after the first", async () => {
    await consume(vote());
    now += 1000;
    for (let voter = 0; voter < 9; voter++) await consume(vote());
    expect(await waiting()).toEqual([{ ups: 9, downs: 0, due: BEGIN + 60_000 }]);
    await consume(vote());
    expect(await waiting()).toEqual([{ ups: 10, downs: 0, due: BEGIN + 10_000 }]);
  });

  it("that makes it ten later than that is counted with them at once", async () => {
    await consume(vote());
    now += 20_000;
    for (let voter = 0; voter < 10; voter++) await consume(vote());
    expect(await score()).toBe(12);
    expect(await waiting()).toEqual([]);
  });

  it("that comes a minute later is counted at once", async () => {
    await consume(vote());
    now += 60_000;
    await consume(vote());
    expect(await score()).toBe(3);
  });

  it("waits no longer for having been counted last by a clock that was ahead", async () => {
    now += 3_600_000;
    await consume(vote());
    now = BEGIN + 1000;
    await consume(vote());
    expect(await waiting()).toEqual([{ ups: 1, downs: 0, due: now + 60_000 }]);
  });

  it("that waits is a row at once: sent again it changes nothing, withdrawn it adds nothing", async () => {
    await consume(vote());
    now += 1000;
    const second = vote({ by: "ben" });
    await consume(second);
    expect(await consume(second)).toEqual(["unchanged"]);
    expect(await waiting()).toMatchObject([{ ups: 1, downs: 0 }]);
    now += 1000;
    await consume(vote({ by: "ben", value: 0 }));
    expect(await waiting()).toMatchObject([{ ups: 0, downs: 0 }]);
    now = BEGIN + 60_000;
    await publishStale(site);
    expect(await score()).toBe(2);
    expect(await waiting()).toEqual([]);
  });

  it("that comes when others have waited long enough takes them along", async () => {
    await consume(vote());
    now += 1000;
    await consume(vote());
    now = BEGIN + 61_000;
    await consume(vote(), vote());
    expect(await score()).toBe(5);
    expect(await waiting()).toEqual([]);
  });

  it("that waits wakes the publisher, although no page is stale", async () => {
    await consume(vote());
    await publishAll();
    now = BEGIN + 200_000;
    await consume(vote());
    await publishAll();
    const counted = now;
    now += 1;
    await consume(vote({ by: "ann" }));
    expect(await nextDue(site.db)).toBeNull();
    await consume(vote({ by: "ann", value: -1 }));
    await site.db.prepare("DELETE FROM page WHERE named > written").run();
    expect(await nextDue(site.db)).toBe(counted + PACE.tally);
  });

  it("on a post that goes meanwhile is counted all the same", async () => {
    await consume(vote());
    now += 1000;
    const event = { version: 1 as const, id: anId() as never, at: now, by: "ann" };
    await consume(vote(), { ...event, type: "post_deleted", post: post.post });
    now += 60_000;
    await publishStale(site);
    expect(await score()).toBe(3);
    expect(await waiting()).toEqual([]);
  });
});

it("votes that cannot be counted keep neither others waiting nor pages", async () => {
  const others = Array.from({ length: 99 }, () => aSubmission({ by: "ann" }));
  await consume(...others);
  const all = [post, ...others];
  for (const by of ["ben", "cat"]) {
    await consume(...all.map(({ post }) => aVote({ post, by, at: now })));
    now += 1000;
  }
  const broken = (others[40] as typeof post).post;
  await site.db.prepare("UPDATE post SET data = '{' WHERE id = ?1").bind(broken).run();
  now += 60_000;
  const { written } = await publishStale(site);
  expect(written).toBeGreaterThan(0);
  const left = await site.db.prepare("SELECT post, due FROM tally").all();
  expect(left.results).toEqual([{ post: broken, due: now + 5000 }]);
});

async function publishAll(): Promise<void> {
  for (let due = await nextDue(site.db); due !== null; due = await nextDue(site.db)) {
    now = Math.max(now, due);
    await publishStale(site);
  }
}
