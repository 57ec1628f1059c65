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

/** As Cloudflare makes the ids of D1 and of KV: the bundled wrangler.toml has names in their place. */
const DATABASE_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const NAMESPACE_ID = /^[\da-f]{32}$/;
/** Those of this machine only. */
const LOCAL_HOST = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;
/** Who writes pages, and so must know the site's address. */
const WRITER = "consumer";

/**
 * @param plan null: as wrangler.toml says
 * @returns the exit code of the first step that fails, or 0
 */
export function deploy(plan: Plan | null, isDryRun: boolean): number {
  const toml = readFileSync("wrangler.toml", "utf8");
  const left = leftPlaceholders(toml);
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

/** npm takes an option that no `--` stands before for its own, and tells the script in this way. */
export function isDryRunOfNpm(environment: NodeJS.ProcessEnv): boolean {
  return Object.entries(environment).some(
    ([name, value]) => /^npm_config_dry/i.test(name) && value !== "" && value !== "false",
  );
}

/** What deploying needs to know of an environment of wrangler.toml. */
interface Environment {
  readonly vars?: { readonly PLAN?: unknown; readonly ORIGIN?: unknown };
  readonly d1_databases?: readonly { readonly database_id?: unknown }[];
  readonly kv_namespaces?: readonly { readonly id?: unknown }[];
}

function environmentsOf(toml: string): Readonly<Record<string, Environment>> {
  return (parse(toml) as { env?: Record<string, Environment> }).env ?? {};
}

/** What a first deploy must have replaced in wrangler.toml; the README says where it comes from. */
export function leftPlaceholders(toml: string): string[] {
  const environments = environmentsOf(toml);
  return WORKERS.flatMap((worker) => {
    const { vars = {}, d1_databases = [], kv_namespaces = [] } = environments[worker] ?? {};
    const databases = d1_databases.map(({ database_id }) => database_id);
    const namespaces = kv_namespaces.map(({ id }) => id);
    const mayLack = worker !== WRITER && vars.ORIGIN === undefined;
    return [
      ...databases.filter((id) => !DATABASE_ID.test(String(id))).map(asPlaced("database_id")),
      ...namespaces.filter((id) => !NAMESPACE_ID.test(String(id))).map(asPlaced("id")),
      ...(mayLack || isPublic(vars.ORIGIN) ? [] : [vars.ORIGIN].map(asPlaced("ORIGIN"))),
    ].map((placed) => `${placed} (env.${worker})`);
  });
}

function asPlaced(name: string): (value: unknown) => string {
  return (value) => (value === undefined ? `no ${name}` : `${name} = ${JSON.stringify(value)}`);
}

/** Whether others than this machine reach it. */
function isPublic(origin: unknown): boolean {
  const url = URL.parse(String(origin));
  return url !== null && /^https?:$/.test(url.protocol) && !LOCAL_HOST.test(url.hostname);
}

/** Worker and object would find out too late: what is not `free` is taken for `paid`. */
export function wrongPlans(toml: string): string[] {
  const told = Object.values(environmentsOf(toml)).flatMap(({ vars }) => vars?.PLAN ?? []);
  return told.filter((plan) => !PLANS.some((each) => each === plan)).map(String);
}

function isDeployed(env: (typeof WORKERS)[number]): boolean {
  return runWrangler(["deployments", "list", "--env", env], "ignore") === 0;
}

function runWrangler(step: readonly string[], stdio: "inherit" | "ignore"): number | null {
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  return spawnSync(process.execPath, [wrangler, ...step], { stdio }).status;
}
