/** When the publisher is woken, how often, and that it lets others have the thread. */
import type { Message, Queue } from "@cloudflare/workers-types";
import { beforeEach, expect, it } from "vitest";
import { ringBell } from "../src/consumer/bell.ts";
import type { ConsumerDeps } from "../src/consumer/consumer-deps.ts";
import { PAID } from "../src/consumer/limits.ts";
import { fingerprintOf } from "../src/consumer/name-all.ts";
import { openPhases } from "../src/consumer/phases.ts";
import { publishSoon } from "../src/consumer/publish-soon.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { workOffBatch } from "../src/consumer/work-off.ts";
import { nextDue } from "../src/store/bell-rows.ts";
import { makeStaleDue } from "../src/store/built-pages.ts";
import { wantPurge } from "../src/store/front-cache.ts";
import { LEASE_MS, leasePages } from "../src/store/leases.ts";
import { answerBell } from "../src/store/pending.ts";
import { anId } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const NOW = Date.UTC(2026, 0, 2);
const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const config = { origin: "http://localhost:8787", admins: [] };
const NO_PAGES = { written: 0, unchanged: 0, superseded: 0, failed: 0 };

let db: ReturnType<typeof openMemoryD1>;
let delays: (number | undefined)[];
let isRefusing = false;

const publish = {
  send: async (_: unknown, options?: { delaySeconds?: number }) => {
    if (isRefusing) throw new Error("no queue");
    delays.push(options?.delaySeconds);
  },
} as unknown as Queue;

function ring(now: number): Promise<void> {
  return ringBell(db, publish, fingerprintOf(config), now);
}

function depsOf(clock: () => number): ConsumerDeps {
  const [pages, site] = [openMemoryBucket(), openMemoryNamespace()];
  return { db, pages, site, config, pace: PACE, now: clock, token: anId };
}

async function makeDueIn(ms: number): Promise<void> {
  await db
    .prepare("UPDATE page SET due = ?1 WHERE named > written")
    .bind(NOW + ms)
    .run();
}

/** All pages are stale. */
beforeEach(async () => {
  db = openMemoryD1();
  delays = [];
  await nameAllPages(depsOf(() => NOW));
});

it.each([
  ["at once for what is due", -5000, 0],
  ["at once for what will be due within the second", 900, 0],
  ["less than a second too early for what will be due later", 2900, 2],
])("the bell rings %s", async (_, due, delay) => {
  await makeDueIn(due);
  await ring(NOW);
  expect(delays).toEqual([delay]);
});

it("the bell is not rung by code for which the pages are not named: it may not publish", async () => {
  await makeDueIn(0);
  await ringBell(db, publish, "other code", NOW);
  expect(delays).toEqual([]);
});

it("for the front cache the bell does not ring too early: nobody waits for its purge", async () => {
  await makeDueIn(60_000);
  await wantPurge(db, NOW).run();
  await db
    .prepare("UPDATE site SET purge_due = ?1")
    .bind(NOW + 900)
    .run();
  await ring(NOW);
  expect(delays).toEqual([1]);
});

it("a bell that is on its way is not rung again", async () => {
  await makeDueIn(5000);
  await ring(NOW);
  await ring(NOW + 500);
  await ring(NOW + 4500);
  expect(delays).toEqual([5]);
});

it("a bell that rings later does not keep one from ringing now", async () => {
  await makeDueIn(5000);
  await ring(NOW);
  await makeDueIn(0);
  await ring(NOW + 500);
  expect(delays).toEqual([5, 0]);
});

it("whoever hears a bell even earlier than it was rung for waits as well", async () => {
  await makeDueIn(5999);
  await ring(NOW);
  expect(delays).toEqual([5]);
  let now = NOW + 4500;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const deps = depsOf(() => now);
  await publishSoon(openPhases(deps, publish), { now: deps.now, sleep }, PAID);
  expect(now).toBe(NOW + 5999);
  expect(await nextDue(db)).toBeNull();
});

it("while all that is due is being written, the bell rings when the lease ends, and once", async () => {
  await makeDueIn(0);
  await leasePages(db, fingerprintOf(config), "another", NOW, 1000, PACE);
  await ring(NOW);
  await ring(NOW + 1);
  expect(delays).toEqual([LEASE_MS / 1000]);
  await ring(NOW + LEASE_MS + 1001);
  expect(delays).toEqual([LEASE_MS / 1000, 0]);
});

it("a bell that has rung is rung again when nobody has answered it within a second", async () => {
  await makeDueIn(0);
  await ring(NOW);
  await ring(NOW + 900);
  expect(delays).toEqual([0]);
  await ring(NOW + 1000);
  await ring(NOW + 1001);
  expect(delays).toEqual([0, 0]);
});

it("once a publisher has answered it, a bell that has rung can be rung again", async () => {
  await makeDueIn(0);
  await ring(NOW);
  expect(await answerBell(db, NOW + 100)).toMatchObject({ bellAt: 0 });
  await ring(NOW + 101);
  expect(delays).toEqual([0, 0]);
});

it("who answers a bell answers none that has yet to ring", async () => {
  await makeDueIn(5000);
  await ring(NOW);
  expect(await answerBell(db, NOW + 4000)).toMatchObject({ bellAt: NOW + 5000 });
  await ring(NOW + 4001);
  expect(delays).toEqual([5]);
});

it("a bell that is heard early, by another clock, is answered as well", async () => {
  await makeDueIn(2500);
  await ring(NOW);
  expect(await answerBell(db, NOW + 1950)).toMatchObject({ bellAt: 0 });
  await ring(NOW + 2900);
  expect(delays).toEqual([2, 0]);
});

it("a bell that could not be sent keeps no other from being rung", async () => {
  await makeDueIn(0);
  isRefusing = true;
  await expect(ring(NOW)).rejects.toThrow("no queue");
  isRefusing = false;
  await ring(NOW + 1);
  expect(delays).toEqual([0]);
});

it("a commit on a quiet site rings the bell for its own pages", async () => {
  await db.prepare("UPDATE page SET written = named").run();
  const body = { version: 1, type: "person_registered", id: anId(), at: NOW, by: "Bob" };
  const acked: string[] = [];
  const message = { id: "m", body, attempts: 1, ack: () => acked.push("m") } as unknown as Message;
  const batch = { queue: "cairn-events", messages: [message] };
  const clock = { now: () => NOW, sleep: async () => {} };
  await workOffBatch(batch, openPhases(depsOf(clock.now), publish), clock, PAID);
  expect(acked).toEqual(["m"]);
  expect(delays).toEqual([0]);
});

it("what is named while a publisher is at work is seen by it at its end, and rings the bell", async () => {
  const phases = openPhases(
    depsOf(() => NOW + 300),
    publish,
  );
  const batch = { queue: "cairn-publish", messages: [] };
  await makeDueIn(0);
  await ring(NOW);
  const settleTallies = async () => {
    await ring(NOW + 200);
    return false;
  };
  const publishLease = async () => ({ counts: NO_PAGES, isMore: false });
  const tired = { ...phases, settleTallies, publishLease, nextDue: async () => null };
  await workOffBatch(batch, tired, { now: () => NOW + 300, sleep: async () => {} }, PAID);
  expect(delays).toEqual([0, 0]);
});

it("a publisher lets others have the thread after each dozen pages", async () => {
  await consumeEvents(db, [aCommunity("cats"), aCommunity("dogs")], NOW, PACE);
  await makeStaleDue(db);
  const site = openMemoryNamespace();
  let puts = 0;
  const putsBetween: number[] = [];
  const counted = {
    ...site,
    put: (...put: Parameters<typeof site.put>) => {
      puts++;
      return site.put(...put);
    },
  } as typeof site;
  const pages = openMemoryBucket();
  const breathe = async () => {
    putsBetween.push(puts);
    puts = 0;
  };
  const deps = { db, pages, site: counted, config, pace: PACE, now: () => NOW, token: anId };
  await publishStale({ ...deps, breathe });
  expect(putsBetween.length).toBeGreaterThan(1);
  // Some were on their way.
  expect(Math.max(...putsBetween)).toBeLessThanOrEqual(18);
});
