/**
 * Three projects: Node for pure rules and whole-site checks, the same with small limits, and real
 * workerd for everything bound.
 */
import { join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { smallLimits } from "./small/limits.ts";

const root = join(import.meta.dirname, "..");
/** Milliseconds, of what hangs: servers start, and machines are slow and busy. */
const TIMEOUTS = { testTimeout: 120_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    root,
    // What tests provoke on purpose is logged; it is shown where a test fails.
    silent: "passed-only",
    // Files that start servers mostly wait: more of them than cores are no slower each.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "node",
          root,
          include: ["test/*.test.ts"],
          ...TIMEOUTS,
        },
      },
      {
        plugins: [smallLimits()],
        test: {
          name: "small",
          root,
          include: ["test/small/*.test.ts"],
          ...TIMEOUTS,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: `${root}/wrangler.toml`, environment: "dev" },
            miniflare: {
              // The plugin names its Worker itself, so the dev Worker's binding to its own
              // intake finds nobody: forms are sent to the intake directly.
              serviceBindings: { INTAKE: async () => new Response("not in this test") },
              bindings: {
                CAIRN_LONG: process.env.CAIRN_LONG ?? "",
                CAIRN_SEED: process.env.CAIRN_SEED ?? "",
                CAIRN_SEQUENCES: process.env.CAIRN_SEQUENCES ?? "",
                SESSION_SECRET: "a secret of the tests, long enough",
                TEST_CONTENT_MIGRATIONS: await readD1Migrations(`${root}/migrations/content`),
                TEST_ACCOUNTS_MIGRATIONS: await readD1Migrations(`${root}/migrations/accounts`),
                TEST_JOURNAL_MIGRATIONS: await readD1Migrations(`${root}/migrations/journal`),
              },
            },
          })),
        ],
        test: {
          name: "workerd",
          root,
          include: ["test/workerd/**/*.test.ts"],
          setupFiles: ["test/workerd/migrate.ts"],
          ...TIMEOUTS,
        },
      },
    ],
  },
});
