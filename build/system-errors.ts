/**
 * What the system refuses a script is no bug of the script: a sentence that names the path. Of Node's
 * own errors, and of a full disk; what else happens inside workerd is told by workerd.
 */
import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** SQLite's own, through Node or through the simulator. */
const DISK_FULL = /database or disk is full|SQLITE_FULL/;
/** What workerd tells only its own log: where a little is left, SQLite fails in other words. */
const INSIDE_WORKERD = /internal error; reference/;
/** Bytes. SQLite maps 32 KiB for each database, and a simulator opens five. */
const NEARLY_FULL = 1_000_000;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user has no permission",
  EPERM: "this user has no permission",
  EROFS: "it can only be read",
  EEXIST: "it is there already, and no folder",
  ENOTDIR: "a part of it is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  ENOENT: "there is no such file or folder",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links go round in a circle",
  EMFILE: "too many files are open",
  ENOSPC: "the disk is full",
  EDQUOT: "this user's part of the disk is full",
};

/** The system refuses something about a path that is the user's choice. */
export class SystemError extends Error {}

/**
 * @param stateDir absolute
 * @param files that the user has named
 * @param free bytes, on the disk of a folder
 * @returns the error itself if it is a bug
 */
export function toSystemError(
  error: unknown,
  stateDir: string,
  files: readonly string[],
  free: (folder: string) => number = freeBytes,
): unknown {
  const isFull = isOfFullDisk(error, () => free(stateDir));
  const text = isFull ? fullText(stateDir) : systemErrorText(error, stateDir, files);
  return text === null ? error : new SystemError(text, { cause: error });
}

function systemErrorText(
  error: unknown,
  stateDir: string,
  files: readonly string[],
): string | null {
  if (!(error instanceof Error)) return null;
  const { code = "", path, syscall } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  if (reason === undefined) return null;
  // A write does not say where it fails; that of an export does (build/backup/export-site.ts).
  if (path === undefined && syscall === "write") {
    return `cannot write to ${stateDir}: ${reason}`;
  }
  return path !== undefined && isOurs(resolve(path), stateDir, files)
    ? `cannot use ${path}: ${reason}`
    : null;
}

function isOfFullDisk(error: unknown, free: () => number): boolean {
  if (!(error instanceof Error)) return false;
  if (DISK_FULL.test(error.message)) return true;
  return INSIDE_WORKERD.test(error.message) && free() < NEARLY_FULL;
}

function fullText(stateDir: string): string {
  return `cannot write to ${stateDir}: ${REASONS.ENOSPC}`;
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** In the state, above it, or beside a file that was named. */
function isOurs(path: string, stateDir: string, files: readonly string[]): boolean {
  const isInState = path === stateDir || path.startsWith(`${stateDir}/`);
  const isAbove = stateDir.startsWith(`${path}/`);
  const folders = files.map((file) => dirname(resolve(file)));
  return isInState || isAbove || folders.includes(dirname(path));
}
