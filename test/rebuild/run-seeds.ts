/** Runs as many random sequences as it is told, each on a site of its own, in memory. */
import { expect } from "vitest";
import type { PersonKey } from "../../src/model/ids.ts";
import { IS_LONG } from "../faults/long.ts";
import { openMemoryD1 } from "../memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "../memory/storage.ts";
import { runSequence, type SequenceOptions } from "./sequence.ts";
import type { StoredSite } from "./site-check.ts";

/** As many as fit into some seconds, or 10,000; CAIRN_SEED and CAIRN_SEQUENCES run others. */
const FIRST_SEED = Number(process.env.CAIRN_SEED ?? 1);
const SEQUENCES = Number(process.env.CAIRN_SEQUENCES ?? (IS_LONG ? 10_000 : 40));
/** Of each kind. */
export const SEEDS = SEQUENCES / 4;
export const TIMEOUT_MS = IS_LONG ? 36_000_000 : 240_000;

export function openSite(): StoredSite {
  return {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://localhost:8787", admins: ["bob" as PersonKey] },
  };
}

export async function runSeeds(
  name: string,
  options: Omit<SequenceOptions, "seed">,
  seeds = SEEDS,
): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
    const differences = await runSequence(openSite(), { ...options, seed });
    expect(differences, `seed ${seed}`).toEqual([]);
  }
  const last = FIRST_SEED + Math.ceil(seeds) - 1;
  process.stdout.write(`${name}: seeds ${FIRST_SEED} to ${last}, 0 differences\n`);
}
