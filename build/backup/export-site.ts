/**
 * Writes everything that is not derived into one file, row by row. The file is as secret as the
 * password hashes in it: only its owner may read it.
 */
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Databases, walkFacts } from "../../src/store/facts.ts";
import { FACT_TABLES, tableName } from "../../src/store/tables.ts";
import { firstLine, lastLine, rowLine } from "./backup-file.ts";

export const OWNER_ONLY = 0o600;

/** No file of that name can be made; the message says why. */
export class UnwritableFileError extends Error {}

/**
 * @returns how many rows; the file has its name only when it is complete
 * @throws UnwritableFileError when it leaves none
 */
export async function exportSite(databases: Databases, file: string, at: Date): Promise<number> {
  const counts: Record<string, number> = {};
  await demandWritable(file);
  const partial = `${file}.partial`;
  // Left by an export that was killed, or by somebody else: it would keep its own mode.
  await rm(partial, { force: true });
  const source = Readable.from(backupText(databases, at, counts));
  const target = createWriteStream(partial, { flags: "wx", mode: OWNER_ONLY });
  try {
    await (file.endsWith(".gz")
      ? pipeline(source, createGzip(), target)
      : pipeline(source, target));
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall !== "write") throw error;
    throw new UnwritableFileError(`cannot write ${file}: ${message}`, { cause: error });
  }
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function demandWritable(file: string): Promise<void> {
  const folder = dirname(file);
  if (!(await isFolder(folder))) {
    throw new UnwritableFileError(`cannot write ${file}: there is no folder ${folder}`);
  }
  for (const path of [file, `${file}.partial`]) {
    if (await isFolder(path)) {
      throw new UnwritableFileError(`cannot write ${file}: ${path} is a folder`);
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats?.isDirectory() ?? false;
}

/** @param counts filled meanwhile */
async function* backupText(
  databases: Databases,
  at: Date,
  counts: Record<string, number>,
): AsyncGenerator<string> {
  yield firstLine(at);
  for (const table of FACT_TABLES) {
    const name = tableName(table);
    counts[name] = 0;
    for await (const rows of walkFacts(databases[table.database], table)) {
      counts[name] += rows.length;
      yield rows.map((row) => rowLine(name, row)).join("");
    }
  }
  yield lastLine(counts);
}
