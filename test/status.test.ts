/** What operators see: sums, what waits, and whether all is well. */
import { describe, expect, it } from "vitest";
import type { ReaderEnv } from "../src/bindings.ts";
import { auditSome } from "../src/consumer/audit-some.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { reportStatus } from "../src/consumer/report-status.ts";
import { tick } from "../src/consumer/tick.ts";
import type { EventId, PersonKey, PostId } from "../src/model/ids.ts";
import { signSession } from "../src/model/session.ts";
import type { StatusReport } from "../src/model/status.ts";
import { isHealthy } from "../src/model/status.ts";
import { createReader } from "../src/reader/app.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const SECRET = "a secret of the tests, long enough";

async function aSite() {
  let now = Date.UTC(2027, 0, 2);
  let tokens = 0;
  const stored = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "https://cairn.example", admins: ["marvin", "root"] as PersonKey[] },
  };
  const deps = { ...stored, pace: PACE, now: () => now, token: () => `publisher-${tokens++}` };
  /** All that cron does. */
  const cron = async () => {
    await tick(stored.db, now, PACE);
    await nameAllPages(deps);
    await publishStale(deps);
    await auditSome(deps);
    await reportStatus(deps);
    now += 2000;
    await publishStale(deps);
  };
  const reader = createReader(() => now);
  const env = {
    PAGES: stored.pages,
    SITE: stored.site,
    KEEP_MS: "0",
    SESSION_SECRET: SECRET,
  } as unknown as ReaderEnv;
  const get = async (path: string, name = "") => {
    const headers = new Headers();
    const session = { name, epoch: 0, expires: now };
    if (name !== "") headers.set("cookie", `session=${await signSession(SECRET, session)}`);
    return reader.fetch(new Request(`https://cairn.example${path}`, { headers }), env);
  };
  const report = async () => (await get("/-/status.json", "Root")).json() as Promise<StatusReport>;
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...stored, deps, cron, get, report, pass };
}

describe("the status page", () => {
  it("is for admins only, and in no cache", async () => {
    const site = await aSite();
    await site.cron();
    const answer = await site.get("/-/status", "root");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(await answer.text()).toContain("<dt>fast lane</dt>");
    const nobodys = await site.get("/-/status");
    expect([nobodys.status, nobodys.headers.get("location")]).toEqual([303, "/login"]);
    for (const path of ["/-/status", "/-/status.json"]) {
      expect((await site.get(path, "Marvin")).status).toBe(200);
    }
    for (const path of ["/-/status", "/-/status.json", "/-/status.rss"]) {
      expect((await site.get(path, "ann")).status).toBe(404);
    }
  });

  it("counts what was applied, refused, published, audited and is stored", async () => {
    const site = await aSite();
    const post = aSubmission({ at: Date.UTC(2027, 0, 1) });
    const unknown = aVote({ post: "nowhere" as PostId, at: post.at });
    const events = [aCommunity("programming"), post];
    await consumeEvents(site.db, [...events, unknown], post.at, PACE);
    await consumeEvents(site.db, [...events, unknown], post.at, PACE);
    await site.cron();
    const report = await site.report();
    expect(report.events).toEqual({ applied: 2, refused: 1, dead: 0 });
    expect(report.pages).toMatchObject({ failed: 0 });
    expect(report.pages.written).toBeGreaterThan(30);
    expect(report.rows).toMatchObject({ posts: 1, comments: 0, communities: 1 });
    expect(report.audit).toMatchObject({ healed: 0 });
    expect(report.windowsAt).toBe(Date.UTC(2027, 0, 2) / 1000);
    // Where there is no queue.
    expect(report.waiting).toBeNull();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("says where moderators have something to do", async () => {
    const site = await aSite();
    const at = Date.UTC(2027, 0, 1);
    const [first, second] = [aSubmission({ at }), aSubmission({ at })];
    const report = (by: string, { post }: { post: PostId }) => {
      const id = anId() as EventId;
      return { version: 1, id, at, by, type: "post_reported", post, reason: "dull" } as const;
    };
    const reports = [report("bob", first), report("cleo", first), report("cleo", second)];
    await consumeEvents(site.db, [aCommunity("Programming"), first, second], at, PACE);
    await consumeEvents(site.db, reports, at, PACE);
    await site.cron();
    expect((await site.report()).reports).toEqual([{ community: "programming", things: 2 }]);
    const text = await (await site.get("/-/status", "root")).text();
    const queue = '<a href="/r/programming/about/reports">r/programming</a>';
    expect(text).toContain(`<dt>${queue}</dt><dd>2 things</dd>`);
    const judged = { type: "post_judged", by: "root", verdict: "approved", reason: "" } as const;
    const acts = [first, second].map(({ post }) => {
      return { ...judged, version: 1 as const, id: anId() as EventId, at: at + 1, post };
    });
    await consumeEvents(site.db, acts, at, PACE, { admins: ["root" as PersonKey] });
    site.pass(60_000);
    await site.cron();
    expect((await site.report()).reports).toEqual([]);
  });

  it("hides nobody's reports behind a flood of them elsewhere", async () => {
    const site = await aSite();
    const flood = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO report (person, thing, reason, at, event, community, is_open)
      SELECT 'p' || i, 't3_' || (i % 1000), '', i, 'e' || i, iif(i = 3000, 'zzz', 'aaa'), 1 FROM n`;
    await site.db.prepare(flood).run();
    await site.cron();
    const { reports } = await site.report();
    expect(reports.map(({ community }) => community)).toEqual(["aaa", "zzz"]);
  });

  it("is written once a minute, and says what is overdue by lane", async () => {
    const site = await aSite();
    await site.cron();
    const first = await site.report();
    site.pass(50_000);
    await site.cron();
    expect((await site.report()).at).toBe(first.at);
    const post = aSubmission({ at: Date.UTC(2027, 0, 1) });
    await consumeEvents(site.db, [aCommunity("programming"), post], site.deps.now(), PACE);
    site.pass(90_000);
    await reportStatus(site.deps);
    await publishStale(site.deps);
    const { at, stale } = await site.report();
    expect(at).toBe(first.at + 144);
    expect(stale.fast.pages).toBeGreaterThan(5);
    expect(stale.fast.overdue).toBe(90);
  });
});

describe("rows and objects", () => {
  it.each([
    [10, 1],
    [3_000_000, 3],
  ])("where there are %i are counted again after hours: %i", async (posts, hours) => {
    const site = await aSite();
    await site.cron();
    const counted = { ...(await site.report()).rows, posts, objects: 0 };
    await site.db
      .prepare("UPDATE status SET report = json_set(report, '$.rows', json(?1))")
      .bind(JSON.stringify(counted))
      .run();
    site.pass(hours * 3_600_000 - 60_000);
    await site.cron();
    expect((await site.report()).rows).toEqual(counted);
    site.pass(60_000);
    await site.cron();
    expect((await site.report()).rows.posts).toBe(0);
  });
});

describe("/health", () => {
  it("is well while cron runs, and not before or when it has stopped", async () => {
    const site = await aSite();
    expect((await site.get("/health")).status).toBe(503);
    await site.cron();
    const well = await site.get("/health");
    expect([well.status, await well.json()]).toEqual([200, { status: "ok" }]);
    expect(well.headers.get("cache-control")).toBe("no-store");
    site.pass(301_000);
    expect((await site.get("/health")).status).toBe(503);
  });

  it("heeds no report from the future, and cron writes the next one at once", async () => {
    const site = await aSite();
    site.pass(86_400_000);
    await site.cron();
    site.pass(-86_400_000);
    expect((await site.get("/health")).status).toBe(503);
    await site.cron();
    expect((await site.get("/health")).status).toBe(200);
    expect((await site.report()).rows.at).toBe((await site.report()).at);
  });

  it("is not well while the clock moves nothing, although all else goes on", async () => {
    const site = await aSite();
    await site.cron();
    expect(await site.report()).toMatchObject({ tickedAt: Date.UTC(2027, 0, 2) / 1000 });
    for (const health of [200, 503]) {
      // A tick took two seconds.
      site.pass(298_000);
      await reportStatus(site.deps);
      await publishStale(site.deps);
      expect((await site.get("/health")).status).toBe(health);
    }
    site.pass(60_000);
    await site.cron();
    expect((await site.get("/health")).status).toBe(200);
    const text = await (await site.get("/-/status", "root")).text();
    expect(text).toMatch(/<dt>last tick<\/dt><dd>2027-01-02T00:10:58Z/);
  });

  it.each(["fast", "side"] as const)(
    "is not well while a page of the %s lane waits",
    async (lane) => {
      const site = await aSite();
      await site.cron();
      const report = await site.report();
      const isWellAfter = (overdue: number) => {
        const stale = { ...report.stale, [lane]: { pages: 1, overdue } };
        return isHealthy({ ...report, stale }, report.at);
      };
      expect([isWellAfter(300), isWellAfter(301)]).toEqual([true, false]);
    },
  );
});
