/** Deploys the Workers in the order in which they depend on each other. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The consumer first: it understands every event that an older intake sends. */
const WORKERS = ["consumer", "intake", "reader"] as const;

const DATABASES = [
  ["cairn-content", "consumer"],
  ["cairn-accounts", "intake"],
] as const;

/** @returns the exit code of the first step that fails, or 0 */
export function deploy(isDryRun: boolean): number {
  const migrations = DATABASES.map(([database, env]) => [
    "d1",
    "migrations",
    "apply",
    database,
    "--remote",
    "--env",
    env,
  ]);
  const workers = WORKERS.map((env) => ["deploy", "--env", env]);
  const steps = isDryRun
    ? workers.map((step) => [...step, "--dry-run"])
    : [...migrations, ...workers];
  for (const step of steps) {
    console.log(`wrangler ${step.join(" ")}`);
    const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
    const { status } = spawnSync(process.execPath, [wrangler, ...step], { stdio: "inherit" });
    if (status !== 0) return status ?? 1;
  }
  return 0;
}
