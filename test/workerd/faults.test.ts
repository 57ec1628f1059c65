/** Everything that can go wrong, in real workerd over the real D1, R2 and KV. */
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe } from "vitest";
import { describeFaults } from "../faults/scenarios.ts";

const IS_LONG = env.CAIRN_LONG === "1";

async function openSite() {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_CONTENT_MIGRATIONS);
  return {
    db: env.DB,
    pages: env.PAGES,
    site: env.SITE,
    config: { origin: "https://cairn.example", admins: [] },
  };
}

describe("in workerd, with faults on command", () => {
  describeFaults(openSite, IS_LONG ? 7 : 97, IS_LONG ? 20 : 2);
});
