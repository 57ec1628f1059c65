/** `npm run bench`: measures on a copy of the state, so that the operator's own site stays as it is. */
import { scryptSync } from "node:crypto";
import { withLocalState } from "../local.ts";
import { lockState } from "../lock.ts";
import { startServer } from "../serve.ts";
import type { Settings } from "../settings.ts";
import { benchBuilding } from "./building.ts";
import { benchLargeBuild } from "./building-large.ts";
import { withCopyOf } from "./copy.ts";
import { benchFree } from "./free.ts";
import { goalsTable, NOT_MEASURED } from "./goals.ts";
import { benchIdle } from "./idle.ts";
import { benchImporting } from "./importing.ts";
import { benchLighthouse } from "./lighthouse.ts";
import { moneyTables } from "./money.ts";
import { benchReading } from "./reading.ts";
import { benchStored } from "./stored.ts";
import { type Table, tableText } from "./table.ts";
import { benchVisible } from "./visible.ts";
import { benchWire } from "./wire.ts";
import { benchWrites, type Sources } from "./writes.ts";
import { benchWriting } from "./writing.ts";

/** What a request that reads storage takes here, where wrk is missing. Milliseconds of CPU. */
const UNMEASURED_VIEW_MS = 0.05;

type Show = (table: Table) => void;
type Part = (copy: Settings, sources: Sources, show: Show) => Promise<unknown>;

/** What can be measured on its own, by the name that `npm run bench -- NAME` gives it. */
export const PARTS: Readonly<Record<string, Part>> = {
  views: benchViews,
  writes: async ({ stateDir, site }, sources, show) => {
    const { table } = await withLocalState(stateDir, (state) => benchWrites(state, site, sources));
    show(table);
  },
  building: async ({ stateDir, site }, { now }, show) =>
    show(await withLocalState(stateDir, (state) => benchBuilding(state, site, now))),
  reading: benchReads,
  load: ({ stateDir, site }, sources, show) => benchWriting(stateDir, site, sources, show),
  large: async ({ stateDir }, { now }, show) => benchLarge(stateDir, now, show),
};

/**
 * The state must be built and unused.
 * @param parts names in PARTS, each on a copy of its own; none: all of it, and what it costs
 */
export async function bench(
  settings: Settings,
  sources: Sources,
  parts: readonly string[],
): Promise<void> {
  const tables: Table[] = [];
  const show = (table: Table) => {
    tables.push(table);
    console.log(tableText(table));
  };
  if (parts.length === 0) await benchAll(settings, sources, show);
  for (const part of parts) {
    await withCopyOf(settings.stateDir, async (copy) =>
      PARTS[part]?.({ ...settings, stateDir: copy }, sources, show),
    );
  }
  const goals = goalsTable(tables);
  const rows = goals.rows.filter((row) => parts.length === 0 || !row.includes(NOT_MEASURED));
  console.log(tableText({ ...goals, rows }));
}

async function benchAll(settings: Settings, sources: Sources, show: Show): Promise<void> {
  const measured = await withCopyOf(settings.stateDir, (copy) =>
    benchCalm({ ...settings, stateDir: copy }, sources, show),
  );
  // Not on the same copy: there a clock was hours ahead.
  const busy = await withCopyOf(settings.stateDir, (copy) =>
    benchWriting(copy, settings.site, sources, show),
  );
  await benchLarge(settings.stateDir, sources.now, show);
  const free = await withCopyOf(settings.stateDir, (copy) =>
    benchFree({ ...settings, stateDir: copy }, sources),
  );
  const onFree = { ...free, measured: { ...measured, ...free.costs }, hashMs: hashCpuMs() };
  for (const table of moneyTables(measured, { ...measured, ...busy }, onFree)) show(table);
}

/** One thing at a time. */
async function benchCalm(copy: Settings, sources: Sources, show: Show) {
  await benchViews(copy, sources, show);
  const { stateDir, site } = copy;
  const { post, idle, writes } = await withLocalState(stateDir, async (state) => {
    const post = await benchStored(state);
    const idle = await benchIdle(state, site);
    const writes = await benchWrites(state, site, sources);
    show(writes.table);
    show(await benchBuilding(state, site, sources.now));
    return { post, idle, writes };
  });
  const view = { cpuMs: await benchReads(copy, sources, show), storageReads: 1 };
  return { ...writes, mixed: null, post, idle, view };
}

/** What takes long. */
async function benchLarge(stateDir: string, now: () => number, show: Show): Promise<void> {
  show(await benchLargeBuild(stateDir, now));
  show(await withCopyOf(stateDir, (copy) => benchImporting(copy, now)));
}

/** What a browser fetches, and how soon it has something new. */
async function benchViews(copy: Settings, sources: Sources, show: Show): Promise<void> {
  const lock = await lockState(copy.stateDir, "npm run bench");
  try {
    const wire = await withLocalState(copy.stateDir, benchWire);
    for (const table of wire.tables) show(table);
    const server = await startServer({ ...copy, rateLimits: "off" }, lock);
    try {
      const origin = `http://127.0.0.1:${copy.port}`;
      const seen = [{ what: "front page", path: "/" }, wire.thread];
      const lighthouse = await benchLighthouse(origin, seen);
      if (lighthouse) show(lighthouse);
      show(await benchVisible(origin, sources));
    } finally {
      await server.stop();
    }
  } finally {
    lock.release();
  }
}

/** @returns milliseconds of CPU of a request that reads storage */
async function benchReads({ stateDir, site }: Settings, _: Sources, show: Show): Promise<number> {
  const reading = await benchReading(stateDir, site);
  if (reading) show(reading.table);
  return reading?.cpuMs ?? UNMEASURED_VIEW_MS;
}

/** Of a password, at each login and registration: with the cost that src/intake/password.ts has. */
function hashCpuMs(): number {
  const before = process.cpuUsage();
  scryptSync("a password of the bench", "salt", 32, { N: 2 ** 14, r: 8, p: 5 });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
