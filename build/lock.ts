/** One process at a time may use a state directory: two would corrupt each other's SQLite. */
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
}

export interface StateLock {
  /** Another process uses the state on behalf of this one, and serves it. */
  addServer(pid: number, port: number): void;
  release(): void;
}

/**
 * Throws StateInUseError while another holder lives, or a server that has survived it; a dead one's
 * lock is taken over.
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
  const write = (pids: number[], port: number | null) =>
    writeFileSync(file, JSON.stringify({ command, pids, port } satisfies Holder));
  write([process.pid], null);
  return {
    addServer: (pid, port) => write([process.pid, pid], port),
    release: () => rmSync(file, { force: true }),
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
