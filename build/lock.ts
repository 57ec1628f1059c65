/** One process at a time may use a state directory: two would corrupt each other's SQLite. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class StateInUseError extends Error {}

interface Holder {
  readonly command: string;
  /** The script and whatever it started that uses the state. */
  readonly pids: readonly number[];
}

export interface StateLock {
  /** Another process uses the state on behalf of this one. */
  addProcess(pid: number): void;
  release(): void;
}

/** Throws StateInUseError while another holder lives; a dead one's lock is taken over. */
export function lockState(stateDir: string, command: string): StateLock {
  const file = join(stateDir, "cairn.lock");
  mkdirSync(stateDir, { recursive: true });
  const holder = readHolder(file);
  if (holder?.pids.some(isAlive)) {
    throw new StateInUseError(
      `\`${command}\` needs ${stateDir} to itself, but \`${holder.command}\` is using it ` +
        `(process ${holder.pids.join(", ")}). Stop that first, or set CAIRN_STATE to another folder.`,
    );
  }
  const pids = [process.pid];
  const write = () => writeFileSync(file, JSON.stringify({ command, pids }));
  write();
  return {
    addProcess(pid) {
      pids.push(pid);
      write();
    },
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
