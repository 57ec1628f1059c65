/**
 * Restores a backup into an empty state. Rows are written beside it, and take their place when they
 * are complete: killed anywhere, the state is empty still.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Databases, findFacts, removePresets, restoreFacts } from "../../src/store/facts.ts";
import { renumberListings } from "../../src/store/renumber.ts";
import { type FactTable, tableName } from "../../src/store/tables.ts";
import type { TextFile } from "../import/file-text.ts";
import { databasesOf, type LocalState, withLocalState } from "../local.ts";
import { migrate } from "../migrate.ts";
import { endSampleImport } from "../sample-import.ts";
import { forgetSecret } from "../session-secret.ts";
import { STORES } from "../simulator-files.ts";
import { BackupError } from "./backup-file.ts";
import { openBackup, readBackupRows } from "./read-backup.ts";

/** In one transaction. */
const CHUNK_ROWS = 2000;

/**
 * The state must be locked and closed.
 * @returns how many rows
 * @throws BackupError before anything is written
 */
export async function restoreSite(stateDir: string, path: string): Promise<number> {
  const file = await openBackup(path);
  if (existsSync(join(stateDir, STORES))) {
    await withState(stateDir, (state) => refuseUnlessEmpty(databasesOf(state), stateDir));
  }
  const beside = join(stateDir, "restoring");
  rmSync(beside, { recursive: true, force: true });
  try {
    const rows = await withState(beside, (state) => restoreRows(databasesOf(state), file));
    endSampleImport(stateDir);
    // Rows of before a password was changed would let in again whom the change has shut out.
    forgetSecret(stateDir);
    rmSync(join(stateDir, STORES), { recursive: true, force: true });
    renameSync(join(beside, STORES), join(stateDir, STORES));
    return rows;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** @param databases migrated and empty */
export async function restoreRows(databases: Databases, file: TextFile): Promise<number> {
  await removePresets(databases.content, "content");
  let restored = 0;
  for await (const { table, rows } of readBackupRows(file, CHUNK_ROWS)) {
    try {
      await restoreFacts(databases[table.database], table, rows);
    } catch (error) {
      throw toBackupError(error, file, table);
    }
    restored += rows.length;
  }
  await renumberListings(databases.content);
  return restored;
}

/** What the tables refuse is the file's fault. */
function toBackupError(error: unknown, { path }: TextFile, table: FactTable): unknown {
  if (!(error instanceof Error) || !error.message.includes("SQLITE_CONSTRAINT")) return error;
  return new BackupError(
    `cannot restore ${path}: a row of ${tableName(table)} is damaged (${error.message}). ` +
      "Nothing was written.",
    { cause: error },
  );
}

function withState<Result>(
  stateDir: string,
  work: (state: LocalState) => Promise<Result>,
): Promise<Result> {
  return withLocalState(stateDir, async (state) => {
    await migrate(state);
    return work(state);
  });
}

async function refuseUnlessEmpty(databases: Databases, stateDir: string): Promise<void> {
  const table = await findFacts(databases);
  if (table === null) return;
  throw new BackupError(
    `${stateDir} is not empty: there are rows in ${tableName(table)}. ` +
      "A backup is restored into an empty state: set CAIRN_STATE to a new folder.",
  );
}
