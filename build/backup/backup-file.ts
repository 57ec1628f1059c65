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

const FORMAT = "cairn-backup";
/** Raised when lines change their shape. Tables and columns have no number: they are named. */
const VERSION = 1;

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

/**
 * @param number of the line, counted from 1
 * @throws BackupError
 */
export function parseLine(line: string, number: number): BackupLine {
  const value = parseJson(line, number);
  if (Array.isArray(value)) return parseRow(value, number);
  if (typeof value !== "object" || value === null) throw damaged(number, "neither row nor count");
  if ("rows" in value) return { type: "last", rows: parseCounts(value.rows, number) };
  if (!("format" in value) || value.format !== FORMAT) throw damaged(number, "no such line");
  if (!("version" in value) || value.version !== VERSION)
    throw new BackupError(newer("its format"));
  return { type: "first" };
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged(number, "no JSON");
  }
}

function parseCounts(counts: unknown, number: number): RowCounts {
  const isCounts = isObject(counts) && Object.values(counts).every(Number.isSafeInteger);
  if (!isCounts) throw damaged(number, "no counts of rows");
  return counts as RowCounts;
}

function parseRow([name, row]: readonly unknown[], number: number): BackupLine {
  if (typeof name !== "string" || !isRow(row)) throw damaged(number, "no row of a table");
  if (name === WINDOW_ENTRY) return { type: "older", name, row };
  const table = TABLES_BY_NAME.get(name);
  if (!table) throw new BackupError(newer(`the table ${name}`));
  const unknown = Object.keys(row).find((column) => !table.facts.includes(column));
  if (unknown !== undefined) throw new BackupError(newer(`the column ${name}.${unknown}`));
  const missing = table.facts.find((column) => isMissing(table, column, row[column]));
  if (missing !== undefined) throw damaged(number, `${name}.${missing} is missing`);
  demandCompletion(table, row, number);
  return { type: "row", table, row };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRow(value: unknown): value is TableRow {
  const isValue = (each: unknown) => each === null || /^(string|number)$/.test(typeof each);
  return isObject(value) && Object.values(value).every(isValue);
}

function isMissing(
  { nullable = [], defaulted = [] }: FactTable,
  column: string,
  value: TableRow[string] | undefined,
): boolean {
  if (value === undefined) return !nullable.includes(column) && !defaulted.includes(column);
  return value === null && !nullable.includes(column);
}

/** What a row holds as JSON is read before it is stored. */
function demandCompletion({ complete }: FactTable, row: TableRow, number: number): void {
  try {
    complete?.(row);
  } catch (error) {
    throw damaged(number, error instanceof Error ? error.message : String(error));
  }
}

function damaged(number: number, why: string): BackupError {
  return new BackupError(
    number === 1 ? "it is no backup, or damaged" : `it is damaged in line ${number} (${why})`,
  );
}

function newer(what: string): string {
  return `this version of Cairn does not know ${what}: the backup is from a newer one`;
}
