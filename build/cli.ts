/** The scripts of package.json: each a command here. The clock and the process begin here. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf } from "../src/consumer/name-all.ts";
import { areListingsComplete, renumberListings } from "../src/store/bulk.ts";
import { isCompiledWith } from "../src/store/compiled.ts";
import { listDeadLetters } from "../src/store/dead-letters.ts";
import { makeStaleDue } from "../src/store/page-rows.ts";
import { hasPosts } from "../src/store/reads.ts";
import { auditReport, auditSite } from "./audit.ts";
import { bench } from "./bench/bench.ts";
import { deploy } from "./deploy.ts";
import { buildSite } from "./full-build.ts";
import { UnreadableFileError } from "./import/file-text.ts";
import { importFiles } from "./import/import-files.ts";
import { refusalLines, summaryText } from "./import/summary.ts";
import { type LocalState, openLocalState } from "./local.ts";
import { lockState, StateInUseError, type StateLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import { withProgress } from "./progress.ts";
import { serve } from "./serve.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";

/** Two thousand links, and twenty-one threads with their comments. */
const SAMPLE = [
  "build/sample/links.csv.gz",
  "build/sample/threads-links.ndjson.gz",
  "build/sample/threads-comments.ndjson.gz",
];

const COMMANDS: Readonly<Record<string, (settings: Settings, args: string[]) => Promise<number>>> =
  {
    start: (settings) => withLock(settings, "npm start", (lock) => start(settings, lock)),
    dev: (settings) => withLock(settings, "npm run dev", (lock) => serve(settings, lock)),
    import: (settings, files) =>
      withState(settings, "npm run import", (state) => importAndReport(state, files)),
    build: (settings) =>
      withState(settings, "npm run build", (state) => buildAndReport(state, settings.origin)),
    audit: (settings) =>
      withState(settings, "npm run audit", (state) => auditAndReport(state, settings.origin)),
    dead: (settings, args) =>
      withState(settings, "npm run dead", (state) => reportDeadLetters(state, args)),
    bench: (settings) =>
      withLock(settings, "npm run bench", async (lock) => {
        await withOpenState(settings, lock, (state) => prepare(state, settings));
        await bench(settings, { now: Date.now, random: Math.random });
        return 0;
      }),
    deploy: async (_, args) => deploy(args.includes("--dry-run")),
  };

async function withLock(
  settings: Settings,
  command: string,
  work: (lock: StateLock) => Promise<number>,
): Promise<number> {
  const lock = await lockState(settings.stateDir, command);
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

function withState(
  settings: Settings,
  command: string,
  work: (state: LocalState) => Promise<number>,
): Promise<number> {
  return withLock(settings, command, (lock) => withOpenState(settings, lock, work));
}

async function withOpenState(
  { stateDir }: Settings,
  lock: StateLock,
  work: (state: LocalState) => Promise<number>,
): Promise<number> {
  const state = await openLocalState(stateDir);
  lock.addSimulator();
  try {
    await migrate(state);
    return await work(state);
  } finally {
    await state.dispose();
  }
}

/** Prepares what is missing, then serves. */
async function start(settings: Settings, lock: StateLock): Promise<number> {
  await withOpenState(settings, lock, (state) => prepare(state, settings));
  return serve(settings, lock);
}

async function prepare(state: LocalState, { stateDir, origin }: Settings): Promise<number> {
  await importSample(state, stateDir);
  if (!(await areListingsComplete(state.db))) await renumberListings(state.db);
  // Nobody publishes now: what a killed server had leased does not wait for the lease to end.
  await makeStaleDue(state.db);
  const isBuilt = await isCompiledWith(state.db, fingerprintOf(origin));
  return isBuilt ? 0 : buildAndReport(state, origin);
}

/** An empty site gets the bundled sample; the marker tells an import that was interrupted. */
async function importSample(state: LocalState, stateDir: string): Promise<void> {
  const marker = join(stateDir, "sample-import-running");
  if ((await hasPosts(state.db)) && !existsSync(marker)) return;
  writeFileSync(marker, "");
  await importAndReport(state, SAMPLE);
  rmSync(marker);
}

async function importAndReport(state: LocalState, files: readonly string[]): Promise<number> {
  if (files.length === 0) {
    console.error("npm run import -- FILE…: names no file");
    return 1;
  }
  const summary = await withProgress("import", 100, (progress) => {
    let percent = 0;
    return importFiles(state, files, ({ bytesRead, bytesTotal }) => {
      const reached = Math.floor((bytesRead / Math.max(bytesTotal, 1)) * 100);
      progress.advance(reached - percent);
      percent = reached;
    });
  });
  for (const line of refusalLines(summary)) console.log(line);
  console.log(summaryText(summary));
  return summary.refusedByKind.has("unusable file") ? 1 : 0;
}

async function buildAndReport(state: LocalState, origin: string): Promise<number> {
  const began = performance.now();
  const { pages, written, unchanged } = await buildSite(state, origin, Date.now);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${pages} pages, ${written} written, ${unchanged} unchanged in ${seconds} s`);
  return 0;
}

async function auditAndReport(state: LocalState, origin: string): Promise<number> {
  const summary = await auditSite(state, origin, Date.now);
  for (const line of auditReport(summary)) console.log(line);
  const { differ, missing, extra } = summary;
  return differ.length + missing.length + extra.length === 0 ? 0 : 1;
}

async function reportDeadLetters(state: LocalState, [action]: readonly string[]): Promise<number> {
  if (action !== "list") {
    console.error("npm run dead -- list: no other action yet");
    return 1;
  }
  const letters = await listDeadLetters(state.db);
  for (const { id, at, why, body } of letters) {
    console.log(`${id}  ${new Date(at).toISOString()}  ${why}  ${body}`);
  }
  console.log(`${letters.length} dead letters`);
  return 0;
}

const EXPECTED_ERRORS = [StateInUseError, SettingsError, UnreadableFileError];

function isExpected(error: unknown): error is Error {
  return EXPECTED_ERRORS.some((type) => error instanceof type);
}

async function main([name = "", ...args]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command) {
    console.error(`no such command: ${name}; there are ${Object.keys(COMMANDS).join(", ")}`);
    return 1;
  }
  try {
    return await command(readSettings(process.env), args);
  } catch (error) {
    console.error(isExpected(error) ? error.message : error);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
