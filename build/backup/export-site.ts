/**
 * Writes everything that is not derived into one file, row by row. The file is as secret as the
 * password hashes in it: only its owner may read it.
 */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Databases, walkFacts } from "../../src/store/facts.ts";
import { FACT_TABLES, tableName } from "../../src/store/tables.ts";
import { firstLine, lastLine, rowLine } from "./backup-file.ts";

const OWNER_ONLY = 0o600;

/** @returns how many rows; the file has its name only when it is complete */
export async function exportSite(databases: Databases, file: string, at: Date): Promise<number> {
  const counts: Record<string, number> = {};
  const partial = `${file}.partial`;
  const source = Readable.from(backupText(databases, at, counts));
  const target = createWriteStream(partial, { mode: OWNER_ONLY });
  try {
    await (file.endsWith(".gz")
      ? pipeline(source, createGzip(), target)
      : pipeline(source, target));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await rename(partial, file);
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
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
