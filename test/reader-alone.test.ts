/**
 * The stored pages are the site: a killed build goes on where it was, and what it leaves the reader
 * serves alone, with no consumer, no intake and no database.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalState, openLocalState } from "../build/local.ts";
import { eachInParallel } from "../src/consumer/each-in-parallel.ts";
import type { PostId } from "../src/model/ids.ts";
import { isDeployKey } from "../src/pages/key.ts";
import { type PageHead, readDeployPage, readPage } from "../src/pages/storage.ts";
import { type Part, pathOf } from "../src/pages/together.ts";
import type { PostDeleted } from "../src/queue/post-events.ts";
import { aSubmission } from "./makers.ts";
import {
  aHome,
  type Home,
  importLinks,
  mustRun,
  type Server,
  startCairn,
  startReaderAlone,
} from "./site/cairn.ts";
import { until } from "./site/until.ts";
import { aVisitor, type Visitor } from "./site/visitor.ts";
import { consumeEvents } from "./whole-steps.ts";

/** One more than 16 pages of a ranked listing hold. */
const LINKS = 401;
/** Objects after which a build has begun and is far from its end, at about 30 %; some may be half-written. */
const PART = 150;
const BUILD_MS = 30_000;
const PARALLEL_READS = 16;

let home: Home;
let reader: Server | undefined;

beforeAll(async () => {
  home = await aHome();
  await importLinks(home, csvOfLinks());
});

afterAll(async () => {
  await reader?.program.kill();
  await home.remove();
});

const COMMUNITY = "reddit.com";
const AUTHOR = "mason";

function csvOfLinks(): string {
  const rows = Array.from({ length: LINKS }, (_, index) => {
    const seconds = 1_300_000_000 + index;
    return [`link${index}`, `Link ${index}`, COMMUNITY, seconds, AUTHOR, urlOf(index)].join(",");
  });
  return `${["id,title,subreddit,created_utc,author,url", ...rows].join("\n")}\n`;
}

function urlOf(index: number): string {
  return `https://links.example/${index}`;
}

test("a build that was killed goes on where it was", async () => {
  const build = startCairn(home, ["build"]);
  try {
    await until("a part of the pages", async () => (await countObjects()) >= PART, BUILD_MS);
    build.crash();
    expect(await lockOf(home)).toMatchObject({ simulator: expect.any(Number) });
    const output = await mustRun(home, "build");
    // What the killed one had started is gone with it, and its end is heard of only then.
    expect(await build.ended).toBeNull();
    expectRest(output);
  } finally {
    await build.kill();
  }
  expect(await mustRun(home, "audit")).toMatch(CLEAN);
});

const CLEAN = /^\d+ pages compared, 0 differ, 0 missing, 0 extra$/m;

async function lockOf({ stateDir }: Home): Promise<unknown> {
  return JSON.parse(await readFile(join(stateDir, "cairn.lock"), "utf8"));
}

function expectRest(output: string): void {
  const [, pages, written, unchanged] =
    /^(\d+) pages, (\d+) written, (\d+) unchanged/m.exec(output)?.map(Number) ?? [];
  expect(pages).toBeGreaterThan(LINKS);
  expect(unchanged).toBeGreaterThanOrEqual(PART / 2);
  expect(written).toBe(Number(pages) - Number(unchanged));
  expect(written).toBeGreaterThan(0);
}

/** Each object of the local R2 is a file. */
async function countObjects(): Promise<number> {
  const folder = join(home.stateDir, "v3", "r2", "cairn-pages", "blobs");
  return (await readdir(folder).catch(() => [])).length;
}

test("a link taken down and a link sent twice leave pages of every kind, and a clean audit", async () => {
  await withState(async ({ db }) => {
    const gone: PostDeleted = { ...aMoment(), type: "post_deleted", post: "link7" as PostId };
    const again = aSubmission({ community: COMMUNITY, url: urlOf(3) });
    const outcomes = await consumeEvents(db, [gone, again], Date.now(), {
      fast: 0,
      slow: 0,
      private: 0,
    });
    expect(outcomes).toEqual(["applied", "refused"]);
  });
  expect(await mustRun(home, "audit")).toMatch(CLEAN);
});

async function withState<Result>(work: (state: LocalState) => Promise<Result>): Promise<Result> {
  const state = await openLocalState(home.stateDir);
  try {
    return await work(state);
  } finally {
    await state.dispose();
  }
}

/** What the events of makers.ts have in common; only their author may take a post down. */
function aMoment() {
  const { version, id, at } = aSubmission();
  return { version, id, at, by: AUTHOR };
}

/** What every page of the page table is, by its key. */
async function storedHeads({
  db,
  site,
  pages,
}: LocalState): Promise<ReadonlyMap<string, PageHead>> {
  const { results } = await db.prepare("SELECT key FROM page").all<{ key: string }>();
  const found = new Map<string, PageHead>();
  await eachInParallel(results, PARALLEL_READS, async ({ key }) => {
    const page = isDeployKey(key) ? await readDeployPage(site, key) : await readPage(pages, key);
    if (!page) throw new Error(`${key} is not stored`);
    found.set(key, page.head);
  });
  return found;
}

test("the reader alone answers every page, as what it is", async () => {
  const heads = await withState(storedHeads);
  reader = await startReaderAlone(home);
  const visitor = aVisitor(reader.origin);
  const seen = new Map<number, number>();
  // No path leads to what is private.
  const open = [...heads].filter(([key]) => !key.startsWith("~"));
  await eachInParallel(open, PARALLEL_READS, async ([key, head]) => {
    await expectAnswer(visitor, key, head);
    seen.set(head.status, (seen.get(head.status) ?? 0) + 1);
  });
  const parts = open.flatMap(([key, { representations }]) =>
    [...new Set(representations.map(({ part }) => part))].flatMap((part) =>
      part === undefined ? [] : [pathOf({ key, part: part as Part })],
    ),
  );
  expect(parts).toContain(`/user/${AUTHOR}/submitted`);
  for (const path of parts) expect([path, (await visitor.get(path)).status]).toEqual([path, 200]);
  expect(seen.get(200)).toBeGreaterThan(LINKS);
  // The deleted post; the link that was sent again, and its other discussions; the blocks that are
  // not full yet.
  expect([seen.get(410), seen.get(301), seen.get(302)]).toEqual([1, 2, 7]);
  // That is /404 itself. What lost its last page is in an object that has others still.
  expect(seen.get(404)).toBe(1);
  for (const listing of ["/hot", "/top/all", "/r/reddit.com/hot", "/domain/links.example/hot"]) {
    const statuses = [16, 17].map(async (page) => (await visitor.get(`${listing}/${page}`)).status);
    expect([listing, ...(await Promise.all(statuses))]).toEqual([listing, 200, 404]);
  }
  expect((await visitor.get("/assets/2/site.css")).status).toBe(200);
});

/** A thread's key is not its address; asked for by that, every page is what was stored. */
async function expectAnswer(visitor: Visitor, key: string, head: PageHead): Promise<void> {
  if (key.startsWith("~")) return expectPrivate(visitor, key);
  const answer = await visitor.get(head.path ?? key);
  const expected = [key, head.status, head.location ?? undefined];
  expect([key, answer.status, answer.location]).toEqual(expected);
  expect(answer.text === "", key).toBe(head.location !== null);
}

/** No path leads to a private page, and its own address only with a session. */
async function expectPrivate(visitor: Visitor, key: string): Promise<void> {
  const asked = await visitor.get(`/${key}`);
  const own = await visitor.get(key.replace(/^~[^/]*/, "/me"));
  expect([key, asked.status, own.status, own.location]).toEqual([key, 404, 303, "/login"]);
}
