/** The scripts of package.json: each a command here. The clock and the process begin here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf } from "../src/consumer/name-all.ts";
import { tick } from "../src/consumer/tick.ts";
import type { Site } from "../src/pages/page-type.ts";
import { makeStaleDue } from "../src/store/built-pages.ts";
import { isCompiledWith } from "../src/store/compiled.ts";
import { isOrderMissing } from "../src/store/windows.ts";
import { type Expected, type Given, parseArguments, refusalOf } from "./arguments.ts";
import { auditReport, auditSite } from "./audit.ts";
import { BackupError } from "./backup/backup-file.ts";
import { exportSite, UnwritableFileError } from "./backup/export-site.ts";
import { restoreSite } from "./backup/restore-site.ts";
import { shortenDump } from "./backup/shorten-dump.ts";
import { bench, PARTS } from "./bench/bench.ts";
import { DEAD_ARGUMENTS, dead } from "./dead.ts";
import { deploy, isDryRunOfNpm } from "./deploy.ts";
import { buildSite } from "./full-build.ts";
import { UnreadableFileError } from "./import/file-text.ts";
import { importFiles } from "./import/import-files.ts";
import { refusalLines, summaryText } from "./import/summary.ts";
import { untilSignalled } from "./interrupt.ts";
import { databasesOf, type LocalState, withLocalState } from "./local.ts";
import { StateInUseError, type StateLock } from "./lock.ts";
import { isBehind } from "./migrate.ts";
import { NO_PACE } from "./no-pace.ts";
import { withProgress } from "./progress.ts";
import { endSampleImport, importSample } from "./sample-import.ts";
import { demandPlace, ServerError, serve } from "./serve.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";
import { STORES } from "./simulator-files.ts";
import { SystemError, toSystemError } from "./system-errors.ts";
import { withLock, withOpenState, withState } from "./with-state.ts";

interface Command extends Expected {
  readonly run: (settings: Settings, given: Given) => Promise<number>;
}

const ONE_FILE = { least: 1, most: 1, none: "it names no file" } as const;
const FILES = { ...ONE_FILE, most: Number.POSITIVE_INFINITY } as const;

const COMMANDS: Readonly<Record<string, Command>> = {
  start: {
    usage: "npm start",
    run: (settings) => withLock(settings, "npm start", (lock) => start(settings, lock)),
  },
  dev: {
    usage: "npm run dev",
    run: (settings) => withLock(settings, "npm run dev", (lock) => serveOnly(settings, lock)),
  },
  import: {
    usage: "npm run import -- FILE…",
    words: FILES,
    run: (settings, { words }) =>
      withState(settings, "npm run import", (state) => importOwn(state, words)),
  },
  build: {
    usage: "npm run build",
    run: (settings) =>
      withState(settings, "npm run build", (state) => buildAndReport(state, settings.site)),
  },
  audit: {
    usage: "npm run audit",
    run: (settings) =>
      withState(settings, "npm run audit", (state) => auditAndReport(state, settings.site)),
  },
  dead: {
    ...DEAD_ARGUMENTS,
    run: (settings, given) => dead(settings, given, Date.now),
  },
  export: {
    usage: "npm run export -- FILE",
    words: ONE_FILE,
    run: (settings, { words: [file = ""] }) =>
      withState(settings, "npm run export", (state) => exportAndReport(state, file)),
  },
  restore: {
    usage: "npm run restore -- FILE",
    words: ONE_FILE,
    run: (settings, { words: [file = ""] }) =>
      withLock(settings, "npm run restore", (lock) =>
        untilSignalled(lock, () => restoreAndReport(settings.stateDir, file)),
      ),
  },
  shorten: {
    usage: "npm run shorten -- FILE",
    words: ONE_FILE,
    run: (_, { words: [file = ""] }) => shortenAndReport(file),
  },
  bench: {
    usage: `npm run bench [-- ${Object.keys(PARTS).join("|")} …]`,
    words: { least: 0, most: Number.POSITIVE_INFINITY, none: "", known: Object.keys(PARTS) },
    run: (settings, { words }) =>
      withLock(settings, "npm run bench", async (lock) => {
        await withOpenState(settings, lock, (state) => prepare(state, settings));
        await bench(settings, { now: Date.now, random: Math.random }, words);
        return 0;
      }),
  },
  deploy: {
    usage: "npm run deploy [-- --dry-run]",
    options: ["dry-run"],
    run: async ({ plan }, { options }) =>
      deploy(plan, options.includes("dry-run") || isDryRunOfNpm(process.env)),
  },
};

/** Prepares what is missing, then serves. */
async function start(settings: Settings, lock: StateLock): Promise<number> {
  await demandPlace(settings.port, lock.command);
  await withOpenState(settings, lock, (state) => prepare(state, settings));
  return serve(settings, lock);
}

async function serveOnly(settings: Settings, lock: StateLock): Promise<number> {
  const { stateDir } = settings;
  await demandPlace(settings.port, lock.command);
  if (!existsSync(join(stateDir, STORES))) {
    console.log(`${stateDir} is empty, so nothing will be found: npm start fills it, and serves.`);
  } else if (await untilSignalled(lock, () => withLocalState(stateDir, isBehind))) {
    throw new ServerError(
      `cannot serve ${stateDir}: it is of an earlier version. npm start brings it up to date, and serves.`,
    );
  }
  return serve(settings, lock);
}

async function prepare(state: LocalState, { stateDir, site }: Settings): Promise<number> {
  await importSample(databasesOf(state), stateDir, (files) => importAndReport(state, files));
  // Nobody publishes now: what a killed server had leased does not wait for the lease to end.
  await makeStaleDue(state.db);
  const isBuilt = await isCompiledWith(state.db, fingerprintOf(site));
  return isBuilt ? 0 : buildAndReport(state, site);
}

async function importOwn(state: LocalState, files: readonly string[]): Promise<number> {
  const code = await importAndReport(state, files);
  endSampleImport(state.stateDir);
  return code;
}

async function importAndReport(state: LocalState, files: readonly string[]): Promise<number> {
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

async function buildAndReport(state: LocalState, site: Site): Promise<number> {
  const began = performance.now();
  // After an import, the listings that the clock drives have no order yet. Otherwise cron moves them:
  // a restored site is built as it was.
  while ((await isOrderMissing(state.db)) && !(await tick(state.db, Date.now(), NO_PACE)));
  const { pages, written, unchanged } = await buildSite(state, site, Date.now);
  const seconds = secondsSince(began);
  console.log(`${pages} pages, ${written} written, ${unchanged} unchanged in ${seconds} s`);
  return 0;
}

/** Then the audit publishes nothing that is stale, and names what is right as different. */
const WRITTEN_OTHERWISE =
  "The stored pages were written by other code, before an import, or with another CAIRN_ORIGIN or " +
  "CAIRN_ADMINS, so many will differ. Run npm run build with this configuration first.";

async function auditAndReport(state: LocalState, site: Site): Promise<number> {
  if (!(await isCompiledWith(state.db, fingerprintOf(site)))) console.log(WRITTEN_OTHERWISE);
  const summary = await auditSite(state, site, Date.now);
  for (const line of auditReport(summary)) console.log(line);
  const { differ, missing, extra } = summary;
  return differ.length + missing.length + extra.length === 0 ? 0 : 1;
}

async function exportAndReport(state: LocalState, file: string): Promise<number> {
  const began = performance.now();
  const rows = await exportSite(databasesOf(state), file, new Date());
  console.log(`${rows} rows in ${file} after ${secondsSince(began)} s`);
  console.log("It holds every account's password hash: keep it secret.");
  return 0;
}

async function restoreAndReport(stateDir: string, file: string): Promise<number> {
  const began = performance.now();
  const rows = await restoreSite(stateDir, file);
  console.log(`${rows} rows from ${file} after ${secondsSince(began)} s`);
  console.log("npm run build writes the pages.");
  return 0;
}

async function shortenAndReport(file: string): Promise<number> {
  const shortened = await shortenDump(file);
  console.log(`${shortened} rows of ${file} were too long for D1, and are several statements now`);
  return 0;
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

const EXPECTED_ERRORS = [
  StateInUseError,
  ServerError,
  SettingsError,
  UnreadableFileError,
  UnwritableFileError,
  SystemError,
  BackupError,
];

function isExpected(error: unknown): error is Error {
  return EXPECTED_ERRORS.some((type) => error instanceof type);
}

async function main([name = "", ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    console.error(`no such command: ${name}; there are ${Object.keys(COMMANDS).join(", ")}`);
    return 1;
  }
  const parsed = parseArguments(args, command);
  if (parsed.type === "help") {
    console.log(command.usage);
    return 0;
  }
  if (parsed.type === "refused") {
    console.error(refusalOf(parsed.why, command.usage));
    return 1;
  }
  try {
    const settings = readSettings(process.env);
    return await command.run(settings, parsed).catch((error) => {
      throw toSystemError(error, settings.stateDir, parsed.words);
    });
  } catch (error) {
    console.error(isExpected(error) ? error.message : error);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
