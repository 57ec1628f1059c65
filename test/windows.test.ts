/** The listings that the clock drives: what a tick orders, what it names, what a vote leaves to it. */
import { beforeEach, describe, expect, it } from "vitest";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { tick } from "../src/consumer/tick.ts";
import { compareLists } from "../src/consumer/window-changes.ts";
import { communityKey, type EventId, type PostId } from "../src/model/ids.ts";
import { topWindowsHolding, windowsIn } from "../src/model/window.ts";
import { affectedPages } from "../src/pages/affected.ts";
import { NO_CHANGE } from "../src/pages/change.ts";
import { pageToken } from "../src/pages/key.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { readCommitNumber } from "../src/store/commit.ts";
import { keysNamedAt } from "../src/store/page-rows.ts";
import {
  markDirty,
  readToOrder,
  readWindowCounts,
  readWindowLists,
  readWindowPlaces,
} from "../src/store/windows.ts";
import { anId, aPost, aSubmission, aVote } from "./makers.ts";
import { asD1, migrationsOf, openMemoryD1, openMemoryDatabase } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { pageText } from "./rebuild/site-check.ts";
import { windowDifferences } from "./rebuild/window-check.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const PACE = { fast: 0, slow: 0, private: 0 };
const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 2);

let site: ReturnType<typeof openSite>;
/** Milliseconds since 1970; tests move it. */
let now = BEGIN;
/** The publisher's clock goes ahead: no page is written twice within a second. Milliseconds. */
let ahead = 0;

function openSite() {
  return {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://localhost:8787", admins: [] },
    pace: PACE,
    now: () => now + ahead,
    token: () => anId(),
  };
}

beforeEach(async () => {
  site = openSite();
  now = BEGIN;
  await nameAllPages(site);
  await send(aCommunity("programming"));
});

function aCommunity(name: string): CairnEvent {
  const what = { name, title: name, description: "" };
  return { version: 1, type: "community_created", id: id(), at: now, by: "ann", ...what };
}

function id(): EventId {
  return anId() as EventId;
}

async function send(...events: CairnEvent[]): Promise<void> {
  await consumeEvents(site.db, events, now, PACE);
}

/** Posts of one moment with ever fewer votes: the first is the best. */
async function sendPosts(count: number, community = "programming"): Promise<PostId[]> {
  const posts = Array.from({ length: count }, () => aSubmission({ community, at: now }));
  await send(...posts);
  const votes = posts.flatMap(({ post }, index) =>
    Array.from({ length: count - index }, (_, voter) =>
      aVote({ post, by: `voter${voter}`, at: now }),
    ),
  );
  await send(...votes);
  return posts.map(({ post }) => post);
}

/** @returns the keys that this tick named */
async function tickAndList(): Promise<string[]> {
  await publish();
  const before = await readCommitNumber(site.db);
  while (!(await tick(site.db, now, PACE)));
  const commits = [];
  for (let commit = before + 1; commit <= (await readCommitNumber(site.db)); commit++) {
    commits.push(...(await keysNamedAt(site.db, commit)));
  }
  return commits.sort();
}

async function publish(): Promise<void> {
  ahead += 2000;
  while ((await publishStale(site)).written > 0);
}

async function listed(listing: string): Promise<string[]> {
  const posts = await site.db
    .prepare("SELECT posts FROM window_list WHERE listing = ?1")
    .bind(listing)
    .first<string>("posts");
  return JSON.parse(posts ?? "[]") as string[];
}

/** The ids in the JSON of a stored page, and what its `after` is. */
async function shown(key: string) {
  await publish();
  const text = await pageText(site.pages, key);
  if (text === "void") return null;
  const json = text.split("\n").find((line) => line.startsWith('{"kind"')) ?? "";
  const { data } = JSON.parse(json);
  const ids = data.children.map((child: { data: { id: string } }) => child.data.id);
  return { ids, after: data.after };
}

async function count(sql: string): Promise<number> {
  return (await site.db.prepare(`SELECT count(*) AS n FROM ${sql}`).first<number>("n")) ?? 0;
}

describe("the best of a window", () => {
  it("is in the order of votes, a hundred deep, with pages that lead on", async () => {
    const posts = await sendPosts(110);
    await tickAndList();
    expect(await listed("/top/day")).toEqual(posts.slice(0, 100));
    const third = await shown("/top/day/3");
    expect(third).toEqual({ ids: posts.slice(50, 75), after: pageToken("/top/day/4") });
    expect(await shown("/r/programming/top/year/4")).toEqual({
      ids: posts.slice(75, 100),
      after: null,
    });
    expect(await shown("/top/day/5")).toBeNull();
  });

  it("that has become empty publishes its empty page, and only that", async () => {
    const [post] = await sendPosts(1);
    await tickAndList();
    expect((await shown("/top/hour"))?.ids).toEqual([post]);
    now += HOUR - 1000;
    expect(await tickAndList()).toEqual([]);
    now += 1000;
    const named = await tickAndList();
    expect(named).toEqual(["/r/programming/top/day", "/top/day"]);
    expect(await shown("/top/hour")).toEqual({ ids: [], after: null });
    expect((await shown("/top/day"))?.ids).toEqual([post]);
  });

  it.each([
    ["hour", 1],
    ["day", 24],
    ["week", 7 * 24],
    ["month", 30 * 24],
    ["year", 365 * 24],
  ])("of the last %s loses a post after %d hours", async (name, hours) => {
    const [post] = await sendPosts(1);
    await tickAndList();
    now += hours * HOUR - 1000;
    await tickAndList();
    expect(await listed(`/top/${name}`)).toEqual([post]);
    now += 1000;
    await tickAndList();
    expect(await listed(`/top/${name}`)).toEqual([]);
  });

  it("has its first pages in a new community, all of them empty", async () => {
    await send(aCommunity("quiet"));
    for (const name of ["rising", "top/hour", "top/day", "top/week", "top/month", "top/year"]) {
      expect(await shown(`/r/quiet/${name}`)).toEqual({ ids: [], after: null });
    }
    expect(await shown("/r/quiet/top/decade")).toBeNull();
  });
});

describe("a vote", () => {
  it("changes the score on the pages that show the post, and no position before the tick", async () => {
    const posts = await sendPosts(60);
    await tickAndList();
    const [best = "", last = ""] = [posts[0], posts[59]] as PostId[];
    await publish();
    const votes = Array.from({ length: 80 }, (_, voter) =>
      aVote({ post: last as PostId, by: `late${voter}`, at: now }),
    );
    await send(...votes);
    const named = await keysNamedAt(site.db, await readCommitNumber(site.db));
    expect(named.filter((key) => key.startsWith("/top/") && !key.includes("all")).sort()).toEqual(
      ["day", "hour", "month", "week", "year"].map((window) => `/top/${window}/2`),
    );
    expect((await shown("/top/day"))?.ids[0]).toBe(best);
    await tickAndList();
    expect((await shown("/top/day"))?.ids[0]).toBe(last);
  });

  it("marks a community and the site once, however many there are", async () => {
    const [post] = (await sendPosts(1)) as [PostId];
    await tickAndList();
    expect(await count("window_dirty")).toBe(0);
    for (let batch = 0; batch < 10; batch++) {
      const by = (voter: number) => `voter${batch * 100 + voter}`;
      const votes = Array.from({ length: 100 }, (_, voter) => aVote({ post, by: by(voter) }));
      await send(...votes);
    }
    expect(await count("window_dirty")).toBe(2);
    await tickAndList();
    expect(await count("window_dirty")).toBe(0);
  });

  it("on a post that is too old for every window marks nothing", async () => {
    const [post] = (await sendPosts(1)) as [PostId];
    now += 366 * 24 * HOUR;
    await tickAndList();
    await send(aVote({ post, by: "late", at: now }));
    expect(await count("window_dirty")).toBe(0);
  });
});

describe("what is deleted", () => {
  it("is gone from every page at once, and makes room with the next tick", async () => {
    const posts = (await sendPosts(30)) as [PostId];
    await tickAndList();
    await publish();
    await send({
      version: 1,
      type: "post_deleted",
      id: id(),
      at: now,
      by: "ann",
      post: posts[0],
    });
    expect((await shown("/top/hour"))?.ids).toEqual(posts.slice(1, 25));
    expect((await shown("/r/programming/rising"))?.ids).not.toContain(posts[0]);
    await tickAndList();
    expect((await shown("/top/hour"))?.ids).toEqual(posts.slice(1, 26));
  });
});

describe("rising", () => {
  it("is votes gained an hour, of posts younger than twelve hours that have gained any", async () => {
    const [old] = await sendPosts(1);
    const [steady] = (await sendPosts(1)) as [PostId];
    await send(...["a", "b", "c"].map((by) => aVote({ post: steady, by, at: now })));
    now += 10 * HOUR;
    const [fresh] = await sendPosts(1);
    const [sunk] = (await sendPosts(1)) as [PostId];
    await send(...["a", "b"].map((by) => aVote({ post: sunk, by, value: -1, at: now })));
    now += 1000;
    await tickAndList();
    // 2 votes in the first hour; 5 in ten hours; 2 in ten hours; 2 against 2.
    expect(await listed("/rising")).toEqual([fresh, steady, old]);
    now += 2 * HOUR;
    await tickAndList();
    expect(await listed("/r/programming/rising")).toEqual([fresh]);
    now += 12 * HOUR;
    await tickAndList();
    expect(await listed("/rising")).toEqual([]);
    expect(await shown("/rising")).toEqual({ ids: [], after: null });
  });

  it("is ordered anew every two minutes at most", async () => {
    const [first, second] = (await sendPosts(2)) as [PostId, PostId];
    await tickAndList();
    await send(...["x", "y", "z"].map((by) => aVote({ post: second, by, at: now })));
    now += 119_000;
    await tickAndList();
    expect(await listed("/rising")).toEqual([first, second]);
    expect(await listed("/top/hour")).toEqual([second, first]);
    now += 1000;
    await tickAndList();
    expect(await listed("/rising")).toEqual([second, first]);
  });
});

describe("the sweep that orders rising in one community after another", () => {
  const names = Array.from({ length: 200 }, (_, index) => `place${String(index).padStart(3, "0")}`);
  const sweptTo = () => site.db.prepare("SELECT rising_after FROM site").first("rising_after");
  const tickOnce = () => tick(site.db, now, PACE, { tickCommits: 1 });

  beforeEach(async () => {
    await send(...names.map(aCommunity));
    await send(...names.map((community) => aSubmission({ community, at: now })));
    await tickAndList();
    now += 120_000;
  });

  it("marks no community, and goes on where it was when a tick ended early", async () => {
    expect(await tickOnce()).toBe(false);
    expect(await count("window_dirty")).toBe(0);
    expect(await sweptTo()).toBe("place159");
    expect(await tickOnce()).toBe(false);
    expect(await sweptTo()).toBeNull();
    expect(await tickOnce()).toBe(true);
    expect(await windowDifferences(site.db, now / 1000, true)).toEqual([]);
  });

  it("ends before the next one begins, so that the last community has its turn", async () => {
    await tickOnce();
    const [last] = (await sendPosts(2, "place199")) as [PostId];
    now += 120_000;
    await tickOnce();
    expect(await sweptTo()).toBeNull();
    expect(await listed("/r/place199/rising")).toContain(last);
    await tickAndList();
    expect(await windowDifferences(site.db, now / 1000, true)).toEqual([]);
  });

  it("is begun again by the tick that ends one which is late", async () => {
    await tickOnce();
    now += 13 * HOUR;
    await tickAndList();
    expect(await listed("/r/place199/rising")).toEqual([]);
    expect(await listed("/r/place000/rising")).toEqual([]);
  });
});

describe("a tick", () => {
  it.each([
    ["an hour", 1],
    ["a day", 24],
    ["ten years", 87_600],
  ])("whose clock is %s ahead is forgotten by the next one", async (_, hours) => {
    const [old] = await sendPosts(1);
    await tickAndList();
    now += hours * HOUR;
    await tickAndList();
    now -= hours * HOUR;
    const [fresh] = (await sendPosts(1)) as [PostId];
    await send(aVote({ post: fresh, by: "late", at: now }));
    await tickAndList();
    for (const listing of ["/top/hour", "/r/programming/top/year", "/rising"]) {
      expect(await listed(listing), listing).toEqual([fresh, old]);
    }
    expect(await windowDifferences(site.db, Math.floor(now / 1000), true)).toEqual([]);
  });

  it("whose clock is some seconds ahead leaves the next one nothing to do", async () => {
    await sendPosts(30);
    await tickAndList();
    const before = await readCommitNumber(site.db);
    now -= 59_000;
    await tickAndList();
    expect(await readCommitNumber(site.db)).toBe(before);
    now += 59_000;
  });

  it("after which nothing has changed commits nothing", async () => {
    await sendPosts(30);
    await tickAndList();
    now += 119_000;
    const before = await readCommitNumber(site.db);
    await tickAndList();
    expect(await readCommitNumber(site.db)).toBe(before);
  });

  it("that moves only clocks names nothing and writes no lists", async () => {
    await sendPosts(30);
    await tickAndList();
    await site.db.prepare("CREATE TABLE written (list)").run();
    for (const change of ["INSERT", "UPDATE", "DELETE"]) {
      await site.db
        .prepare(
          `CREATE TRIGGER on_${change} AFTER ${change} ON window_list
           BEGIN INSERT INTO written VALUES (1); END`,
        )
        .run();
    }
    now += 120_000;
    const before = await readCommitNumber(site.db);
    expect(await tickAndList()).toEqual([]);
    expect(await readCommitNumber(site.db)).toBeGreaterThan(before);
    expect(await count("written")).toBe(0);
  });

  it("names only the pages where another post stands", async () => {
    const posts = (await sendPosts(90)) as PostId[];
    await tickAndList();
    const votes = ["x", "y", "z"].map((by) => aVote({ post: posts[40] as PostId, by, at: now }));
    await send(...votes);
    const windows = ["day", "hour", "month", "week", "year"].map((name) => `/top/${name}/2`);
    expect(await tickAndList()).toEqual([
      ...windows.map((key) => `/r/programming${key}`),
      ...windows,
    ]);
  });

  it("of 300 communities stays far below the queries that D1 allows", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `place${index}`);
    await send(...names.map(aCommunity));
    await send(...names.map((community) => aSubmission({ community, at: now })));
    const counted = { ...site, db: countQueries(site.db) };
    expect(await tick(counted.db, now, PACE)).toBe(true);
    expect(counted.db.queries).toBeLessThan(300);
    expect(await windowDifferences(site.db, now / 1000, true)).toEqual([]);
  });

  it("leaves what is too much for one invocation to the next one", async () => {
    const names = Array.from({ length: 700 }, (_, index) => `place${index}`);
    await send(...names.map(aCommunity));
    await send(...names.map((community) => aSubmission({ community, at: now })));
    expect(await tick(site.db, now, PACE)).toBe(false);
    const left = await count("window_dirty");
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(700);
    expect(await tick(site.db, now, PACE)).toBe(true);
    expect(await windowDifferences(site.db, now / 1000, true)).toEqual([]);
  });
});

describe("the scopes that wait for a tick", () => {
  it("come in the order in which they were first marked", async () => {
    const mark = (key: string, commit: number) =>
      site.db.batch(markDirty(site.db, [{ scope: communityKey(key), windows: 1 }], commit));
    await site.db.prepare("DELETE FROM window_dirty").run();
    await mark("zebras", 5);
    await mark("ants", 7);
    await mark("zebras", 9);
    expect((await readToOrder(site.db, { marked: 1, swept: 1 })).marked).toEqual([
      { scope: "zebras", windows: 1 },
    ]);
  });
});

type Counted = typeof site.db & { queries: number };

/** Every statement counts, in a batch or alone. */
function countQueries(db: typeof site.db): Counted {
  const counted = {
    queries: 0,
    prepare(sql: string) {
      counted.queries++;
      return db.prepare(sql);
    },
    batch: (statements: Parameters<typeof db.batch>[0]) => db.batch(statements),
  };
  return counted as unknown as Counted;
}

describe("the best of many posts", () => {
  /** @param sql posts as (number, created_at in seconds, score) */
  async function insertPosts(sql: string): Promise<void> {
    await site.db
      .prepare(
        `INSERT INTO post (id, community, author, title, created_at, ups, downs, standing, score,
           hot, data)
         SELECT 'id' || n, 'programming', 'ann', 'Stone', at, votes, 0,
           CASE WHEN n % 7 = 0 THEN 'deleted' ELSE 'visible' END, votes, 0, '{}' FROM (${sql})`,
      )
      .run();
    await site.db.prepare("UPDATE window_dirty SET windows = 63").run();
    await site.db
      .prepare("INSERT OR IGNORE INTO window_dirty VALUES ('', 63, 0), ('programming', 63, 0)")
      .run();
  }
  const numbers = (many: number) =>
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${many})`;
  const NOW = BEGIN / 1000;

  it("is found by walking from the best, where most posts are young", async () => {
    await insertPosts(
      `${numbers(3000)} SELECT n, ${NOW} - (n * 7919) % 100000 AS at, (n * 31) % 97 AS votes FROM numbers`,
    );
    await tickAndList();
    expect(await windowDifferences(site.db, NOW, true)).toEqual([]);
  });

  it("is found among the young ones, where tens of thousands of old ones are better", async () => {
    await insertPosts(
      `${numbers(26_000)} SELECT n, ${NOW} - CASE WHEN n > 24500 THEN n % 3000 ELSE 40000000 END AS at,
         CASE WHEN n > 24500 THEN n % 50 ELSE 100 + n END AS votes FROM numbers`,
    );
    await tickAndList();
    expect(await listed("/top/hour")).toHaveLength(100);
    expect(await windowDifferences(site.db, NOW, true)).toEqual([]);
  });
});

describe("the windows that a vote on a post may change", () => {
  const top = 1_767_225_600;
  it.each([
    [0, ["hour", "day", "week", "month", "year"]],
    [3599, ["hour", "day", "week", "month", "year"]],
    [3600, ["day", "week", "month", "year"]],
    [365 * 86_400 - 1, ["year"]],
    [365 * 86_400, []],
  ])("at an age of %d s", (age, windows) => {
    expect(windowsIn(topWindowsHolding(top - age, { top, rising: null }))).toEqual(windows);
  });

  it("are all of them before the first tick", () => {
    expect(windowsIn(topWindowsHolding(0, { top: null, rising: null }))).toHaveLength(5);
  });
});

describe("the lists of an older version", () => {
  it("are in the same order when they are one row each", async () => {
    const migrations = [...migrationsOf("content")];
    const at = migrations.findIndex(([file]) => file.startsWith("0011"));
    const older = openMemoryDatabase(migrations.slice(0, at).map(([, sql]) => sql));
    const slots = Array.from(
      { length: 12 },
      (_, index) => `('/top/day', ${index + 1}, 'p${99 - index}')`,
    );
    older.exec(`INSERT INTO window_entry VALUES ${slots.join(",")}, ('/r/a/rising', 1, 'p1')`);
    for (const [, sql] of migrations.slice(at)) older.exec(sql);
    const db = asD1(older);
    const ids = Array.from({ length: 12 }, (_, index) => `p${99 - index}`);
    expect(await readWindowLists(db, ["/r/a/rising", "/top/hour", "/top/day"])).toEqual([
      ["p1"],
      [],
      ids,
    ]);
    expect([...(await readWindowCounts(db))].sort()).toEqual([
      ["/r/a/rising", 1],
      ["/top/day", 12],
    ]);
    const asked = ["p1", "p98", "p7"].map((id) =>
      aPost({ id: id as PostId, community: communityKey("a") }),
    );
    const places = await readWindowPlaces(db, asked);
    expect(places.sort((a, b) => a.slot - b.slot)).toEqual([
      { listing: "/r/a/rising", slot: 1 },
      { listing: "/top/day", slot: 2 },
    ]);
  });
});

describe("two orders of a list", () => {
  const slots = (before: string, after: string) =>
    compareLists("/top/day", [...before] as PostId[], [...after] as PostId[]);

  it.each([
    ["abc", "abc", null],
    ["abc", "acb", [2, 3]],
    ["abc", "abcd", [4, 3, 4]],
    ["abcd", "abd", [3, 4, 4, 3]],
    ["ab", "", [1, 2, 2, 0]],
    ["", "ab", [1, 2, 0, 2]],
  ])("%s and %s differ in slots, and where one ends", (before, after, expected) => {
    expect(slots(before, after)?.slots ?? null).toEqual(expected);
  });

  it.each([
    [24, 25, ["/top/day"]],
    [25, 26, ["/top/day", "/top/day/2"]],
    [26, 25, ["/top/day", "/top/day/2"]],
    [50, 51, ["/top/day/2"]],
    [51, 0, ["/top/day", "/top/day/2"]],
  ])("from %d to %d posts, what shows a post or leads on is named", (before, after, keys) => {
    const ids = Array.from({ length: 60 }, (_, index) => `id${index}` as PostId);
    const change = compareLists("/top/day", ids.slice(0, before), ids.slice(0, after));
    const named = affectedPages({ ...NO_CHANGE, windows: change ? [change] : [] });
    expect(named.map(({ key }) => key).sort()).toEqual(keys);
  });
});
