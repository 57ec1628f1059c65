/**
 * The first promise: after any sequence of events, in any order, with duplicates, faults and crashes,
 * once nothing is stale, the stored site is byte for byte what a full build writes. And the second:
 * what is gone is on none of its pages. Never skipped.
 */
import { describe, expect, it } from "vitest";
import { FREE } from "../src/consumer/limits.ts";
import type { PersonKey } from "../src/model/ids.ts";
import { IS_LONG } from "./faults/long.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { FileOperator } from "./rebuild/operator.ts";
import { runSequence, type SequenceOptions } from "./rebuild/sequence.ts";

/** As many as fit into some seconds, or 10,000; CAIRN_SEED and CAIRN_SEQUENCES run others. */
const FIRST_SEED = Number(process.env.CAIRN_SEED ?? 1);
const TIMEOUT_MS = IS_LONG ? 36_000_000 : 240_000;
const SEQUENCES = Number(process.env.CAIRN_SEQUENCES ?? (IS_LONG ? 10_000 : 40));

function openSite() {
  return {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "http://localhost:8787", admins: ["bob" as PersonKey] },
  };
}

async function runSeeds(name: string, options: Omit<SequenceOptions, "seed">): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES / 4; seed++) {
    const differences = await runSequence(openSite(), { ...options, seed });
    expect(differences, `seed ${seed}`).toEqual([]);
  }
  const last = FIRST_SEED + SEQUENCES / 4 - 1;
  process.stdout.write(`${name}: seeds ${FIRST_SEED} to ${last}, 0 differences\n`);
}

describe("publishing only the affected pages leaves what a full build would", () => {
  it.each([
    ["deep threads, no faults", { steps: 120, posts: 2, faultProbability: 0 }],
    ["texts that fill a page", { steps: 50, posts: 1, faultProbability: 0, isLong: true }],
    ["several pages, no faults", { steps: 40, posts: 70, faultProbability: 0 }],
    ["few posts, many faults", { steps: 80, posts: 5, faultProbability: 0.2 }],
    ["several pages, some faults", { steps: 40, posts: 60, faultProbability: 0.05 }],
    ["moderators who leave", { steps: 120, posts: 6, faultProbability: 0.1, isModerated: true }],
    ["outages", { steps: 40, posts: 4, faultProbability: 0.05, hasOutages: true }],
    ["on the free plan", { steps: 40, posts: 30, faultProbability: 0.1, limits: FREE }],
  ])("%s", { timeout: TIMEOUT_MS }, runSeeds);

  it("imports, deploys and backups between", { timeout: TIMEOUT_MS }, async ({ task }) => {
    const operator = await FileOperator.open();
    const options = { steps: 50, posts: 12, faultProbability: 0.05, operator };
    await runSeeds(task.name, options).finally(() => operator.close());
  });

  it.each([
    [
      "a vote taken back from one's own, which goes",
      { steps: 80, posts: 5, faultProbability: 0.2 },
      100184,
    ],
    ["the same in a thread", { steps: 120, posts: 2, faultProbability: 0 }, 100453],
    [
      "a deletion that comes after its author left",
      { steps: 120, posts: 2, faultProbability: 0 },
      46,
    ],
  ])("%s: once it did not", async (_, options, seed) => {
    expect(await runSequence(openSite(), { ...options, seed })).toEqual([]);
  });
});
