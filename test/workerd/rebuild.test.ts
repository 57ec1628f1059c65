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

describe("in workerd, publishing only the affected pages leaves what a full build would", () => {
  it.each([
    { seed: 1, steps: 30, posts: 3, faultProbability: 0 },
    { seed: 2, steps: 30, posts: 55, faultProbability: 0 },
    { seed: 3, steps: 40, posts: 4, faultProbability: 0.2 },
    { seed: 4, steps: 30, posts: 30, faultProbability: 0.05 },
  ])("seed $seed: $posts posts, $steps steps, faults $faultProbability", async (options) => {
    const stored = {
      db: env.DB,
      pages: env.PAGES,
      site: env.SITE,
      config: { origin: "https://cairn.example", admins: ["bob" as PersonKey] },
    };
    expect(await runSequence(stored, options)).toEqual([]);
  });
});
