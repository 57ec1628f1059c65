/**
 * The second promise on a large site: `npm run test:long` takes a copy of CAIRN_STATE, removes a
 * hundred posts, and searches every stored object for what was in them and in no other post.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildSite } from "../build/full-build.ts";
import { type LocalState, openLocalState } from "../build/local.ts";
import { lockState } from "../build/lock.ts";
import { migrate } from "../build/migrate.ts";
import { listObjects } from "../build/object-files.ts";
import { readSettings } from "../build/settings.ts";
import { deriveRows } from "../src/consumer/derive-rows.ts";
import { eachInParallel } from "../src/consumer/each-in-parallel.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { EventId, PersonKey, PostId } from "../src/model/ids.ts";
import { listDeployVersions, readDeployPage, readPage } from "../src/pages/storage.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { IS_LONG } from "./faults/long.ts";
import { anId } from "./makers.ts";
import { storedText } from "./rebuild/site-check.ts";
import { consumeEvents } from "./whole-steps.ts";

const { stateDir, site: config } = readSettings(process.env);
const isBuilt = IS_LONG && existsSync(join(stateDir, "v3"));
const LONG_MS = 3_600_000;
const REMOVED = 100;
/** Of a title or a text: shorter ones are in others' texts by chance. */
const NEEDLE_CHARS = 16;
const PARALLEL_READS = 16;
const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const MODERATOR = "root";

interface Row {
  readonly id: PostId;
  readonly author: string;
  readonly title: string;
  readonly url: string | null;
  readonly text: string | null;
}

/** Words alone: however something is escaped where it is shown, these stay. */
function wordsOf(text: string): string {
  const plain = text.replace(/&(?:amp|lt|gt|quot|#39);|\\[nrtbf"\\/]/g, " ");
  return ` ${plain
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()} `;
}

/** What may give a post away: its title (as in its address), its link, a line of its text. */
function needlesOf({ title, url, text }: Row): string[] {
  const [line = ""] = (text ?? "").match(/[A-Za-z][A-Za-z ,.]{40,}[a-z]/) ?? [];
  return [title, url ?? "", line].map(wordsOf).filter((words) => words.length > NEEDLE_CHARS);
}

/** Such as are shown a lot, and such as are not; by people who have names. */
async function choosePosts({ db }: LocalState): Promise<{ chosen: Row[]; needles: string[] }> {
  const { results } = await db
    .prepare(
      `SELECT id, author, title, url, data ->> '$.text' AS text, standing, comments FROM post
       ORDER BY comments > 0 DESC, hot DESC, id`,
    )
    .all<Row & { standing: string }>();
  const comments = await db.prepare("SELECT data ->> '$.text' AS text FROM comment").all<Row>();
  const known = results.filter(
    ({ author, title, standing }) =>
      standing === "visible" && /^[\w-]{3,20}$/.test(author) && /^[ -~]{20,}$/.test(title),
  );
  const every = Math.max(1, Math.floor(known.length / REMOVED));
  const chosen = known.filter((_, index) => index % every === 0).slice(0, REMOVED);
  const ids = new Set(chosen.map(({ id }) => id));
  const others = results
    .filter(({ id }) => !ids.has(id))
    .flatMap(({ title, url, text }) => [title, url ?? "", text ?? ""]);
  const elsewhere = wordsOf(
    [...others, ...comments.results.map(({ text }) => text ?? "")].join("\n"),
  );
  const needles = chosen.flatMap(needlesOf).filter((words) => !elsewhere.includes(words));
  return { chosen, needles: [...new Set(needles)] };
}

/** The keys of stored objects in which any of the needles is, in whatever representation. */
async function keysWith({ pages, site, objects }: LocalState, needles: readonly string[]) {
  const any = new RegExp(needles.join("|"));
  const found: string[] = [];
  const keys = [...listObjects(objects).keys()];
  await eachInParallel(keys, PARALLEL_READS, async (key) => {
    if (any.test(wordsOf(storedText(await readPage(pages, key))))) found.push(key);
  });
  for await (const [key] of listDeployVersions(site)) {
    if (any.test(wordsOf(storedText(await readDeployPage(site, key))))) found.push(key);
  }
  return { found, searched: keys.length };
}

function removals(chosen: readonly Row[], at: number): CairnEvent[] {
  return chosen.map(({ id: post, author }, index) => {
    const base = { version: 1, id: anId() as EventId, at, post } as const;
    return index % 2 === 0
      ? { ...base, type: "post_deleted", by: author }
      : { ...base, type: "post_judged", by: MODERATOR, verdict: "removed", reason: "" };
  });
}

/** Whose post moderators removed is told which one it was. */
function toldOf(chosen: readonly Row[]): string[] {
  return chosen
    .filter((_, index) => index % 2 === 1)
    .map(({ author }) => `~${author.toLowerCase()}/inbox`);
}

async function remove(state: LocalState, chosen: readonly Row[], begin: number) {
  let now = begin;
  const admins = [MODERATOR as PersonKey];
  const outcomes = await consumeEvents(state.db, removals(chosen, now), now, PACE, { admins });
  let token = 0;
  let written = 0;
  const deps = { ...state, config, pace: PACE, now: () => now, token: () => `gone-${token++}` };
  // What is urgent is due at once; what one invocation leaves over is the next one's.
  for (let isMore = true; isMore; now += 2000) {
    const counts = await publishStale(deps);
    written += counts.written;
    isMore = counts.written + counts.unchanged > 0;
  }
  return { outcomes, written };
}

test.skipIf(!isBuilt)(
  "after removing a hundred posts, no object has any of them",
  async () => {
    const copy = mkdtempSync(join(tmpdir(), "cairn-gone-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    const lock = await lockState(stateDir, "npm run test:long");
    cpSync(join(stateDir, "v3"), join(copy, "v3"), { recursive: true });
    lock.release();
    const state = await openLocalState(copy);
    try {
      await migrate(state);
      while (!(await deriveRows(state.db)));
      await buildSite(state, config, Date.now);
      const { chosen, needles } = await choosePosts(state);
      const before = await keysWith(state, needles);
      const began = performance.now();
      const { outcomes, written } = await remove(state, chosen, Date.now());
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const after = await keysWith(state, needles);
      process.stdout.write(
        `${chosen.length} posts removed in ${seconds} s, ${written} objects written; of ` +
          `${after.searched} objects ${before.found.length} had any of ${needles.length} titles, ` +
          `links and lines before, ${after.found.length} after\n`,
      );
      expect(new Set(outcomes)).toEqual(new Set(["applied"]));
      expect(before.found.length).toBeGreaterThan(chosen.length);
      const told = toldOf(chosen);
      expect(after.found.filter((key) => !told.includes(key))).toEqual([]);
    } finally {
      await state.dispose();
    }
  },
  LONG_MS,
);
