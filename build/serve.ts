/**
 * `wrangler dev` over the local state, and the ticker that stands in for cron, which never fires
 * locally by itself.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StateLock } from "./lock.ts";
import type { Settings } from "./settings.ts";

const HOST = "127.0.0.1";
/** Pages that lost their bell wait this long at most. */
const TICK_MS = 5000;
const POLL_MS = 100;
/** A first start bundles the Worker on a slow machine; more means that it hangs. */
const START_TIMEOUT_MS = 120_000;

export interface Server {
  /** Resolves with the exit code when the server ends. */
  readonly ended: Promise<number>;
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** Runs until the server ends or the process is told to; resolves with its exit code. */
export async function serve(settings: Settings, lock: StateLock): Promise<number> {
  const server = await startServer(settings, lock);
  console.log(`Ready on http://localhost:${settings.port}`);
  return server.ended;
}

/** Resolves when the server answers; throws when it ends before that. Ends with this process. */
export async function startServer(settings: Settings, lock: StateLock): Promise<Server> {
  const wrangler = startWrangler(settings);
  if (wrangler.pid !== undefined) lock.addServer(wrangler.pid, settings.port);
  const ended = new Promise<number>((resolve) => {
    wrangler.once("exit", (code) => resolve(code ?? 0));
  });
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    wrangler.kill(signal);
    return ended;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(signal));
  const hasEnded = ended.then((code) => `the server ended with exit code ${code}`);
  const problem = await Promise.race([waitUntilReady(settings.port), hasEnded]);
  if (problem !== null) {
    await stop();
    throw new Error(problem);
  }
  const ticker = setInterval(() => tick(settings.port), TICK_MS);
  ended.then(() => clearInterval(ticker));
  return { ended, stop };
}

function startWrangler({ port, stateDir, site, rateLimits, logSql, plan }: Settings): ChildProcess {
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  const options = [
    ["--env", "dev"],
    ["--ip", HOST],
    ["--port", String(port)],
    ["--inspector-port", "0"],
    ["--persist-to", stateDir],
    ["--env-file", secretsFile(stateDir)],
    ["--var", `ORIGIN:${site.origin}`],
    ["--var", `ADMINS:${site.admins.join(",")}`],
    ["--var", `RATE_LIMITS:${rateLimits}`],
    ["--var", `LOG_SQL:${logSql}`],
    plan === null ? [] : ["--var", `PLAN:${plan}`],
    ["--log-level", "error"],
    ["--show-interactive-dev-session=false"],
  ].flat();
  return spawn(process.execPath, [wrangler, "dev", ...options], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", X_LOCAL_OBSERVABILITY: "false" },
  });
}

/** The secret that signs sessions: made once for each state, never in the repository. */
function secretsFile(stateDir: string): string {
  const file = join(stateDir, "secrets.env");
  if (!existsSync(file)) {
    writeFileSync(file, `SESSION_SECRET=${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  }
  return file;
}

/** @returns what went wrong, or null */
async function waitUntilReady(port: number): Promise<string | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (await tick(port)) return null;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return `nothing answers on port ${port} after ${START_TIMEOUT_MS / 1000} s`;
}

/** Fires the cron handler; false while the server does not answer. */
async function tick(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${HOST}:${port}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`);
    return response.ok;
  } catch {
    return false;
  }
}
