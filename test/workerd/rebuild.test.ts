/** The property of test/rebuild.test.ts on the real D1, R2 and KV, in real workerd. */
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { PersonKey } from "../../src/model/ids.ts";
import { runSequence } from "../rebuild/sequence.ts";

beforeEach(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_CONTENT_MIGRATIONS);
});

/** Beside those that every run takes, in the long run. */
const SEQUENCES = Number(env.CAIRN_SEQUENCES || (env.CAIRN_LONG === "1" ? 300 : 0));
const FIRST_SEED = Number(env.CAIRN_SEED || 1000);
const LONG_MS = 36_000_000;

function stored() {
  return {
    db: env.DB,
    pages: env.PAGES,
    site: env.SITE,
    config: { origin: "https://cairn.example", admins: ["bob" as PersonKey] },
  };
}

describe("in workerd, publishing only the affected pages leaves what a full build would", () => {
  it.each([
    { seed: 1, steps: 30, posts: 3, faultProbability: 0 },
    { seed: 2, steps: 30, posts: 55, faultProbability: 0 },
    { seed: 3, steps: 40, posts: 4, faultProbability: 0.2 },
    { seed: 4, steps: 30, posts: 30, faultProbability: 0.05 },
  ])("seed $seed: $posts posts, $steps steps, faults $faultProbability", async (options) => {
    expect(await runSequence(stored(), options)).toEqual([]);
  });

  it.skipIf(SEQUENCES === 0)(`${SEQUENCES} random sequences`, { timeout: LONG_MS }, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES; seed++) {
      const posts = seed % 10 === 0 ? 40 : 4;
      const faultProbability = seed % 4 === 0 ? 0 : 0.15;
      await reset();
      await applyD1Migrations(env.DB, env.TEST_CONTENT_MIGRATIONS);
      const differences = await runSequence(stored(), { seed, steps: 60, posts, faultProbability });
      expect(differences, `seed ${seed}`).toEqual([]);
    }
    console.log(`seeds ${FIRST_SEED} to ${FIRST_SEED + SEQUENCES - 1}, 0 differences`);
  });
});
