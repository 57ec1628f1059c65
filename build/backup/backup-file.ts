/**
 * The format of a backup: a line that says what it is, a line for every row, a line that says how
 * many there are. Pure. A file without its last line is cut off.
 *
 *   {"format":"cairn-backup","version":1,"at":"2026-11-22T00:30:00.000Z"}
 *   ["content.vote",{"user":"ann","post":"stone1", …}]
 *   {"rows":{"content.vote":1, …}}
 */
import { FACT_TABLES, type FactTable, type TableRow, tableName } from "../../src/store/tables.ts";

/** Until migration 0011 a row for each slot of a clock-driven list, in the order of their slots. */
const WINDOW_ENTRY = "content.window_entry";

export const FORMAT = "cairn-backup";
/** Raised when lines change their shape. Tables and columns have no number: they are named. */
export const VERSION = 1;

/** The file cannot be restored; nothing has been written. */
export class BackupError extends Error {}

/** Rows by `tableName`. */
export type RowCounts = Readonly<Record<string, number>>;

export type BackupLine =
  | { readonly type: "first" }
  | { readonly type: "row"; readonly table: FactTable; readonly row: TableRow }
  /** Of a table that older versions had. */
  | { readonly type: "older"; readonly name: string; readonly row: TableRow }
  | { readonly type: "last"; readonly rows: RowCounts };

export function firstLine(at: Date): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, at: at.toISOString() })}\n`;
}

export function rowLine(name: string, row: TableRow): string {
  return `${JSON.stringify([name, row])}\n`;
}

export function lastLine(rows: RowCounts): string {
  return `${JSON.stringify({ rows })}\n`;
}

const TABLES_BY_NAME = new Map(FACT_TABLES.map((table) => [tableName(table), table]));

/** @throws BackupError */
export function parseLine(line: string): BackupLine {
  const value = parseJson(line);
  if (Array.isArray(value)) return parseRow(value);
  if (typeof value !== "object" || value === null) throw new BackupError("it is no backup");
  if ("rows" in value) return { type: "last", rows: value.rows as RowCounts };
  if (!("format" in value) || value.format !== FORMAT) throw new BackupError("it is no backup");
  if (!("version" in value) || value.version !== VERSION)
    throw new BackupError(newer("its format"));
  return { type: "first" };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BackupError("it is no backup, or damaged");
  }
}

function parseRow([name, row]: readonly unknown[]): BackupLine {
  if (name === WINDOW_ENTRY) return { type: "older", name, row: row as TableRow };
  const table = TABLES_BY_NAME.get(String(name));
  if (!table) throw new BackupError(newer(`the table ${name}`));
  const unknown = Object.keys(row as TableRow).find((column) => !table.facts.includes(column));
  if (unknown !== undefined) throw new BackupError(newer(`the column ${name}.${unknown}`));
  return { type: "row", table, row: row as TableRow };
}

function newer(what: string): string {
  return `this version of Cairn does not know ${what}: the backup is from a newer one`;
}
