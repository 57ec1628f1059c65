/**
 * CSV with a header. After a broken row it goes on with the line that follows the row's first line,
 * so that a quote that never closes swallows nothing. Pure.
 */
import { isUtf8 } from "node:buffer";
import type { CsvError } from "csv-parse/sync";
import { type CsvRecord, parseRecords } from "./csv-records.ts";
import type { Refusal } from "./refusal.ts";
import {
  type BlockReader,
  FIELDS,
  type Field,
  LINE_FEED,
  type Line,
  MAX_ROW_BYTES,
  NOT_UTF8,
  type Row,
  TOO_LONG,
  UnknownFormatError,
} from "./rows.ts";

const REQUIRED_COLUMNS: readonly Field[] = ["id", "title", "subreddit", "created_utc"];

/** A reader for one file; the first row that it meets is the header. */
export function csvReader(): BlockReader {
  let columns: string[] | null = null;
  let line = 1;
  let unread: Buffer = Buffer.alloc(0);
  const leave = (bytes: Buffer) => {
    line += countLines(bytes);
    unread = unread.subarray(bytes.length);
  };
  return (block, isLast) => {
    unread = Buffer.concat([unread, block]);
    const lines: Line[] = [];
    const take = ({ value: row, written }: CsvRecord<Row>) => {
      lines.push({ line, content: isUtf8(written) ? { row } : { refusal: NOT_UTF8 } });
      leave(written);
    };
    if (!columns) {
      demandLineFeeds(unread);
      const { records, failure } = parseRecords<string[]>(unread, { bom: true, to: 1 });
      const [header] = records;
      if (!header && (!failure || mayYetEnd(failure, isLast))) return lines;
      columns = toColumns(header?.value ?? []);
      for (const { written } of records) leave(written);
    }
    while (true) {
      // Blank lines fail too, for want of columns: csv-parse does not tell where it skips some.
      const { records, failure } = parseRecords<Row>(unread, { columns, skip_empty_lines: false });
      records.forEach(take);
      if (!failure || mayYetEnd(failure, isLast)) return lines;
      const firstLine = unread.subarray(0, unread.indexOf(LINE_FEED) + 1);
      // A quote inside a plain field is a character like any other, but only within one line.
      const relax_quotes = failure.code === "INVALID_OPENING_QUOTE";
      const alone = parseRecords<Row>(firstLine, { columns, relax_quotes });
      alone.records.forEach(take);
      if (alone.failure) {
        const isTooLong = firstLine.length > MAX_ROW_BYTES;
        const why = relax_quotes ? alone.failure : failure;
        lines.push({ line, content: { refusal: isTooLong ? TOO_LONG : toRefusal(why, columns) } });
      }
      leave(alone.rest);
    }
  };
}

function mayYetEnd({ code }: CsvError, isLast: boolean): boolean {
  return code === "CSV_QUOTE_NOT_CLOSED" && !isLast;
}

function toRefusal({ code, record }: CsvError, columns: readonly string[]): Refusal {
  if (code === "CSV_MAX_RECORD_SIZE") return TOO_LONG;
  if (code !== "CSV_RECORD_INCONSISTENT_COLUMNS") return { reason: "broken_quotes" };
  const cells = record as readonly string[];
  return { reason: "wrong_columns", found: cells.length, expected: columns.length };
}

function toColumns(cells: readonly string[]): string[] {
  const names = cells.map((name) => name.trim());
  const twice = FIELDS.filter((field) => names.indexOf(field) !== names.lastIndexOf(field));
  if (twice.length > 0) {
    throw new UnknownFormatError(`its first line names columns twice: ${twice.join(", ")}`);
  }
  const missing = REQUIRED_COLUMNS.filter((field) => !names.includes(field));
  if (missing.length === 0) return names;
  throw new UnknownFormatError(
    `neither NDJSON nor CSV whose first line names the columns (no ${missing.join(", ")})`,
  );
}

/** The first line is not the whole file: no column's name has a carriage return in it. */
function demandLineFeeds(csv: Buffer): void {
  const firstLine = csv.subarray(0, csv.indexOf(LINE_FEED)).toString();
  if (!/\r./s.test(firstLine)) return;
  throw new UnknownFormatError(
    "its lines end with carriage returns alone; as with tr '\\r' '\\n', make them line feeds",
  );
}

/** csv-parse counts lone carriage returns too. */
function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}
