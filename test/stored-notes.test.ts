/**
 * What the page table notes of stored objects is trusted by publishers. Whatever can make it untrue,
 * the pages are right in the end.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { auditSite } from "../build/audit.ts";
import { buildSite } from "../build/full-build.ts";
import { importFiles } from "../build/import/import-files.ts";
import { type LocalState, openLocalState } from "../build/local.ts";
import { migrate } from "../build/migrate.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { CommentId, EventId } from "../src/model/ids.ts";
import { threadKey } from "../src/pages/key.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anId } from "./makers.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const SITE = { origin: "http://localhost:8787", admins: [] };
const ELSEWHERE = { ...SITE, origin: "https://other.example" };
const PACE = { fast: 0, slow: 0, private: 0, tally: 0 };
const LINKS = `id,title,subreddit,created_utc,url
  a1,First Stone,cairns,1300000001,http://a.example/1`;
const THREAD = threadKey("a1" as never);
/** Longer than a page pauses that is named as urgent, or by new code. */
const PAUSE_MS = 1100;

let directory = "";
let state: LocalState;
/** Runs ahead, so that no test has to wait. */
let ahead = 0;
let tokens = 0;
const now = () => Date.now() + ahead;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cairn-notes-"));
  state = await openLocalState(join(directory, "state"));
  await migrate(state);
  const file = join(directory, "links.csv");
  await writeFile(file, LINKS);
  await importFiles(state, [file]);
});

afterAll(async () => {
  await state.dispose();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  await state.db.prepare("UPDATE site SET compiled = ''").run();
  await publish();
  expect(await wrong()).toEqual([]);
  const unknown = state.db.prepare("SELECT count(*) AS n FROM page WHERE stored IS NULL");
  expect(await unknown.first("n")).toBeLessThan(20);
});

/** As a server of this configuration does, until nothing is stale. */
async function publish() {
  const token = () => `token ${tokens++}`;
  const deps = { ...state, config: SITE, pace: PACE, now, token };
  ahead += PAUSE_MS;
  await nameAllPages(deps);
  for (let settled = 1; settled > 0; ahead += PAUSE_MS) {
    const { written, unchanged } = await publishStale(deps);
    settled = written + unchanged;
  }
}

/** Objects are put, and their rows are not written: that would be the third thing it does to them. */
async function killedBuild(site: typeof SITE) {
  let batches = 0;
  const batch: LocalState["db"]["batch"] = (statements) => {
    if (++batches > 2) throw new Error("killed");
    return state.db.batch(statements);
  };
  const db = { prepare: (sql: string) => state.db.prepare(sql), batch } as LocalState["db"];
  await expect(buildSite({ ...state, db }, site, now)).rejects.toThrow("killed");
}

async function send(event: Record<string, unknown>) {
  const base = { version: 1, id: anId() as EventId, at: now(), by: "Bob" };
  const outcomes = await consumeEvents(
    state.db,
    [{ ...base, ...event } as CairnEvent],
    now(),
    PACE,
  );
  expect(outcomes).toEqual(["applied"]);
}

async function wrong() {
  const { differ, missing, extra } = await auditSite(state, SITE, now);
  return [...differ, ...missing, ...extra];
}

it("a build is killed that has put what is taken back before it is published", async () => {
  const comment = anId() as CommentId;
  await send({ type: "comment_posted", comment, post: "a1", parent: null, text: "SECRET words" });
  await killedBuild(SITE);
  await send({ type: "comment_deleted", comment });
  await publish();
  expect(await wrong()).toEqual([]);
});

it("a build is killed that has removed objects, and not their rows yet", async () => {
  await state.pages.put("/hot/9", "hello");
  await state.db
    .prepare(`INSERT INTO page (key, lane, named, written, due, written_at, stored)
      VALUES ('/hot/9', 'slow', 1, 1, 0, 0, '1 etag hash')`)
    .run();
  const lost = () => Promise.reject(new Error("killed"));
  const pages = new Proxy(state.pages, {
    get: (bucket, name) => {
      if (name === "delete") return (keys: string[]) => bucket.delete(keys).then(lost);
      const value = bucket[name as keyof typeof bucket];
      return typeof value === "function" ? value.bind(bucket) : value;
    },
  });
  await expect(buildSite({ ...state, pages }, SITE, now)).rejects.toThrow("killed");
  expect(await state.pages.head("/hot/9")).toBeNull();
  const row = state.db.prepare("SELECT stored FROM page WHERE key = '/hot/9'");
  expect(await row.first()).toEqual({ stored: null });
  await state.db.prepare("DELETE FROM page WHERE key = '/hot/9'").run();
});

it("a build notes what it has put, and what it has found", async () => {
  await send({ type: "post_voted", post: "a1", value: 1 });
  await state.db.prepare("UPDATE site SET compiled = ''").run();
  const { written, unchanged } = await buildSite(state, SITE, now);
  expect(written).toBeGreaterThan(0);
  expect(unchanged).toBeGreaterThan(written);
  const { results } = await state.db
    .prepare("SELECT key, written, stored FROM page")
    .all<{ key: string; written: number; stored: string | null }>();
  for (const row of results) {
    const object = await state.pages.head(row.key);
    const noted = object && `${row.written} ${object.etag} ${object.customMetadata?.hash}`;
    expect(row.stored, row.key).toBe(noted);
  }
  expect(results.filter(({ stored }) => stored !== null).length).toBeGreaterThan(10);
});

it("a build of another configuration is killed, and a server of the first one goes on", async () => {
  await killedBuild(ELSEWHERE);
  await publish();
  expect(await wrong()).toEqual([]);
});

it("rows travel back in time, and all pages are named as README says", async () => {
  const rowsOf = async (table: string) =>
    (await state.db.prepare(`SELECT * FROM ${table}`).all<Record<string, unknown>>()).results;
  const before = new Map<string, Record<string, unknown>[]>();
  for (const table of ["site", "page", "post"]) before.set(table, await rowsOf(table));
  await state.db.batch([
    state.db.prepare("UPDATE site SET commit_number = commit_number + 5"),
    state.db.prepare("UPDATE post SET data = json_set(data, '$.title', 'what must go')"),
    state.db.prepare("UPDATE page SET named = written + 5, due = 0"),
  ]);
  await publish();
  for (const [table, rows] of before) {
    for (const row of rows) {
      const [id = "", ...others] = Object.keys(row);
      const set = others.map((column, index) => `${column} = ?${index + 2}`).join(", ");
      const values = [row[id], ...others.map((column) => row[column])];
      await state.db
        .prepare(`UPDATE ${table} SET ${set} WHERE ${id} = ?1`)
        .bind(...values)
        .run();
    }
  }
  await state.db
    .prepare("UPDATE site SET commit_number = commit_number + 1000000, compiled = ''")
    .run();
  await publish();
  expect(await wrong()).toEqual([]);
});

it("objects are lost or replaced, and all pages are named", async () => {
  await state.pages.put("/", "hello");
  await state.pages.delete(THREAD);
  await state.db.prepare("UPDATE site SET compiled = ''").run();
  await publish();
  expect(await wrong()).toEqual([]);
});

it("an object is replaced, its page is found to be unchanged, and the next build writes it", async () => {
  const past = Date.now() - PAUSE_MS;
  await state.db.prepare("UPDATE page SET written_at = ?1").bind(past).run();
  await state.pages.put("/", "hello");
  await state.db.batch([
    state.db.prepare("UPDATE site SET commit_number = commit_number + 1"),
    state.db.prepare("UPDATE page SET named = written + 1, due = 0 WHERE key = '/'"),
  ]);
  await publish();
  expect((await buildSite(state, SITE, now)).written).toBe(1);
  expect(await wrong()).toEqual([]);
});
