/**
 * `wrangler dev` over the local state, and the ticker that stands in for cron, which never fires
 * locally by itself.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { StateLock } from "./lock.ts";
import { secretsFile } from "./session-secret.ts";
import type { Settings } from "./settings.ts";
import { complaintAboutBundles, homeForWrangler } from "./wrangler-folders.ts";

const HOST = "127.0.0.1";
/** So often cron is fired, and what the clock drives is ordered anew: a new post is there some two seconds later. */
const TICK_MS = 1500;
const POLL_MS = 100;
/** A first start bundles the Worker on a slow machine; more means that it hangs. */
const START_TIMEOUT_MS = 120_000;

export interface Server {
  /** Resolves with the exit code when the server ends. */
  readonly ended: Promise<number>;
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** The server cannot start; the message says why. */
export class ServerError extends Error {}

/** It was told to end before it answered: nothing is wrong. */
class InterruptedStartError extends ServerError {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`the server was ended by ${signal} while it started`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Runs until the server ends or the process is told to; resolves with its exit code. */
export async function serve(settings: Settings, lock: StateLock): Promise<number> {
  try {
    const server = await startServer(settings, lock);
    console.log(`Ready on http://localhost:${settings.port}`);
    return await server.ended;
  } catch (error) {
    if (error instanceof InterruptedStartError) return error.exitCode;
    throw error;
  }
}

/**
 * Resolves when the server answers. Ends with this process.
 * @throws ServerError when it cannot, or ends before that
 */
export async function startServer(settings: Settings, lock: StateLock): Promise<Server> {
  await demandPlace(settings.port, lock.command);
  let told: NodeJS.Signals | null = null;
  // First: what is told to end while it starts another ends that one too.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      told = signal;
      return stop(signal);
    });
  }
  const wrangler = startWrangler(settings);
  const ended = new Promise<number>((resolve) => {
    wrangler.once("exit", (code) => resolve(code ?? 0));
  });
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    wrangler.kill(signal);
    return ended;
  };
  // Whoever reads of it in the lock may tell it to end.
  if (wrangler.pid !== undefined) lock.addServer(wrangler.pid, settings.port);
  const endsEarly = ended.then((code) => {
    if (told !== null) throw new InterruptedStartError(told);
    throw new ServerError(
      `the server ended with exit code ${code} before it answered on port ${settings.port}`,
    );
  });
  const isDecided = new AbortController();
  try {
    await Promise.race([waitUntilReady(wrangler, settings.port, isDecided.signal), endsEarly]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    isDecided.abort();
  }
  let isTicking = false;
  const ticker = setInterval(async () => {
    // On a busy site one may take longer.
    if (isTicking) return;
    isTicking = true;
    await tick(settings.port);
    isTicking = false;
  }, TICK_MS);
  return { ended: ended.finally(() => clearInterval(ticker)), stop };
}

/** @throws ServerError unless this process may listen there, and bundle here */
export async function demandPlace(port: number, command: string): Promise<void> {
  const complaint = complaintAboutBundles();
  if (complaint !== null) throw new ServerError(`cannot serve: ${complaint}`);
  await demandPort(port, command);
}

/**
 * Another program's answers must not be taken for those of the server.
 * @throws ServerError unless this process may listen there
 */
async function demandPort(port: number, command: string): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, HOST), "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "another program listens there" : message;
    throw new ServerError(
      `cannot serve on port ${port}: ${why}. Choose another: PORT=${port === 65_535 ? 8787 : port + 1} ${command}`,
      { cause: error },
    );
  }
  await new Promise((resolve) => server.close(resolve));
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
    // What a Worker logs that is no error, wrangler shows among its own messages only.
    ["--log-level", logSql === "on" ? "log" : "error"],
    ["--show-interactive-dev-session=false"],
  ].flat();
  return spawn(process.execPath, [wrangler, "dev", ...options], {
    // Wrangler sends a message when it listens.
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      ...homeForWrangler(),
      WRANGLER_SEND_METRICS: "false",
      X_LOCAL_OBSERVABILITY: "false",
    },
  });
}

/**
 * Until this server listens, not another, and its Workers answer.
 * @throws ServerError after START_TIMEOUT_MS; another error when the signal comes
 */
async function waitUntilReady(
  wrangler: ChildProcess,
  port: number,
  isDecided: AbortSignal,
): Promise<void> {
  const isLate = AbortSignal.timeout(START_TIMEOUT_MS);
  const signal = AbortSignal.any([isDecided, isLate]);
  try {
    await once(wrangler, "message", { signal });
    while (!(await tick(port, signal))) await setTimeout(POLL_MS, undefined, { signal });
  } catch (error) {
    if (!isLate.aborted) throw error;
    throw new ServerError(`nothing answers on port ${port} after ${START_TIMEOUT_MS / 1000} s`);
  }
}

/** Fires the cron handler; false while the server does not answer. */
async function tick(port: number, signal?: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(
      `http://${HOST}:${port}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`,
      signal ? { signal } : {},
    );
    return response.ok;
  } catch {
    return false;
  }
}
