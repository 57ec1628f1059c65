/** `npm run bench`: measures on a copy of the state, so that the operator's own site stays as it is. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalState } from "../local.ts";
import { lockState } from "../lock.ts";
import { startServer } from "../serve.ts";
import type { Settings } from "../settings.ts";
import { benchBuilding } from "./building.ts";
import { benchReading } from "./reading.ts";
import { tableText } from "./table.ts";
import { benchVisible } from "./visible.ts";
import { benchWire } from "./wire.ts";
import { benchWrites, type Sources } from "./writes.ts";

/** The state must be built and unused. */
export async function bench(settings: Settings, sources: Sources): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), "cairn-bench-"));
  cpSync(join(settings.stateDir, "v3"), join(stateDir, "v3"), { recursive: true });
  const lock = await lockState(stateDir, "npm run bench");
  try {
    const server = await startServer({ ...settings, stateDir, rateLimits: "off" }, lock);
    try {
      console.log(tableText(await benchVisible(`http://127.0.0.1:${settings.port}`, sources)));
    } finally {
      await server.stop();
    }
    const state = await openLocalState(stateDir);
    console.log(tableText(await benchWire(state)));
    console.log(tableText(await benchWrites(state, settings.site, sources)));
    console.log(tableText(await benchBuilding(state, settings.site, sources.now)));
    const reading = await benchReading(stateDir, state);
    if (reading) console.log(tableText(reading));
    else await state.dispose();
  } finally {
    lock.release();
    rmSync(stateDir, { recursive: true });
  }
}
