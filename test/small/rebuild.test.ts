/** The property of test/rebuild.test.ts where limits are small, and crowds come. */
import { describe, expect, it } from "vitest";
import { FREE } from "../../src/consumer/limits.ts";
import type { Pace } from "../../src/store/page-rows.ts";
import { FileOperator } from "../rebuild/operator.ts";
import { runSeeds, SEEDS, TIMEOUT_MS } from "../rebuild/run-seeds.ts";
import { readShrunk, SMALL } from "./limits.ts";

/** Votes wait for others, as in production. */
const PATIENT: Pace = {
  fast: 10_000,
  side: 60_000,
  slow: 300_000,
  private: 600_000,
  patience: 30_000,
  tally: 600_000,
};
/** A crowd does as much as a dozen steps. */
const FEW = SEEDS / 2;
const CROWDS = { steps: 30, isCrowded: true } as const;

describe("where limits are small, publishing only the affected pages leaves what a full build would", () => {
  it.each([
    ["threads in many pieces", { steps: 80, posts: 2, faultProbability: 0 }],
    ["crowds, no faults", { ...CROWDS, posts: 8, faultProbability: 0, pace: PATIENT }],
    ["crowds, faults", { ...CROWDS, posts: 4, faultProbability: 0.1, pace: PATIENT }],
    [
      "crowds, moderators who leave, outages, on the free plan",
      {
        ...{ ...CROWDS, posts: 4, faultProbability: 0.03 },
        ...{ isModerated: true, hasOutages: true, limits: FREE },
      },
    ],
  ])("%s", { timeout: TIMEOUT_MS }, (name, options) => runSeeds(name, options, FEW));

  it("imports that are killed, deploys and backups between", {
    timeout: TIMEOUT_MS,
  }, async ({ task }) => {
    const operator = await FileOperator.open();
    const options = { ...CROWDS, posts: 4, faultProbability: 0.03, pace: PATIENT, operator };
    await runSeeds(task.name, options, FEW).finally(() => operator.close());
  });
});

it.each(Object.keys(SMALL))("what is smaller is in %s", (file) => {
  expect(() => readShrunk(file)).not.toThrow();
});
