/**
 * Which processes there are, and what they have open, as Linux tells in /proc. Elsewhere, and of the
 * processes of others, nothing is known.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { STORES } from "./simulator-files.ts";

export const ARE_PROCESSES_KNOWN = existsSync("/proc/self/stat");

/** Where in /proc/PID/stat, after the name, they are: see proc_pid_stat(5). */
const FIELDS = { state: 0, parent: 1, start: 19 } as const;

export interface StateUser {
  readonly pid: number;
  /** A simulator that has lost the script it worked for: it serves nobody. */
  readonly isLeft: boolean;
}

/**
 * When it began, in ticks since the machine did: with its number this names one process for ever.
 * @returns null of one that has ended, also if nobody has asked for its end yet
 */
export function startOf(pid: number): number | null {
  const fields = statOf(pid);
  return fields === null || /[ZX]/.test(fields[FIELDS.state] ?? "")
    ? null
    : Number(fields[FIELDS.start]);
}

/** Those that have a store of the state open, or serve it; without this one. */
export function findUsers(stateDir: string): StateUser[] {
  const folder = realpathSync(stateDir);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .map(Number)
    .filter((pid) => pid !== process.pid && (hasOpen(pid, folder) || isServing(pid, folder)))
    .map((pid) => ({ pid, isLeft: isLeft(pid) }));
}

/** What is restored lies beside the stores, and takes their place. */
function hasOpen(pid: number, stateDir: string): boolean {
  const folders = [STORES, "restoring"].map((name) => join(stateDir, name) + sep);
  const files = known(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return files.some((file) => {
    const target = known(() => readlinkSync(`/proc/${pid}/fd/${file}`)) ?? "";
    return folders.some((folder) => target.startsWith(folder));
  });
}

/** Wrangler itself opens no store: it has others do that. */
function isServing(pid: number, stateDir: string): boolean {
  const words = commandOf(pid);
  const served = words[words.indexOf("--persist-to") + 1];
  if (!words.includes("--persist-to") || served === undefined) return false;
  return known(() => realpathSync(resolve(readlinkSync(`/proc/${pid}/cwd`), served))) === stateDir;
}

/** Whoever starts a simulator is a program of Node's; one whose parent is gone has the machine's first. */
function isLeft(pid: number): boolean {
  const parent = statOf(pid)?.[FIELDS.parent];
  const isOf = (number: unknown, program: string) =>
    basename(commandOf(Number(number))[0] ?? "") === program;
  return isOf(pid, "workerd") && !isOf(parent, "node");
}

/** The fields after the name, which may have spaces and brackets. */
function statOf(pid: number): string[] | null {
  const stat = known(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function commandOf(pid: number): string[] {
  return (known(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "").split("\0");
}

/** Null where the process has ended meanwhile, or is somebody else's. */
function known<Told>(read: () => Told): Told | null {
  try {
    return read();
  } catch {
    return null;
  }
}
