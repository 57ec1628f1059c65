/** `npm run bench`: measures on a copy of the state, so that the operator's own site stays as it is. */
import { scryptSync } from "node:crypto";
import { openLocalState, withLocalState } from "../local.ts";
import { lockState } from "../lock.ts";
import { startServer } from "../serve.ts";
import type { Settings } from "../settings.ts";
import { benchBuilding } from "./building.ts";
import { benchLargeBuild } from "./building-large.ts";
import { withCopyOf } from "./copy.ts";
import { benchFree } from "./free.ts";
import { goalsTable } from "./goals.ts";
import { benchIdle } from "./idle.ts";
import { benchLighthouse } from "./lighthouse.ts";
import { moneyTables } from "./money.ts";
import { benchReading } from "./reading.ts";
import { benchStored } from "./stored.ts";
import { type Table, tableText } from "./table.ts";
import { benchVisible } from "./visible.ts";
import { benchWire } from "./wire.ts";
import { benchWrites, type Sources } from "./writes.ts";
import { type BusyCosts, benchWriting } from "./writing.ts";

/** What a request that reads storage takes here, where wrk is missing. Milliseconds of CPU. */
const UNMEASURED_VIEW_MS = 0.05;

type Show = (table: Table) => void;

/** The state must be built and unused. */
export async function bench(settings: Settings, sources: Sources): Promise<void> {
  const tables: Table[] = [];
  const show = (table: Table) => {
    tables.push(table);
    console.log(tableText(table));
  };
  const measured = await withCopyOf(settings.stateDir, (copy) =>
    benchCalm({ ...settings, stateDir: copy }, sources, show),
  );
  // Not on the same copy: there a clock was hours ahead.
  const busy = await withCopyOf(settings.stateDir, (copy) =>
    benchBusy({ ...settings, stateDir: copy }, sources, show),
  );
  show(await benchLargeBuild(settings.stateDir, sources.now));
  const free = await withCopyOf(settings.stateDir, (copy) =>
    benchFree({ ...settings, stateDir: copy }, sources),
  );
  const onFree = { ...free, measured: { ...measured, ...free.costs }, hashMs: hashCpuMs() };
  for (const table of moneyTables(measured, { ...measured, ...busy }, onFree)) show(table);
  console.log(tableText(goalsTable(tables)));
}

/** One thing at a time. */
async function benchCalm(settings: Settings, sources: Sources, show: Show) {
  const { stateDir } = settings;
  const lock = await lockState(stateDir, "npm run bench");
  try {
    const wire = await withLocalState(stateDir, benchWire);
    for (const table of wire.tables) show(table);
    const server = await startServer({ ...settings, rateLimits: "off" }, lock);
    try {
      const origin = `http://127.0.0.1:${settings.port}`;
      const seen = [{ what: "front page", path: "/" }, wire.thread];
      const lighthouse = await benchLighthouse(origin, seen);
      if (lighthouse) show(lighthouse);
      show(await benchVisible(origin, sources));
    } finally {
      await server.stop();
    }
    const state = await openLocalState(stateDir);
    const post = await benchStored(state);
    const idle = await benchIdle(state, settings.site);
    const writes = await benchWrites(state, settings.site, sources);
    show(writes.table);
    show(await benchBuilding(state, settings.site, sources.now));
    const reading = await benchReading(stateDir, state, settings.site);
    if (reading) show(reading.table);
    else await state.dispose();
    const view = { cpuMs: reading?.cpuMs ?? UNMEASURED_VIEW_MS, storageReads: 1 };
    return { ...writes, mixed: null, post, idle, view };
  } finally {
    lock.release();
  }
}

async function benchBusy(
  { stateDir, site }: Settings,
  sources: Sources,
  show: Show,
): Promise<BusyCosts> {
  return benchWriting(stateDir, site, sources, show);
}

/** Of a password, at each login and registration: with the cost that src/intake/password.ts has. */
function hashCpuMs(): number {
  const before = process.cpuUsage();
  scryptSync("a password of the bench", "salt", 32, { N: 2 ** 14, r: 8, p: 5 });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
