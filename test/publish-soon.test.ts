/** The publisher waits for what is due within the second, instead of for its next bell. */
import type { Queue } from "@cloudflare/workers-types";
import { beforeEach, expect, it } from "vitest";
import { PAID } from "../src/consumer/limits.ts";
import { openPhases } from "../src/consumer/phases.ts";
import { publishSoon } from "../src/consumer/publish-soon.ts";
import { nextDue } from "../src/store/bell-rows.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const post = aSubmission();
/** None of this rings it. */
const NO_BELL = {} as Queue;

let now: number;
let slept: number[];
let site: ReturnType<typeof openSite>;

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

async function sleep(ms: number): Promise<void> {
  slept.push(ms);
  now += ms;
}

function ringNow(): Promise<void> {
  return publishSoon(openPhases(site, NO_BELL), { now: () => now, sleep }, PAID);
}

function vote(by: string, value: 1 | -1 = 1) {
  const event = aVote({ post: post.post, by, value, at: now });
  return consumeEvents(site.db, [event], now, PACE);
}

/** Nothing is stale, and everything has been quiet for long. */
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2);
  slept = [];
  site = openSite();
  await nameAllPages(site);
  const base = { version: 1 as const, id: anId() as never, at: now, by: "ann" };
  const name = "programming";
  const made = { ...base, type: "community_created", name, title: name, description: "" } as const;
  await consumeEvents(site.db, [made], now, PACE);
  await consumeEvents(site.db, [post], now, PACE);
  for (let due = await nextDue(site.db); due !== null; due = await nextDue(site.db)) {
    now = Math.max(now, due);
    await ringNow();
  }
  now += 1_000_000;
  slept = [];
});

it("a vote that is counted, and shown, 700 ms from now is both in the same invocation", async () => {
  await vote("ben");
  await ringNow();
  now += 300;
  await vote("cat");
  const begun = now;
  await ringNow();
  expect(now - begun).toBe(700);
  expect(await site.db.prepare("SELECT score FROM post").first("score")).toBe(3);
  const stale = "SELECT count(*) AS n FROM page WHERE named > written AND lane = 'fast'";
  expect(await site.db.prepare(stale).first("n")).toBe(0);
});

it("what becomes due while it sleeps is found a tenth of a second later", async () => {
  await vote("ben");
  await ringNow();
  now += 300;
  await vote("cat");
  await ringNow();
  expect(Math.max(...slept)).toBe(100);
});

it("what is due later is left to the bell", async () => {
  await vote("ben");
  await ringNow();
  now += 5000;
  await vote("ben", -1);
  await ringNow();
  expect(slept).toEqual([]);
  expect(await nextDue(site.db)).toBeGreaterThan(now + 1000);
});
