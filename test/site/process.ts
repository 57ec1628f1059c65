/**
 * Programs under test: each in a process group of its own, so that it and whatever it started can
 * be ended together, and are, however the tests end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Wrangler puts its children down within a second; what takes longer is killed. */
const STOP_MS = 10_000;
/** What would make a program behave unlike it does for a user. */
const NOT_A_USERS = /^(VITEST|NODE_ENV|NODE_OPTIONS|PORT$|CAIRN_|TEST$)/;

export interface Program {
  /** What it has printed so far, errors included. */
  output(): string;
  /** Resolves with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends the group: politely, then not. */
  stop(): Promise<void>;
  /** A signal for the program alone, as `kill` sends it, or for its group, as a terminal does. */
  signal(name: NodeJS.Signals, whom: "program" | "group"): void;
  /** SIGKILL for the program alone, as a crash would; what it started stays until it is stopped. */
  crash(): void;
  /** SIGKILL for the group: for when nothing it holds is needed any more. */
  kill(): Promise<void>;
}

const groups = new Set<number>();

export function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Program {
  const own = Object.entries(process.env).filter(([name]) => !NOT_A_USERS.test(name));
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...Object.fromEntries(own), WRANGLER_SEND_METRICS: "false", ...environment },
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`could not start ${args.join(" ")}`);
  groups.add(pid);
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => resolve(code));
  });
  const kill = async () => {
    signalGroup(pid, "SIGKILL");
    await ended;
    await until("the end of what a program started", () => !signalGroup(pid, 0), STOP_MS);
    groups.delete(pid);
  };
  return {
    output: collectOutput(child),
    ended,
    signal: (name, whom) => process.kill(whom === "program" ? pid : -pid, name),
    crash: () => process.kill(pid, "SIGKILL"),
    kill,
    async stop() {
      signalGroup(pid, "SIGTERM");
      await until("a program's end", () => !signalGroup(pid, 0), STOP_MS).catch(() => undefined);
      await kill();
    },
  };
}

function collectOutput({ stdout, stderr }: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => chunks.push(chunk));
  }
  return () => chunks.join("");
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function killAll(): void {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
}

process.once("exit", killAll);
process.once("disconnect", killAll);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.once(signal, () => {
    killAll();
    process.exit(128 + constants.signals[signal]);
  });
}
