/** Deploys the Workers in the order in which they depend on each other. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { PLANS, type Plan } from "./settings.ts";

/** The consumer first: it understands every event that an older intake sends. */
const WORKERS = ["consumer", "intake", "reader"] as const;
/** A binding to a Worker that does not exist is refused: the consumer calls the reader, that the intake. */
export const WORKERS_AT_FIRST = ["intake", "reader", "consumer"] as const;

const DATABASES = [
  ["cairn-content", "consumer"],
  ["cairn-accounts", "intake"],
] as const;

/** Those that work differently on the free plan. */
const PLANNED: readonly string[] = ["consumer", "intake"];

/** What a first deploy must have replaced in wrangler.toml; the README says where it comes from. */
const PLACEHOLDERS = [
  'database_id = "cairn-content"',
  'database_id = "cairn-accounts"',
  'id = "cairn-site"',
  'ORIGIN = "http://localhost:8787", FAST_LANE_SECONDS = "10"',
] as const;

/**
 * @param plan null: as wrangler.toml says
 * @returns the exit code of the first step that fails, or 0
 */
export function deploy(plan: Plan | null, isDryRun: boolean): number {
  const toml = readFileSync("wrangler.toml", "utf8");
  const [deployed = ""] = toml.split("[env.dev]");
  const left = PLACEHOLDERS.filter((placeholder) => deployed.includes(placeholder));
  if (left.length > 0 && !isDryRun) {
    console.error(`wrangler.toml still has its placeholders: ${left.join("; ")}. See the README.`);
    return 1;
  }
  const [wrong] = wrongPlans(toml);
  if (wrong !== undefined) {
    console.error(`wrangler.toml has PLAN = "${wrong}": it takes ${PLANS.join(" or ")}`);
    return 1;
  }
  const migrations = DATABASES.map(([database, env]) => [
    "d1",
    "migrations",
    "apply",
    database,
    "--remote",
    "--env",
    env,
  ]);
  const order = isDryRun || isDeployed("reader") ? WORKERS : WORKERS_AT_FIRST;
  const workers = order.map((env) => deployStep(env, plan));
  const steps = isDryRun
    ? workers.map((step) => [...step, "--dry-run"])
    : [...migrations, ...workers];
  for (const step of steps) {
    console.log(`wrangler ${step.join(" ")}`);
    const status = runWrangler(step, "inherit");
    if (status !== 0) return status ?? 1;
  }
  return 0;
}

export function deployStep(env: (typeof WORKERS)[number], plan: Plan | null): readonly string[] {
  const isTold = plan !== null && PLANNED.includes(env);
  return ["deploy", "--env", env, ...(isTold ? ["--var", `PLAN:${plan}`] : [])];
}

/** Worker and object would find out too late: what is not `free` is taken for `paid`. */
export function wrongPlans(toml: string): string[] {
  const { env } = parse(toml) as { env: Record<string, { vars?: { PLAN?: unknown } }> };
  const told = Object.values(env).flatMap(({ vars }) => vars?.PLAN ?? []);
  return told.filter((plan) => !PLANS.some((each) => each === plan)).map(String);
}

function isDeployed(env: (typeof WORKERS)[number]): boolean {
  return runWrangler(["deployments", "list", "--env", env], "ignore") === 0;
}

function runWrangler(step: readonly string[], stdio: "inherit" | "ignore"): number | null {
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  return spawnSync(process.execPath, [wrangler, ...step], { stdio }).status;
}
