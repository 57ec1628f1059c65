/** The phases of an invocation: one that fails keeps no other from being done. */
import type { Message, Queue } from "@cloudflare/workers-types";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FREE, type Limits, PAID } from "../src/consumer/limits.ts";
import { openPhases } from "../src/consumer/phases.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { runCron, workOffBatch } from "../src/consumer/work-off.ts";
import type { EventId } from "../src/model/ids.ts";
import { STATUS_KEY } from "../src/pages/status.ts";
import { readPage } from "../src/pages/storage.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { readStatus } from "../src/store/status.ts";
import { anId, aSubmission } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { storedText } from "./rebuild/site-check.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const NOW = Date.UTC(2026, 0, 2);

function aSite() {
  let now = NOW;
  let rings = 0;
  const pages = openMemoryBucket();
  const deps = {
    ...{ db: openMemoryD1(), pages, site: openMemoryNamespace(), pace: PACE, token: anId },
    config: { origin: "https://cairn.example", admins: [] },
    now: () => now,
  };
  const publish = { send: async () => void rings++ } as unknown as Queue;
  const pass = (ms: number) => {
    now += ms;
  };
  const clock = { now: deps.now, sleep: async (ms: number) => pass(ms) };
  const phases = (limits: Limits) => openPhases({ ...deps, limits }, publish);
  return {
    ...deps,
    ringsSoFar: () => rings,
    send: (...events: CairnEvent[]) => consumeEvents(deps.db, events, now, PACE),
    pass,
    deliver: (limits: Limits, queue: string, ...bodies: CairnEvent[]) => {
      const messages = bodies.map((body) => ({ id: body.id, body, attempts: 1, ack() {} }));
      const batch = { queue, messages: messages as unknown as Message[] };
      return workOffBatch(batch, phases(limits), clock, limits);
    },
    cron: (limits: Limits) => runCron(phases(limits), limits),
    frontPage: async () => storedText(await readPage(pages, "/")),
  };
}

/** The database itself refuses it, however it is tried. */
function refuse(db: ReturnType<typeof openMemoryD1>, what: string): Promise<unknown> {
  const sql = `CREATE TRIGGER refused BEFORE ${what} BEGIN SELECT RAISE(ABORT, 'refused'); END`;
  return db.prepare(sql).run();
}

let site: ReturnType<typeof aSite>;
const logged = vi.spyOn(console, "error");

beforeEach(async () => {
  logged.mockReset();
  site = aSite();
  await nameAllPages(site);
  await site.send(aCommunity("programming"));
  await site.send(aSubmission({ by: "ann", title: "Left" }));
  site.pass(60_000);
  await publishStale(site);
});

describe.each([
  ["paid", PAID],
  ["free", FREE],
])("on the %s plan", (_, limits) => {
  describe("of an account whose posts cannot be taken over", () => {
    const leaving: CairnEvent = {
      ...{ version: 1, type: "account_deleted", id: anId() as EventId, at: NOW, by: "ann" },
      ...{ epoch: 1, posts: "delete" },
    };

    beforeEach(async () => {
      await refuse(site.db, "UPDATE OF author ON post WHEN NEW.author = '[deleted]'");
      await site.send(leaving);
      site.pass(60_000);
    });

    it("what others post rings the bell, and the bell has it published", async () => {
      await site.deliver(limits, "cairn-events", aSubmission({ by: "dan", title: "A comet" }));
      expect(site.ringsSoFar()).toBe(1);
      await site.deliver(limits, "cairn-publish");
      expect(await site.frontPage()).toContain("A comet");
      expect(logged).toHaveBeenCalledWith(
        "working off what somebody left failed",
        expect.anything(),
      );
    });

    it("cron does all the rest, and fails then", async () => {
      await site.send(aSubmission({ by: "dan", title: "A comet" }));
      await expect(site.cron(limits)).rejects.toThrow("refused");
      expect(await site.frontPage()).toContain("A comet");
      expect(await readStatus(site.db)).not.toBeNull();
      await site.send(aSubmission({ by: "dan", title: "Its tail" }));
      await expect(site.cron(limits)).rejects.toThrow("refused");
      expect(site.ringsSoFar()).toBe(1);
    });
  });

  it("cron publishes also while the windows cannot be moved", async () => {
    await refuse(site.db, "INSERT ON window_list");
    await site.send(aSubmission({ by: "dan", title: "A comet" }));
    site.pass(60_000);
    await expect(site.cron(limits)).rejects.toThrow("refused");
    expect(await site.frontPage()).toContain("A comet");
  });

  it("cron writes the status down and publishes it, and a minute of nothing else rings no bell", async () => {
    for (let minute = 0; minute < 3; minute++) {
      await site.cron(limits);
      site.pass(60_000);
    }
    const before = site.ringsSoFar();
    await site.cron(limits);
    expect(site.ringsSoFar()).toBe(before);
    const at = (await readStatus(site.db))?.at;
    expect(storedText(await readPage(site.pages, STATUS_KEY))).toContain(`"at":${at},`);
  });
});
