/**
 * Full builds of the site, and two generators that write pages of the same content as files, all in
 * one run, because the machine's speed varies.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eachInParallel } from "../../src/consumer/each-in-parallel.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { removePages } from "../../src/pages/storage.ts";
import { openContentFile } from "../content-file.ts";
import { buildSite, chunksToRender } from "../full-build.ts";
import type { LocalState } from "../local.ts";
import { listObjects } from "../object-files.ts";
import { listPages } from "../render-site.ts";
import { openRenderThreads } from "../render-threads.ts";
import { readContent } from "./building/content.ts";
import { ELEVENTY, fetchEleventy, openEleventySite, runEleventy } from "./building/eleventy.ts";
import { hugoVersion, openHugoSite, runHugo } from "./building/hugo.ts";
import { measured, type Usage } from "./building/usage.ts";
import type { Table } from "./table.ts";

/** Interleaved; each row is its run of median duration. */
const ROUNDS = 3;
const AGAIN = "Cairn again, nothing changed";

interface Run {
  readonly what: string;
  readonly pages: number;
  readonly usage: Usage;
}

export async function benchBuilding(
  state: LocalState,
  config: Site,
  now: () => number,
): Promise<Table> {
  const run = async (what: string, work: () => Promise<number>): Promise<Run> => {
    const { result, usage } = await measured(work, now);
    return { what, pages: result, usage };
  };
  const folder = mkdtempSync(join(tmpdir(), "cairn-building-"));
  try {
    const { pages, generators } = await prepareOthers(state, config, folder);
    const build = async () => {
      await buildSite(state, config, now);
      return pages;
    };
    const runs: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      runs.push(
        await run("Cairn, up to the compressed object", async () => {
          await compress(state, config);
          return pages;
        }),
      );
      await removePages(state.pages, [...listObjects(state.objects).keys()]);
      runs.push(await run("Cairn, stored in the files of the local R2", build));
      runs.push(await run(AGAIN, build));
      for (const { name, work, clear } of generators) {
        clear();
        runs.push(await run(`${name}, as files`, work));
      }
    }
    return tableOf(mediansOf(runs));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mediansOf(runs: readonly Run[]): Run[] {
  return [...Map.groupBy(runs, ({ what }) => what).values()].map((same) => {
    const sorted = same.toSorted((a, b) => a.usage.seconds - b.usage.seconds);
    return sorted[Math.floor(sorted.length / 2)] as Run;
  });
}

function tableOf(runs: readonly Run[]): Table {
  const hugo = runs.find(({ what }) => what.startsWith("Hugo"));
  return {
    title: `Building, from D1 (medians of ${ROUNDS} interleaved rounds)`,
    columns: [
      ...["", "pages", "seconds", "pages/s", "of Hugo"],
      ...["CPU seconds", "of Hugo, by CPU", "peak memory"],
    ],
    rows: runs.map((each) => rowOf(each, hugo)),
  };
}

function rowOf({ what, pages, usage }: Run, hugo: Run | undefined): string[] {
  const { seconds, cpuSeconds } = usage;
  // Cairn's works in the bench's own process.
  const mb = what.startsWith("Cairn") ? usage.peakMb : usage.startedMb;
  const ofHugo = (rate: (run: Run) => number) =>
    // Nobody else was asked to build what is there.
    hugo && what !== AGAIN ? (rate({ what, pages, usage }) / rate(hugo)).toFixed(2) : "–";
  return [
    what,
    String(pages),
    seconds.toFixed(1),
    String(Math.round(pages / seconds)),
    ofHugo((run) => run.pages / run.usage.seconds),
    cpuSeconds.toFixed(1),
    ofHugo((run) => run.pages / run.usage.cpuSeconds),
    `${Math.round(mb)} MB`,
  ];
}

/** Everything but storing. */
async function compress({ contentFile }: LocalState, config: Site): Promise<void> {
  const threads = openRenderThreads({ contentFile, config, commit: 0, objects: null });
  const keys = await listPages(openContentFile(contentFile));
  const pages = keys.map(({ key }) => ({ key, mustPut: false }));
  await eachInParallel(
    chunksToRender(pages),
    2 * threads.count,
    async (part) => void (await threads.render(part, 0)),
  );
  await threads.stop();
}

interface Generator {
  readonly name: string;
  readonly work: () => Promise<number>;
  /** Removes what an earlier run has written. */
  readonly clear: () => void;
}

/**
 * Their content is written beforehand: what they read is not what is measured.
 * @returns also how many pages Cairn has: several are stored together
 */
async function prepareOthers(
  { contentFile }: LocalState,
  config: Site,
  folder: string,
): Promise<{ readonly pages: number; readonly generators: readonly Generator[] }> {
  const [hugo, eleventy] = [join(folder, "hugo"), join(folder, "eleventy")];
  const version = hugoVersion();
  mkdirSync(eleventy);
  const hasEleventy = await canRun(() => fetchEleventy(eleventy));
  if (version === null) console.log("Hugo: skipped, it is not installed (Debian: hugo).");
  if (!hasEleventy) console.log(`Eleventy: skipped, npx could not fetch ${ELEVENTY}.`);
  const writers = [openHugoSite(hugo), openEleventySite(eleventy)];
  let pages = 0;
  for await (const read of readContent(openContentFile(contentFile), config)) {
    pages += read.length;
    const shown = read.filter((page) => page !== null);
    for (const write of writers) write(shown);
  }
  const generators = [
    ...(version === null
      ? []
      : [generator(`Hugo ${version}`, join(hugo, "public"), () => runHugo(hugo))]),
    ...(hasEleventy
      ? [
          generator(`Eleventy ${ELEVENTY.split("@").at(-1)}`, join(eleventy, "_site"), () =>
            runEleventy(eleventy),
          ),
        ]
      : []),
  ];
  return { pages, generators };
}

/** @param output the folder that it writes */
function generator(name: string, output: string, work: () => Promise<number>): Generator {
  return { name, work, clear: () => rmSync(output, { recursive: true, force: true }) };
}

async function canRun(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}
