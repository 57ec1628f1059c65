/** The page table: stale, due, leased, settled, and the pace of writes. */
import { describe, expect, it } from "vitest";
import { writeAgain } from "../src/store/audit.ts";
import { claimBell, nextDue } from "../src/store/bell-rows.ts";
import { makeStaleDue, markWritten, readPageStates } from "../src/store/built-pages.ts";
import { beginBuilding, isCompiledWith, nameInSteps } from "../src/store/compiled.ts";
import { LEASE_MS, leasePages, settleLease } from "../src/store/leases.ts";
import { CLOCKS_APART_MS, type Lane, type NamedPage, namePages } from "../src/store/page-rows.ts";
import { readStale } from "../src/store/status.ts";
import { asD1, migrationsOf, openMemoryD1, openMemoryDatabase } from "./memory/sqlite-d1.ts";

const PACE = { fast: 10_000, slow: 60_000, private: 600_000 };
const T = 1_000_000_000;
const DAY = 86_400_000;

async function nameAllAtOnce(...named: Parameters<typeof nameInSteps>): Promise<void> {
  for await (const _ of nameInSteps(...named));
}

function aTable() {
  const db = openMemoryD1();
  const name = (lane: "fast" | "slow", commit: number, now: number, urgent = false) =>
    db.batch(namePages(db, [{ key: "/", lane }], commit, now, PACE, urgent));
  const end = (settled: string[], failed: string[], token: string, commit: number, now: number) =>
    db.batch(
      settleLease(
        db,
        token,
        {
          settled: settled.map((key) => ({ key, at: now, stored: `etag${commit} hash` })),
          failed,
          commit,
          retryMs: 5000,
        },
        now,
        PACE,
      ),
    );
  const settle = (token: string, commit: number, now: number) => end(["/"], [], token, commit, now);
  const lease = async (token: string, now: number) =>
    (await leasePages(db, "", token, now, 10, PACE)).pages;
  /** A page that was written at `T`, as of commit 2. */
  const written = async (lane: "fast" | "slow") => {
    await name(lane, 2, T);
    await lease("first", T);
    await settle("first", 2, T);
  };
  return { db, name, end, settle, lease, written };
}

describe("a page", () => {
  it("of one's votes waits even when it is new, and has not been written for long", async () => {
    const { db, lease, settle } = aTable();
    const patience = 540_000;
    const name = (commit: number, now: number, urgent = false) =>
      db.batch(
        namePages(db, [{ key: "/", lane: "votes" }], commit, now, { ...PACE, patience }, urgent),
      );
    await name(2, T);
    expect(await nextDue(db)).toBe(T + patience);
    await lease("a", T + patience);
    await settle("a", 2, T + patience);
    await name(3, T + patience + 1);
    expect(await nextDue(db)).toBe(T + patience + PACE.private);
    await name(4, T + patience + 2, true);
    expect(await nextDue(db)).toBe(T + patience + 1000);
    await lease("b", T + patience + 1000);
    await settle("b", 4, T + patience + 1000);
    await name(5, T + 5_000_000);
    expect(await nextDue(db)).toBe(T + 5_000_000 + patience);
  });

  it("is leased after what was taken down and after earlier lanes, whatever is due first", async () => {
    const { db } = aTable();
    const name = (key: string, lane: Lane, now: number, urgent = false) =>
      db.batch(namePages(db, [{ key, lane }], 2, now, PACE, urgent));
    await name("/private", "private", T);
    await name("/slow", "slow", T + 1);
    await name("/side", "side", T + 2);
    await name("/fast/later", "fast", T + 4);
    await name("/fast", "fast", T + 3);
    await name("/gone", "private", T + 5, true);
    const leased: string[] = [];
    for (const token of ["a", "b", "c", "d", "e", "f"]) {
      const { pages } = await leasePages(db, "", token, T + 10, 1, PACE);
      leased.push(...pages.map(({ key }) => key));
    }
    expect(leased).toEqual(["/gone", "/fast", "/fast/later", "/side", "/slow", "/private"]);
  });

  it("that is new is due at once", async () => {
    const { db, name, lease } = aTable();
    await name("slow", 2, T);
    expect(await nextDue(db)).toBe(T);
    expect(await lease("a", T)).toMatchObject([{ key: "/", isTakenOver: false, isUrgent: false }]);
  });

  it.each([
    ["fast", 10_000],
    ["slow", 60_000],
  ] as const)("in the %s lane waits %d ms after its last write", async (lane, wait) => {
    const { db, name, lease, written } = aTable();
    await written(lane);
    await name(lane, 3, T + 1);
    expect(await nextDue(db)).toBe(T + wait);
    expect(await lease("a", T + wait - 1)).toEqual([]);
    expect(await lease("a", T + wait)).toHaveLength(1);
  });

  it("that a clock wrote which was ahead waits no longer than if that were now", async () => {
    const { db, name, lease, settle } = aTable();
    await name("slow", 2, T + DAY);
    await lease("ahead", T + DAY);
    await settle("ahead", 2, T + DAY);
    await name("slow", 3, T);
    expect(await nextDue(db)).toBe(T + CLOCKS_APART_MS + 60_000);
    await name("slow", 4, T + 1, true);
    expect(await nextDue(db)).toBe(T + 1 + CLOCKS_APART_MS + 1000);
  });

  it("that a clock named which was ahead is leased a second after a publisher has come", async () => {
    const { name, lease } = aTable();
    await name("fast", 2, T + DAY, true);
    expect(await lease("a", T)).toEqual([]);
    expect(await lease("b", T + 999)).toEqual([]);
    expect(await lease("c", T + 1000)).toHaveLength(1);
  });

  it("is leased again soon where a clock that was ahead has put the retry off", async () => {
    const { name, lease, end } = aTable();
    await name("fast", 2, T);
    await lease("ahead", T + DAY);
    await end([], ["/"], "ahead", 2, T + DAY);
    expect(await lease("a", T)).toEqual([]);
    expect(await lease("b", T + 1000)).toMatchObject([{ key: "/", isTakenOver: true }]);
  });

  it("waits as long as its new lane says, once new code has moved it", async () => {
    const { db, name, written } = aTable();
    await written("slow");
    await name("fast", 3, T + 1);
    expect(await nextDue(db)).toBe(T + 10_000);
    const lane = await db.prepare("SELECT lane FROM page").first("lane");
    expect(lane).toBe("fast");
  });

  it("waits a second after its last write even when new code names all pages", async () => {
    const { db, written } = aTable();
    await written("fast");
    async function* pages() {
      yield [{ key: "/", lane: "fast" as const }];
    }
    await db.prepare("UPDATE site SET commit_number = 2").run();
    await nameAllAtOnce(db, "new code", pages(), T + 1, PACE);
    expect(await nextDue(db)).toBe(T + 1000);
    await nameAllAtOnce(db, "newer code", pages(), T - DAY, PACE);
    expect(await nextDue(db)).toBe(T - DAY + CLOCKS_APART_MS + 1000);
  });

  it("taken over is read as of a later commit than the publisher before may have put", async () => {
    const { db, name } = aTable();
    await name("fast", 2, T);
    const first = await leasePages(db, "", "first", T, 10, PACE);
    const second = await leasePages(db, "", "second", T + LEASE_MS, 10, PACE);
    expect(second.pages).toMatchObject([{ key: "/", isTakenOver: true, isUrgent: false }]);
    expect([first.commit, second.commit]).toEqual([1, 2]);
  });

  it("is leased by no other code than all pages were last named for", async () => {
    const { db, name } = aTable();
    await name("fast", 2, T);
    async function* interrupted() {
      yield [{ key: "/", lane: "fast" as const }];
      throw new Error("interrupted");
    }
    await expect(nameAllAtOnce(db, "new code", interrupted(), T, PACE)).rejects.toThrow(
      "interrupted",
    );
    expect((await leasePages(db, "", "old", T, 10, PACE)).pages).toEqual([]);
    expect((await leasePages(db, "new code", "new", T, 10, PACE)).pages).toHaveLength(1);
    expect(await isCompiledWith(db, "new code")).toBe(false);
  });

  it("is named with thousands of others, and what a newer commit named stays so", async () => {
    const { db } = aTable();
    const keys = Array.from({ length: 12_000 }, (_, index) => ({ key: `/${index}`, lane: "slow" }));
    await db.batch(namePages(db, keys as NamedPage[], 1, T, PACE));
    await db.prepare("UPDATE page SET written = 1, stored = 'etag hash'").run();
    async function* none() {}
    const steps = nameInSteps(db, "new code", none(), T, PACE);
    await steps.next();
    // The last of them, meanwhile.
    await db.batch(namePages(db, [{ key: "/9999", lane: "slow" }], 7, T, PACE));
    for await (const _ of steps);
    const named = "SELECT count(*) FROM page WHERE named = 2 AND stored IS NULL";
    expect(await db.prepare(named).first("count(*)")).toBe(11_999);
    expect(await db.prepare("SELECT named FROM page WHERE key = '/9999'").first("named")).toBe(7);
    expect(await isCompiledWith(db, "new code")).toBe(true);
  });

  it("that was quiet for longer is due at once", async () => {
    const { db, name, written } = aTable();
    await written("slow");
    await name("slow", 3, T + 100_000);
    expect(await nextDue(db)).toBe(T + 100_000);
  });

  it("that shows something taken down waits for no lane, but a second between writes", async () => {
    const { db, name, written } = aTable();
    await written("slow");
    await name("slow", 3, T + 1);
    await name("slow", 4, T + 2, true);
    expect(await nextDue(db)).toBe(T + 1000);
  });

  it("stays urgent when it is named so while it is being written", async () => {
    const { db, name, lease, settle, written } = aTable();
    await written("slow");
    await name("slow", 3, T + 60_000);
    await lease("a", T + 60_000);
    await name("slow", 4, T + 60_001, true);
    await settle("a", 3, T + 60_002);
    expect(await nextDue(db)).toBe(T + 61_002);
    // The front cache has to be purged of it.
    expect(await lease("b", T + 61_002)).toMatchObject([{ isUrgent: true }]);
  });

  it("is leased by one publisher until the lease ends", async () => {
    const { name, lease } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    expect(await lease("b", T + LEASE_MS - 1)).toEqual([]);
    expect(await lease("b", T + LEASE_MS)).toMatchObject([
      { key: "/", isTakenOver: true, isUrgent: false },
    ]);
  });

  it("that is leased is waited for until its lease ends, unless another is due before", async () => {
    const { db, name, lease } = aTable();
    await name("fast", 2, T);
    await lease("a", T + 1);
    expect(await nextDue(db)).toBe(T + 1 + LEASE_MS);
    const other = (key: string, at: number) =>
      db.batch(namePages(db, [{ key, lane: "fast" }], 3, at, PACE));
    await other("/later", T + LEASE_MS + 2);
    expect(await nextDue(db)).toBe(T + 1 + LEASE_MS);
    await other("/first", T + 2);
    expect(await nextDue(db)).toBe(T + 2);
    expect(await lease("b", T + 2)).toMatchObject([{ key: "/first" }]);
    expect(await nextDue(db)).toBe(T + 1 + LEASE_MS);
  });

  it("whose publisher crashed stays due from the end of its lease on", async () => {
    const { db, name, lease } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    expect(await nextDue(db)).toBeLessThan(T + LEASE_MS + 5000);
    await lease("b", T + LEASE_MS + 5000);
    expect(await nextDue(db)).toBe(T + 2 * LEASE_MS + 5000);
  });

  it("is overdue from when it was due, however often its publishers crash", async () => {
    const { db, name, lease } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await lease("b", T + LEASE_MS);
    expect((await readStale(db, T + LEASE_MS + 1000)).fast).toEqual({ pages: 1, overdue: 31 });
  });

  it("is leased in spite of its lease by a script that has the site to itself", async () => {
    const { db, name, lease, settle } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await makeStaleDue(db);
    expect(await lease("b", T + 1)).toMatchObject([{ isTakenOver: true }]);
    await settle("b", 2, T + 1);
    await writeAgain(db, ["/"], T + 2);
    expect(await lease("c", T + 2)).toMatchObject([{ isTakenOver: true }]);
  });

  it("that was leased when a full build began is put in any case, and has no lease then", async () => {
    const { db, name, lease } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await beginBuilding(db, "");
    const state = { isWritten: false, isTakenOver: true, writtenAt: 0 };
    expect(await readPageStates(db, ["/"], 0)).toEqual(new Map([["/", state]]));
    await db.batch(markWritten(db, [{ key: "/", lane: "fast" }], 2, T + 1));
    await name("fast", 3, T + PACE.fast + 1);
    expect(await lease("b", T + PACE.fast + 1)).toMatchObject([
      { key: "/", isTakenOver: false, isUrgent: false },
    ]);
  });

  it("that an earlier version leased keeps its lease, and is taken over then", async () => {
    const migrations = [...migrationsOf("content")];
    const at = migrations.findIndex(([file]) => file.startsWith("0012"));
    const older = openMemoryDatabase(migrations.slice(0, at).map(([, sql]) => sql));
    older.exec(`INSERT INTO page (key, lane, named, due, lease, leased_until) VALUES
      ('/', 'fast', 2, ${T}, 'a', ${T + LEASE_MS}), ('/too', 'fast', 2, ${T}, 'a', ${T + LEASE_MS}),
      ('/failed', 'fast', 2, ${T + 9}, 'b', 0), ('/free', 'fast', 2, ${T + 10}, NULL, 0)`);
    for (const [, sql] of migrations.slice(at)) older.exec(sql);
    const db = asD1(older);
    expect(await nextDue(db)).toBe(T + 9);
    const lease = async (token: string, now: number) =>
      (await leasePages(db, "", token, now, 10, PACE)).pages.map(({ key, isTakenOver }) => ({
        [key]: isTakenOver,
      }));
    expect(await lease("c", T + LEASE_MS - 1)).toEqual([{ "/failed": true }, { "/free": false }]);
    expect(await nextDue(db)).toBe(T + LEASE_MS);
    expect(await lease("d", T + LEASE_MS)).toEqual([{ "/": true }]);
    expect(await lease("e", T + LEASE_MS)).toEqual([{ "/too": true }]);
  });

  it("whose publisher did not come back is leased alone until one does", async () => {
    const { db, end } = aTable();
    const keysOf = async (token: string, now: number) =>
      (await leasePages(db, "", token, now, 10, PACE)).pages.map(({ key }) => key);
    const name = (keys: string[], commit: number, now: number, urgent = false) => {
      const pages = keys.map((key) => ({ key, lane: "fast" }) as const);
      return db.batch(namePages(db, pages, commit, now, PACE, urgent));
    };
    await name(["/a", "/b"], 2, T);
    expect(await keysOf("died", T)).toEqual(["/a", "/b"]);
    await name(["/c", "/d"], 2, T + 1);
    await name(["/gone"], 2, T + 2, true);
    const later = T + LEASE_MS;
    expect(await keysOf("first", later)).toEqual(["/gone", "/c", "/d"]);
    expect(await keysOf("second", later)).toEqual(["/a"]);
    expect(await keysOf("third", later)).toEqual(["/b"]);
    expect(await keysOf("fourth", later)).toEqual([]);
    await end(["/a"], [], "second", 2, later);
    await end([], ["/b"], "third", 2, later);
    await end(["/c", "/d", "/gone"], [], "first", 2, later);
    await name(["/a", "/b"], 3, later + 1);
    expect(await keysOf("last", later + PACE.fast)).toEqual(["/b", "/a"]);
  });

  it("pauses from its own put on, however long the others of its lease take", async () => {
    const { db, name, lease } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    const settled = [{ key: "/", at: T + 100, stored: null }];
    const settlement = { settled, failed: [], commit: 2, retryMs: 0 };
    await db.batch(settleLease(db, "a", settlement, T + 900, PACE));
    await name("fast", 3, T + 950);
    expect(await nextDue(db)).toBe(T + 100 + PACE.fast);
  });

  it("tells the next publisher what is stored, and nothing once that is not certain", async () => {
    const { db, name, lease, written, end } = aTable();
    await written("fast");
    await name("fast", 3, T + PACE.fast);
    const [known] = await lease("b", T + PACE.fast);
    expect(known).toMatchObject({ written: 2, stored: "etag2 hash" });
    await end([], ["/"], "b", 3, T + PACE.fast);
    const [suspect] = await lease("c", T + PACE.fast + 5000);
    expect(suspect).toMatchObject({ isTakenOver: true, stored: null });
    await end(["/"], [], "c", 3, T + PACE.fast + 5000);
    await db.prepare("UPDATE site SET commit_number = 3").run();
    await writeAgain(db, ["/"], T + 2 * PACE.fast + 5000);
    const [audited] = await lease("d", T + 2 * PACE.fast + 5000);
    expect(audited).toMatchObject({ isTakenOver: true, stored: null });
  });

  it.each([
    ["that code has written which notes nothing", "UPDATE page SET written = 3, named = 4"],
    ["of which nothing was noted", "UPDATE page SET stored = NULL, named = 4"],
  ])("%s is looked at", async (_, sql) => {
    const { db, lease, written } = aTable();
    await written("fast");
    await db.prepare(sql).run();
    expect(await lease("b", T + PACE.fast)).toMatchObject([{ isTakenOver: false, stored: null }]);
  });

  it("that a full build has written is looked at", async () => {
    const { db, name, lease, written } = aTable();
    await written("fast");
    await db.batch(markWritten(db, [{ key: "/", lane: "fast" }], 2, T));
    await name("fast", 3, T + PACE.fast);
    expect(await lease("b", T + PACE.fast)).toMatchObject([{ isTakenOver: false, stored: null }]);
  });

  it("is not settled by a publisher that has lost its lease", async () => {
    const { db, name, lease, settle } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await lease("b", T + LEASE_MS);
    await settle("a", 2, T + LEASE_MS + 1);
    expect((await readStale(db, T + LEASE_MS)).fast.pages).toBe(1);
    await settle("b", 2, T + LEASE_MS + 2);
    expect(await nextDue(db)).toBeNull();
  });

  it("named while it is leased stays stale after settling", async () => {
    const { db, name, lease, settle } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await name("fast", 3, T + 1);
    await settle("a", 2, T + 2);
    expect(await nextDue(db)).toBe(T + 2 + PACE.fast);
  });

  it("named again while it waits writes nothing", async () => {
    const { db, name } = aTable();
    await name("fast", 2, T);
    await name("fast", 3, T + 5);
    const row = await db.prepare("SELECT named, due FROM page").first();
    expect(row).toEqual({ named: 2, due: T });
  });

  it("named after its lease has run out stays stale when its publisher settles all the same", async () => {
    const { db, name, lease, settle } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await name("fast", 3, T + LEASE_MS + 1);
    await settle("a", 2, T + LEASE_MS + 2);
    expect(await nextDue(db)).toBe(T + LEASE_MS + 2 + PACE.fast);
  });

  it("named between two publishers of which the first crashed is read by the second", async () => {
    const { db, name, lease, settle } = aTable();
    await db.prepare("UPDATE site SET commit_number = 2").run();
    await name("fast", 2, T);
    await lease("a", T);
    expect((await leasePages(db, "older code", "b", T + LEASE_MS, 10, PACE)).pages).toEqual([]);
    await db.prepare("UPDATE site SET commit_number = 3").run();
    await name("fast", 3, T + LEASE_MS + 1);
    const { commit } = await leasePages(db, "", "c", T + LEASE_MS + 2, 10, PACE);
    expect(commit).toBe(4);
    await settle("a", 2, T + LEASE_MS + 3);
    expect(await nextDue(db)).toBe(T + 2 * LEASE_MS + 2);
    await settle("c", commit, T + LEASE_MS + 4);
    expect(await nextDue(db)).toBeNull();
  });

  it("whose put failed is taken over later, so that a late put cannot win", async () => {
    const { name, lease, end, settle } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await end([], ["/"], "a", 2, T);
    expect(await lease("b", T + 4999)).toEqual([]);
    expect(await lease("b", T + 5000)).toMatchObject([
      { key: "/", isTakenOver: true, isUrgent: false },
    ]);
    await settle("b", 3, T + 5000);
    await name("fast", 4, T + 5000 + PACE.fast);
    expect(await lease("c", T + 5000 + PACE.fast)).toMatchObject([{ isTakenOver: false }]);
  });

  it("whose put failed waits for its time even when it is named as urgent, or for new code", async () => {
    const { db, name, lease, end } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await end([], ["/"], "a", 2, T);
    await name("fast", 3, T + 1, true);
    expect(await nextDue(db)).toBe(T + 5000);
    await nameAllAtOnce(db, "new code", none(), T + 1, PACE);
    expect(await nextDue(db)).toBe(T + 5000);
  });

  it("is not put off by a publisher that has lost its lease", async () => {
    const { db, name, lease, end } = aTable();
    await name("fast", 2, T);
    await lease("a", T);
    await lease("b", T + LEASE_MS);
    await end(["/"], [], "b", 2, T + LEASE_MS + 1);
    await end([], ["/"], "a", 2, T + LEASE_MS + 2);
    await name("fast", 3, T + LEASE_MS + 3);
    expect(await nextDue(db)).toBe(T + LEASE_MS + 1 + PACE.fast);
  });

  it("has the others of its lease settled when its put failed", async () => {
    const { db, end, lease } = aTable();
    const pages = ["/", "/too"].map((key) => ({ key, lane: "fast" }) as const);
    await db.batch(namePages(db, pages, 2, T, PACE));
    expect(await lease("a", T)).toHaveLength(2);
    await end(["/"], ["/too"], "a", 2, T);
    await db.batch(namePages(db, pages, 3, T + PACE.fast, PACE));
    expect(await lease("b", T + PACE.fast)).toMatchObject([
      { key: "/too", isTakenOver: true },
      { key: "/", isTakenOver: false },
    ]);
  });
});

/** Only what is a row already. */
async function* none(): AsyncGenerator<readonly NamedPage[]> {}

describe("the bell", () => {
  it("is claimed once until it has rung and nobody has answered, or it must ring earlier", async () => {
    const { db } = aTable();
    expect(await claimBell(db, T, T + 9000, T + 9000)).toBe(true);
    expect(await claimBell(db, T + 1, T + 9000, T + 9000)).toBe(false);
    expect(await claimBell(db, T + 1, T + 2000, T + 2000)).toBe(true);
    expect(await claimBell(db, T + 2900, T + 9000, T + 9000)).toBe(false);
    expect(await claimBell(db, T + 2901, T + 9000, T + 9000)).toBe(true);
  });
});
