/** One round of load on a server by wrk, and what it cost the server. Linux only: reads /proc. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Contender } from "./contender.ts";

/** Keeps the server busy, not the scheduler. */
const CONNECTIONS = 32;
const ROUND_SECONDS = 3;
/** Linux counts CPU time in ticks of 10 ms, everywhere it runs nowadays. */
const TICK_US = 10_000;

export interface Round {
  readonly requestsPerSecond: number;
  /** Of the server, in microseconds. */
  readonly cpuPerRequest: number;
}

export function hasTool(name: string): boolean {
  return spawnSync("which", [name]).status === 0;
}

/**
 * @param isMissing whether 404 is the right answer
 * @throws if any answer is an error, or none comes
 */
export async function loadRound(
  { origin, pid }: Contender,
  path: string,
  headers: readonly string[],
  isMissing: boolean,
): Promise<Round> {
  const before = cpuMicroseconds(pid);
  const output = await run("wrk", [
    "-t1",
    `-c${CONNECTIONS}`,
    `-d${ROUND_SECONDS}s`,
    ...headers.flatMap((header) => ["-H", header]),
    origin + path,
  ]);
  const cpu = cpuMicroseconds(pid) - before;
  const failed = isMissing ? /Socket errors.*/ : /(Non-2xx or 3xx responses|Socket errors).*/;
  const [failure] = failed.exec(output) ?? [];
  if (failure !== undefined) throw new Error(`${origin}${path}: ${failure}`);
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  const requestsPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  return { requestsPerSecond, cpuPerRequest: cpu / requests };
}

/** User and system time of a process so far: fields 14 and 15 of its stat. */
export function cpuMicroseconds(pid: number): number {
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}
