/** One process at a time may use a state directory: two would corrupt each other's SQLite. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ARE_PROCESSES_KNOWN, findUsers, startOf } from "./processes.ts";

export class StateInUseError extends Error {}

interface Holder {
  readonly command: string;
  /** The script and whatever it started that uses the state. */
  readonly pids: readonly number[];
  /** When each of them began; see startOf. None in a lock of an older version. */
  readonly starts: readonly (number | null)[];
  /** Where it serves; null for a script that does not. */
  readonly port: number | null;
  /** The simulator that the script started: it outlives one that is killed, and serves nobody. */
  readonly simulator: number | null;
}

export interface StateLock {
  /** As a user runs it. */
  readonly command: string;
  /** This process has started its simulator: whoever finds the lock of a dead one ends it. */
  addSimulator(): void;
  /** Another process uses the state on behalf of this one, and serves it. */
  addServer(pid: number, port: number): void;
  release(): void;
  /** The same, and ends the simulator: this process is about to end. */
  abandon(): void;
}

/** What was told to end does so within this time, milliseconds, also on a busy machine. */
const END_MS = 3000;
const POLL_MS = 50;

/**
 * Throws StateInUseError while another holder lives, or a server that has survived it; a dead one's
 * lock is taken over, and its simulator is ended.
 */
export async function lockState(stateDir: string, command: string): Promise<StateLock> {
  const file = lockFile(stateDir);
  mkdirSync(stateDir, { recursive: true });
  const holder = readHolder(file);
  const users = holder ? await findHolders(holder, stateDir) : [];
  if (holder && users.length > 0) {
    throw new StateInUseError(
      `\`${command}\` needs ${stateDir} to itself, but \`${holder.command}\` is using it ` +
        `(${users.join(", ")}). Stop that first, or set CAIRN_STATE to another folder. ` +
        `If you are sure that nobody uses it, remove ${file}.`,
    );
  }
  const write = (fields: Partial<Holder>) => {
    const own = { command, pids: [process.pid], port: null, simulator: null, ...fields };
    const starts = own.pids.map(startOf);
    writeFileSync(file, JSON.stringify({ ...own, starts } satisfies Holder));
  };
  write({});
  const release = () => rmSync(file, { force: true });
  return {
    command,
    addSimulator: () => write({ simulator: findSimulator() }),
    addServer: (pid, port) => write({ pids: [process.pid, pid], port }),
    release,
    abandon: () => {
      const simulator = findSimulator();
      if (simulator !== null) endSimulator(simulator);
      release();
    },
  };
}

/** Where a server says that it serves the state, or is about to; null when none does. */
export async function servedPort(stateDir: string): Promise<number | null> {
  const holder = readHolder(lockFile(stateDir));
  if (holder === null || holder.port === null) return null;
  return (await findHolders(holder, stateDir)).length > 0 ? holder.port : null;
}

function lockFile(stateDir: string): string {
  return join(stateDir, "cairn.lock");
}

/** Null of what is no lock. */
function readHolder(file: string): Holder | null {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  try {
    return asHolder(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function asHolder(parsed: unknown): Holder | null {
  const { command, pids, starts, port, simulator } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof command !== "string" || !Array.isArray(pids) || !pids.every(isNumber)) return null;
  return {
    command,
    pids,
    starts: Array.isArray(starts) ? starts : [],
    port: isNumber(port) ? port : null,
    simulator: isNumber(simulator) ? simulator : null,
  };
}

/** A process's, or a port's. */
function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** @returns who holds the state, in words */
async function findHolders(holder: Holder, stateDir: string): Promise<string[]> {
  const { pids, starts, port, simulator } = holder;
  const served = port === null ? [] : [`port ${port}`];
  const living = pids.filter((pid, index) => isHolding(pid, starts[index] ?? null));
  if (living.length > 0) return [...living.map(processText), ...served];
  if (ARE_PROCESSES_KNOWN) {
    const left = await findSurvivors(stateDir, port === null);
    return left.length === 0 ? [] : [...left.map(processText), ...served];
  }
  if (port !== null && (await isServed(port))) return served;
  if (simulator !== null) endSimulator(simulator);
  return [];
}

function processText(pid: number): string {
  return `process ${pid}`;
}

/** Numbers are given to other processes again: this one's, after a container's restart, too. */
function isHolding(pid: number, start: number | null): boolean {
  if (pid === process.pid) return false;
  if (ARE_PROCESSES_KNOWN) return start !== null && startOf(pid) === start;
  return pid !== process.ppid && isAlive(pid);
}

/** Who still uses the state of a dead holder, which ended a moment ago perhaps. */
async function findSurvivors(stateDir: string, mayEnd: boolean): Promise<number[]> {
  let users = findUsers(stateDir);
  for (let waited = 0; users.length > 0 && waited < END_MS; waited += POLL_MS) {
    const left = users.filter(({ isLeft }) => mayEnd && isLeft);
    for (const { pid } of left) endProcess(pid);
    await setTimeout(POLL_MS);
    users = findUsers(stateDir);
  }
  return users.map(({ pid }) => pid);
}

/** A server outlives a script that was killed without a chance to end it. */
function isServed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

interface Simulator {
  readonly pid: number;
  readonly parent: number;
}

/** Every workerd of this machine; none where there is no `ps`, and then a killed script leaves one. */
function listSimulators(): Simulator[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" });
  return [...(stdout ?? "").matchAll(/^\s*(\d+)\s+(\d+)\s+(?:\S*\/)?workerd$/gm)].map(
    ([, pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }),
  );
}

function findSimulator(): number | null {
  return listSimulators().find(({ parent }) => parent === process.pid)?.pid ?? null;
}

/** Unless its number belongs to another process by now. */
function endSimulator(pid: number): void {
  if (listSimulators().some((simulator) => simulator.pid === pid)) endProcess(pid);
}

/** At once, if it has not ended meanwhile. */
function endProcess(pid: number): void {
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}
