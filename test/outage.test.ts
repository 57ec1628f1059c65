/** What was accepted before or during an outage, and arrives after it in any order. */
import { beforeEach, describe, expect, it } from "vitest";
import { reportStatus } from "../src/consumer/report-status.ts";
import { presentSince } from "../src/model/presence.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { consumeEvents } from "./whole-steps.ts";

const PACE = { fast: 0, slow: 60_000, private: 600_000 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const post = aSubmission();
const deletion = {
  ...{ version: 1, type: "post_deleted", id: anId(), at: post.at + MINUTE },
  ...{ by: post.by, post: post.post },
} as CairnEvent;

let db: ReturnType<typeof openMemoryD1>;
let now: number;

const consume = (...events: CairnEvent[]) => consumeEvents(db, events, now, PACE);

/** Cron's runs meanwhile. */
async function pass(ms: number): Promise<void> {
  for (const end = now + ms; now < end; now += MINUTE) {
    await reportStatus({ db, now: () => now, pace: PACE });
  }
}

async function standing(): Promise<string | null> {
  return db.prepare("SELECT standing FROM post").first<string>("standing");
}

beforeEach(async () => {
  db = openMemoryD1();
  now = post.at - 2 * HOUR;
  await consume(aCommunity("programming"));
  await pass(2 * HOUR);
});

describe("what comes before what it depends on", () => {
  it.each([5, 7, 70])("after an outage of %i hours waits for it", async (hours) => {
    now += hours * HOUR;
    expect(await consume(deletion)).toEqual(["waiting"]);
    expect(await consume(aVote({ post: anId() as never, at: post.at }), post)).toContain("applied");
    expect(await consume(deletion)).toEqual(["applied"]);
    expect(await standing()).toBe("deleted");
  });

  it("waits for it also if cron, or another event, is what ends the outage", async () => {
    now += 7 * HOUR;
    await pass(20 * MINUTE);
    await consume(aCommunity("gardening"));
    expect(await consume(deletion)).toEqual(["waiting"]);
  });

  it("is refused where it could have come for six hours", async () => {
    await pass(7 * HOUR);
    expect(await consume(deletion)).toEqual(["refused"]);
  });

  it("is refused six hours after the outage", async () => {
    now += 7 * HOUR;
    await pass(6 * HOUR - MINUTE);
    expect(await consume(deletion)).toEqual(["waiting"]);
    await pass(2 * MINUTE);
    expect(await consume(deletion)).toEqual(["refused"]);
  });

  it("waits no longer because a clock was ahead", async () => {
    now += 100 * HOUR;
    await consume(aCommunity("gardening"));
    now -= 100 * HOUR;
    await pass(6 * HOUR + MINUTE);
    expect(await consume(deletion)).toEqual(["refused"]);
  });
});

it.each([
  ["a minute of silence is none", { heardAt: 940_000, resumedAt: 5 }, 5],
  [
    "an outage has not ended before something is committed",
    { heardAt: 0, resumedAt: 5 },
    1_000_000,
  ],
  ["nothing has ended later than now", { heardAt: 2_000_000, resumedAt: 1_500_000 }, 1_000_000],
])("%s", (_, presence, since) => {
  expect(presentSince(presence, 1_000_000)).toBe(since);
});
