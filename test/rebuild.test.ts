/**
 * The first promise: after any sequence of events, in any order, with duplicates, faults and crashes,
 * once nothing is stale, the stored site is byte for byte what a full build writes. And the second:
 * what is gone is on none of its pages. Never skipped.
 */
import { describe, expect, it } from "vitest";
import { FREE } from "../src/consumer/limits.ts";
import { FileOperator } from "./rebuild/operator.ts";
import { openSite, runSeeds, TIMEOUT_MS } from "./rebuild/run-seeds.ts";
import { runSequence } from "./rebuild/sequence.ts";

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
  ])("%s", { timeout: TIMEOUT_MS }, (name, options) => runSeeds(name, options));

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
