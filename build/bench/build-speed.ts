/** A full build into an empty store, and a second one that finds everything written. */
import { eachInParallel } from "../../src/consumer/publish-stale.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { removePage } from "../../src/pages/storage.ts";
import { buildSite } from "../full-build.ts";
import type { LocalState } from "../local.ts";
import type { Table } from "./table.ts";

const PARALLEL_REMOVALS = 32;

export async function benchBuild(
  state: LocalState,
  config: Site,
  now: () => number,
): Promise<Table> {
  const stored = [...(await state.listStored()).keys()];
  await eachInParallel(stored, PARALLEL_REMOVALS, (key) => removePage(state.pages, key));
  const first = await timed(() => buildSite(state, config, now), now);
  const second = await timed(() => buildSite(state, config, now), now);
  const rows = [first, second].map(({ result, seconds }, index) => [
    index === 0 ? "everything" : "again, nothing changed",
    String(result.pages),
    String(result.written),
    `${seconds.toFixed(1)} s`,
    `${Math.round(result.pages / seconds)}`,
  ]);
  return {
    title: "Full build",
    columns: ["", "pages", "written", "time", "pages/s"],
    rows,
  };
}

async function timed<Result>(work: () => Promise<Result>, now: () => number) {
  const began = now();
  const result = await work();
  return { result, seconds: (now() - began) / 1000 };
}
