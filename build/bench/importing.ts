/** `npm run import` of the site's own posts into an empty state, in a process of its own. */
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Post } from "../../src/model/entities.ts";
import { openReads } from "../../src/store/reads.ts";
import { withLocalState } from "../local.ts";
import { runTool } from "./building/run-tool.ts";
import { measured } from "./building/usage.ts";
import type { Table } from "./table.ts";

/** All posts once, and so often. */
const TIMES = [1, 10];
const MOST_POSTS = 200_000;

/** @param stateDir a site */
export async function benchImporting(stateDir: string, now: () => number): Promise<Table> {
  const posts = await withLocalState(stateDir, async ({ db }) => {
    const slice = { ranking: "hot", scope: null, from: 0, count: MOST_POSTS } as const;
    return (await openReads(db).rankedSlices([slice]))[0] ?? [];
  });
  const rows: string[][] = [];
  for (const times of TIMES) {
    const { seconds, cpuSeconds, startedMb } = await importOnce(posts, times, now);
    const links = posts.length * times;
    rows.push([
      String(links),
      seconds.toFixed(1),
      String(Math.round(links / seconds)),
      cpuSeconds.toFixed(1),
      `${Math.round(startedMb)} MB`,
    ]);
  }
  return {
    title: "Importing",
    columns: ["links", "seconds", "links/s", "CPU seconds", "peak memory"],
    rows,
  };
}

async function importOnce(posts: readonly Post[], times: number, now: () => number) {
  const folder = mkdtempSync(join(tmpdir(), "cairn-bench-"));
  try {
    const file = join(folder, "links.ndjson");
    await pipeline(Readable.from(linesOf(posts, times)), createWriteStream(file));
    const state = `CAIRN_STATE=${join(folder, "state")}`;
    const work = () => runTool("env", [state, "npm", "run", "import", "--", file], ".");
    return (await measured(work, now)).usage;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reddit's fields, one post a line; each time they are other posts of other links. */
function* linesOf(posts: readonly Post[], times: number): Iterable<string> {
  for (let time = 0; time < times; time++) {
    for (const { id, community, author, title, url, text, createdAt, ups, downs } of posts) {
      const own = url === null ? { is_self: true, selftext: text } : { url: `${url}?time=${time}` };
      const names = { id: `${id}${time.toString(36)}`, subreddit: community, author, title };
      const numbers = { created_utc: createdAt, ups, downs, score: ups - downs };
      yield `${JSON.stringify({ ...names, ...numbers, ...own })}\n`;
    }
  }
}
