/** One process at a time may use a state directory: two would corrupt each other's SQLite. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

export class StateInUseError extends Error {}

interface Holder {
  readonly command: string;
  /** The script and whatever it started that uses the state. */
  readonly pids: readonly number[];
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

/**
 * Throws StateInUseError while another holder lives, or a server that has survived it; a dead one's
 * lock is taken over, and its simulator is ended.
 */
export async function lockState(stateDir: string, command: string): Promise<StateLock> {
  const file = join(stateDir, "cairn.lock");
  mkdirSync(stateDir, { recursive: true });
  const holder = readHolder(file);
  if (holder && (await isHeld(holder))) {
    throw new StateInUseError(
      `\`${command}\` needs ${stateDir} to itself, but \`${holder.command}\` is using it ` +
        `(process ${holder.pids.join(", ")}${holder.port === null ? "" : `, port ${holder.port}`}). Stop that first, or set CAIRN_STATE to another folder.`,
    );
  }
  if (holder?.simulator) endSimulator(holder.simulator);
  const own = { command, pids: [process.pid], port: null, simulator: null };
  const write = (fields: Partial<Holder>) =>
    writeFileSync(file, JSON.stringify({ ...own, ...fields } satisfies Holder));
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

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return null;
  }
}

async function isHeld({ pids, port }: Holder): Promise<boolean> {
  return pids.some(isAlive) || (port !== null && (await isServed(port)));
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
  if (listSimulators().some((simulator) => simulator.pid === pid)) process.kill(pid, "SIGKILL");
}
