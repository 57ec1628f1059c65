/** Deploys the Workers in the order in which they depend on each other. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { complaintAbout } from "./deploy-settings.ts";
import type { Plan } from "./settings.ts";

/**
 * The reader first: it has the stylesheets that new pages and forms ask for, and knows the old ones.
 * The consumer before intake: it understands every event that an older intake sends.
 */
const WORKERS = ["reader", "consumer", "intake"] as const;
/** A binding to a Worker that does not exist is refused: the consumer calls the reader, that the intake. */
export const WORKERS_AT_FIRST = ["intake", "reader", "consumer"] as const;

const DATABASES = [
  ["cairn-content", "consumer"],
  ["cairn-accounts", "intake"],
] as const;

/** Those that work differently on the free plan. */
const PLANNED: readonly string[] = ["consumer", "intake"];

/** What wrangler says about a Worker that has never been deployed. */
const DOES_NOT_EXIST = /\[code: (10007|10090)\]/;
const NONE_PENDING = "No migrations to apply";

/** What a step of wrangler came to. */
export interface Ran {
  readonly status: number | null;
  /** Empty where it went to the terminal. */
  readonly output: string;
}

export type Wrangler = (step: readonly string[], isCaptured: boolean) => Ran;

/**
 * @param plan null: as wrangler.toml says
 * @returns the exit code of the first step that fails, or 0
 */
export function deploy(plan: Plan | null, isDryRun: boolean): number {
  for (const name of ["CAIRN_ORIGIN", "CAIRN_ADMINS"]) {
    if (process.env[name]) console.warn(`${name} does nothing here: wrangler.toml says it`);
  }
  const toml = readFileSync("wrangler.toml", "utf8");
  const complaint = complaintAbout(toml, isDryRun);
  if (complaint !== null) {
    console.error(complaint);
    return 1;
  }
  return deployWith(runWrangler, plan, isDryRun);
}

/** What is wrong in bundles and configuration is found before anything is migrated. */
export function deployWith(wrangler: Wrangler, plan: Plan | null, isDryRun: boolean): number {
  const done: string[] = [];
  let isFirst = false;
  const stop = (why: string, status: number | null, begun = "") => {
    console.error(why);
    if (!isDryRun) console.error(stateAfter(done, begun, isFirst));
    return status || 1;
  };
  const intake: Intake = isDryRun ? { type: "there" } : findIntake(wrangler);
  if (intake.type === "unknown") {
    return stop(`${intake.output}\nwrangler does not say whether there is an intake already`, 1);
  }
  isFirst = intake.type === "missing";
  const order = isFirst ? WORKERS_AT_FIRST : WORKERS;
  for (const env of order) {
    const step = [...deployStep(env, plan), "--dry-run"];
    const { status, output } = wrangler(said(step), !isDryRun);
    if (status !== 0) return stop(`${output}\n${env} would not be deployed`, status);
  }
  if (isDryRun) return 0;
  for (const [database, env] of DATABASES) {
    const step = ["d1", "migrations", "apply", database, "--remote", "--env", env];
    const { status } = wrangler(said(step), false);
    const begun = `Of ${database}, migrations before the one that failed may be done.`;
    if (status !== 0) return stop(`${database} could not be migrated`, status, begun);
    // Whoever declines wrangler's question is told nothing by its exit code.
    const list = ["d1", "migrations", "list", database, "--remote", "--env", env];
    const { output } = wrangler(list, true);
    if (!output.includes(NONE_PENDING)) {
      return stop(`${output}\n${database} is not migrated`, 1, begun);
    }
    done.push(`${database} migrated`);
  }
  for (const env of order) {
    const { status } = wrangler(said(deployStep(env, plan)), false);
    // Queues and cron are told of the new code after it was uploaded.
    const begun = `The new ${env} may be running all the same.`;
    if (status !== 0) return stop(`${env} could not be deployed`, status, begun);
    done.push(`${env} deployed`);
  }
  return 0;
}

function said(step: readonly string[]): readonly string[] {
  console.log(`wrangler ${step.join(" ")}`);
  return step;
}

/** @param begun what the step that failed may have done; empty if none had begun */
function stateAfter(done: readonly string[], begun: string, isFirst: boolean): string {
  const nothing = begun === "" ? "Nothing has been changed." : "Nothing else has been changed.";
  const state = done.length === 0 ? nothing : `Done: ${done.join(", ")}.`;
  const until = isFirst ? "." : "; until then the old version of the others serves on.";
  return [state, begun, `Running it again is safe${until}`].filter((each) => each !== "").join(" ");
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

type Intake =
  | { readonly type: "there" }
  | { readonly type: "missing" }
  /** With what wrangler says instead. */
  | { readonly type: "unknown"; readonly output: string };

/** The intake, or the nothing in its place that its secret was put into: a reader can be bound to it. */
function findIntake(wrangler: Wrangler): Intake {
  const { status, output } = wrangler(["deployments", "list", "--env", "intake"], true);
  if (status === 0) return { type: "there" };
  return DOES_NOT_EXIST.test(output) ? { type: "missing" } : { type: "unknown", output };
}

function runWrangler(step: readonly string[], isCaptured: boolean): Ran {
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [wrangler, ...step], {
    encoding: "utf8",
    ...(isCaptured
      ? { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } }
      : { stdio: "inherit" }),
  });
  return { status, output: isCaptured ? `${stdout}${stderr}` : "" };
}
