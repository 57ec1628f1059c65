/**
 * Full builds of the site, and two generators that write pages of the same content as files, all in
 * one run, because the machine's speed varies.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eachInParallel } from "../../src/consumer/publish-stale.ts";
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
    const compressed = await run("Cairn, up to the compressed object", async () => {
      await compress(state, config);
      return pages;
    });
    await removePages(state.pages, [...listObjects(state.objects).keys()]);
    const runs = [
      compressed,
      await run("Cairn, stored in the local R2", build),
      await run("Cairn again, nothing changed", build),
    ];
    for (const { name, work } of generators) runs.push(await run(`${name}, as files`, work));
    return tableOf(runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tableOf(runs: readonly Run[]): Table {
  const hugo = runs.find(({ what }) => what.startsWith("Hugo"));
  return {
    title: "Building, from D1",
    columns: [
      ...["", "pages", "seconds", "pages/s", "of Hugo"],
      ...["CPU seconds", "of Hugo, by CPU", "peak memory"],
    ],
    rows: runs.map((each) => rowOf(each, hugo)),
  };
}

function rowOf({ what, pages, usage }: Run, hugo: Run | undefined): string[] {
  const { seconds, cpuSeconds, peakMb } = usage;
  const ofHugo = (rate: (run: Run) => number) =>
    hugo ? (rate({ what, pages, usage }) / rate(hugo)).toFixed(2) : "–";
  return [
    what,
    String(pages),
    seconds.toFixed(1),
    String(Math.round(pages / seconds)),
    ofHugo((run) => run.pages / run.usage.seconds),
    cpuSeconds.toFixed(1),
    ofHugo((run) => run.pages / run.usage.cpuSeconds),
    `${Math.round(peakMb)} MB`,
  ];
}

/** Everything but storing. */
async function compress({ contentFile }: LocalState, config: Site): Promise<void> {
  const threads = openRenderThreads({ contentFile, config, commit: 0, objects: null });
  threads.warm();
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
    ...(version === null ? [] : [{ name: `Hugo ${version}`, work: () => runHugo(hugo) }]),
    ...(hasEleventy
      ? [{ name: `Eleventy ${ELEVENTY.split("@").at(-1)}`, work: () => runEleventy(eleventy) }]
      : []),
  ];
  return { pages, generators };
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
