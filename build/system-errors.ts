/**
 * What the system refuses a script is no bug of the script: a sentence that names the path. Of Node's
 * own errors only; what happens inside workerd is told by workerd.
 */
import { dirname, resolve } from "node:path";

/** SQLite's own, through Node or through the simulator. */
const DISK_FULL = /database or disk is full|SQLITE_FULL/;

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
 * @returns the error itself if it is a bug
 */
export function toSystemError(error: unknown, stateDir: string, files: readonly string[]): unknown {
  const text = systemErrorText(error, stateDir, files);
  return text === null ? error : new SystemError(text, { cause: error });
}

function systemErrorText(
  error: unknown,
  stateDir: string,
  files: readonly string[],
): string | null {
  if (!(error instanceof Error)) return null;
  if (DISK_FULL.test(error.message)) return `cannot write to ${stateDir}: ${REASONS.ENOSPC}`;
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

/** In the state, above it, or beside a file that was named. */
function isOurs(path: string, stateDir: string, files: readonly string[]): boolean {
  const isInState = path === stateDir || path.startsWith(`${stateDir}/`);
  const isAbove = stateDir.startsWith(`${path}/`);
  const folders = files.map((file) => dirname(resolve(file)));
  return isInState || isAbove || folders.includes(dirname(path));
}
