/** Deploys the Workers in the order in which they depend on each other. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complaintAbout, customDomains } from "./deploy-settings.ts";
import type { Plan } from "./settings.ts";
import { homeForWrangler } from "./wrangler-folders.ts";

/**
 * The reader first: it has the stylesheets that new pages and forms ask for, and knows the old ones.
 * The consumer before intake: it understands every event that an older intake sends.
 * What the reader is bound to is there: intake has its secret already, if nothing else.
 */
export const WORKERS = ["reader", "consumer", "intake"] as const;

/** Of the reader's addresses, those of files. */
const FILES = ["/assets/*", "/favicon.ico"] as const;

const SECRET = "SESSION_SECRET";
/** Putting a secret makes the Worker, where there is none: an empty one. */
export const KEEP_A_SECRET = ["intake", "reader"] as const;

const DATABASES = [
  ["cairn-content", "consumer"],
  ["cairn-accounts", "intake"],
] as const;

/** Those that work differently on the free plan. */
const PLANNED: readonly string[] = ["consumer", "intake"];

/** What wrangler says about a Worker that has never been deployed. */
const DOES_NOT_EXIST = /Worker "[^"]*".* not found|\[code: (10007|10090)\]/;
const NONE_PENDING = "No migrations to apply";

/** What a step of wrangler came to. */
export interface Ran {
  readonly status: number | null;
  /** Empty where it went to the terminal. */
  readonly output: string;
  /** What wrangler has written down of it, a line of JSON each. */
  readonly noted: string;
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
  // Ctrl-C is for the step, which it ends; what it leaves is said then.
  const onlyTheStep = () => {};
  process.on("SIGINT", onlyTheStep);
  try {
    return deployWith(runWrangler, deploySteps(plan, customDomains(toml)), isDryRun);
  } finally {
    process.removeListener("SIGINT", onlyTheStep);
  }
}

/** What is wrong in bundles, configuration and secrets is found before anything is migrated. */
export function deployWith(wrangler: Wrangler, steps: readonly Step[], isDryRun: boolean): number {
  const done: string[] = [];
  const stop = (why: string, status: number | null, begun = "") => {
    console.error(why);
    if (!isDryRun) console.error(stateAfter(done, begun));
    return status || 1;
  };
  const complaint = isDryRun ? null : complaintAboutSecrets(wrangler);
  if (complaint !== null) return stop(complaint, 1);
  for (const { env, step } of steps) {
    const { status, output } = wrangler(said([...step, "--dry-run"]), !isDryRun);
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
  for (const { env, step } of steps) {
    const { status, noted } = wrangler(said(step), false);
    // Queues and cron are told of the new code after it was uploaded.
    const begun = `The new ${env} may be running all the same.`;
    if (status !== 0) return stop(`${env} could not be deployed`, status, begun);
    if (!hasVersion(noted)) return stop(`${env} was not deployed`, 1, begun);
    done.push(`${env} deployed`);
  }
  return 0;
}

function said(step: readonly string[]): readonly string[] {
  console.log(`wrangler ${step.join(" ")}`);
  return step;
}

/** @param begun what the step that failed may have done; empty if none had begun */
function stateAfter(done: readonly string[], begun: string): string {
  const nothing = begun === "" ? "Nothing has been changed." : "Nothing else has been changed.";
  const state = done.length === 0 ? nothing : `Done: ${done.join(", ")}.`;
  const until =
    begun === "" ? "." : "; until then Workers that it has not reached stay as they are.";
  return [state, begun, `Running it again is safe${until}`].filter((each) => each !== "").join(" ");
}

/** Wrangler finds it out last, when all is migrated. */
function complaintAboutSecrets(wrangler: Wrangler): string | null {
  const lacking: string[] = [];
  for (const env of KEEP_A_SECRET) {
    const { status, output } = wrangler(["secret", "list", "--env", env], true);
    if (status !== 0 && !DOES_NOT_EXIST.test(output)) {
      return `${output}\nwrangler could not ask for ${env}: npx wrangler whoami says who is logged in`;
    }
    if (status !== 0 || !output.includes(`"${SECRET}"`)) lacking.push(env);
  }
  if (lacking.length === 0) return null;
  const commands = lacking.map((env) => `  npx wrangler secret put ${SECRET} --env ${env}`);
  return `${lacking.join(" and ")} must have ${SECRET} first, the same in both:\n${commands.join("\n")}`;
}

/** Whoever declines a question of `wrangler deploy` is told nothing by its exit code either. */
function hasVersion(noted: string): boolean {
  return /"type":"deploy".*"version_id":"/.test(noted);
}

/** What wrangler is told of an environment. */
export interface Step {
  readonly env: string;
  readonly step: readonly string[];
}

/** @param domains of the reader's own: files have a Worker there, for the same reason before the reader */
export function deploySteps(plan: Plan | null, domains: readonly string[]): readonly Step[] {
  const routes = domains.flatMap((domain) => FILES.flatMap((path) => ["--route", domain + path]));
  const files = domains.length > 0 ? [stepOf("assets", routes)] : [];
  const workers = WORKERS.map((env) => {
    const isTold = plan !== null && PLANNED.includes(env);
    return stepOf(env, isTold ? ["--var", `PLAN:${plan}`] : []);
  });
  return [...files, ...workers];
}

function stepOf(env: string, options: readonly string[]): Step {
  return { env, step: ["deploy", "--env", env, ...options] };
}

/** npm takes an option that no `--` stands before for its own, and tells the script in this way. */
export function isDryRunOfNpm(environment: NodeJS.ProcessEnv): boolean {
  return Object.entries(environment).some(
    ([name, value]) => /^npm_config_dry/i.test(name) && value !== "" && value !== "false",
  );
}

function runWrangler(step: readonly string[], isCaptured: boolean): Ran {
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  const folder = mkdtempSync(join(tmpdir(), "cairn-deploy-"));
  const notes = join(folder, "notes");
  const { status, stdout, stderr } = spawnSync(process.execPath, [wrangler, ...step], {
    encoding: "utf8",
    stdio: isCaptured ? ["ignore", "pipe", "pipe"] : "inherit",
    env: {
      ...process.env,
      ...homeForWrangler(),
      ...(isCaptured && { NO_COLOR: "1" }),
      WRANGLER_OUTPUT_FILE_PATH: notes,
    },
  });
  const noted = existsSync(notes) ? readFileSync(notes, "utf8") : "";
  rmSync(folder, { recursive: true });
  return { status, output: isCaptured ? `${stdout}${stderr}` : "", noted };
}
