/** Reads a backup twice: first to see whether all of it is there, then to take its rows. */
import { isDeepStrictEqual } from "node:util";
import type { FactTable, TableRow } from "../../src/store/tables.ts";
import { tableName } from "../../src/store/tables.ts";
import { openTextFile, readBytes, type TextFile } from "../import/file-text.ts";
import { BackupError, type BackupLine, parseLine } from "./backup-file.ts";
import { toWindowLists } from "./older-rows.ts";

const LINE_FEED = 10;

/** @throws BackupError when the file is not a whole backup; UnreadableFileError when it is no file */
export async function openBackup(path: string): Promise<TextFile> {
  const file = await openTextFile(path);
  try {
    await check(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BackupError(`cannot restore ${path}: ${why}. Nothing was written.`, { cause: error });
  }
  return file;
}

async function check(file: TextFile): Promise<void> {
  const counts: Record<string, number> = {};
  let last: BackupLine | null = null;
  for await (const line of parsedLines(file)) {
    if ((last === null) !== (line.type === "first")) throw new BackupError("it is no backup");
    if (last?.type === "last") throw new BackupError("something follows its last line");
    if (line.type === "row" || line.type === "older") {
      const name = line.type === "row" ? tableName(line.table) : line.name;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    last = line;
  }
  if (last?.type !== "last") throw new BackupError("it is cut off: its last line is missing");
  const expected = Object.entries(last.rows).filter(([, rows]) => rows > 0);
  if (!isDeepStrictEqual(Object.fromEntries(expected), counts)) {
    throw new BackupError("it has not the rows that its last line counts");
  }
}

export interface RestoredRows {
  readonly table: FactTable;
  readonly rows: readonly TableRow[];
}

/** The rows of a checked file, in chunks of one table each, in its order; older ones come last. */
export async function* readBackupRows(
  file: TextFile,
  chunkRows: number,
): AsyncGenerator<RestoredRows> {
  const older: TableRow[] = [];
  let table: FactTable | null = null;
  let rows: TableRow[] = [];
  for await (const line of parsedLines(file)) {
    if (line.type === "first") continue;
    const next = line.type === "row" ? line.table : null;
    if (table !== null && (next !== table || rows.length === chunkRows)) {
      yield { table, rows };
      rows = [];
    }
    table = next;
    if (line.type === "row") rows.push(line.row);
    if (line.type === "older") older.push(line.row);
  }
  if (older.length > 0) yield toWindowLists(older);
}

async function* parsedLines(file: TextFile): AsyncGenerator<BackupLine> {
  let number = 0;
  let open = Buffer.alloc(0);
  for await (const piece of readBytes(file, () => undefined)) {
    const whole = Buffer.concat([open, piece]);
    const end = whole.lastIndexOf(LINE_FEED) + 1;
    for (const line of whole.toString("utf8", 0, end).split("\n").slice(0, -1)) {
      number++;
      if (line !== "") yield parseLine(line, number);
    }
    open = whole.subarray(end);
  }
  if (open.length > 0) yield parseLine(open.toString(), number + 1);
}
