/**
 * CSV (RFC 4180) with a header. Written here because a CSV library cannot go back to the line
 * after a quote that never closes: it loses the rest of the file. Pure.
 */
import { type Cut, type Cutter, FIELDS, type Field, type Row } from "./rows.ts";

/** The first row is no header of links: nothing in the file can be understood. */
export class NoHeaderError extends Error {
  override readonly name = "NoHeaderError";
}

const REQUIRED_COLUMNS: readonly Field[] = ["id", "title", "subreddit", "created_utc"];

const QUOTE = '"';
const COMMA = 44;
const LINE_FEED = 10;

/** A cutter for one file; the first row it is asked for is the header. */
export function csvCutter(): Cutter {
  let header: Header | null = null;
  return (text, start) => {
    const end = endOfBlankLine(text, start);
    if (end !== null) return { type: "nothing", end };
    const record = readRecord(text, start);
    if (record === "open") return { type: "open", refusal: { reason: "broken_quotes" } };
    if (record === "broken") {
      if (!header) throw new NoHeaderError(noHeader(REQUIRED_COLUMNS));
      return { type: "refused", refusal: { reason: "broken_quotes" } };
    }
    if (header) return toCut(record, header);
    header = toHeader(record.cells);
    return { type: "nothing", end: record.end };
  };
}

interface Header {
  readonly columns: number;
  /** Where the fields stand that the file has. */
  readonly places: readonly (readonly [Field, number])[];
}

function toHeader(names: readonly string[]): Header {
  const trimmed = names.map((name) => name.trim());
  const missing = REQUIRED_COLUMNS.filter((field) => !trimmed.includes(field));
  if (missing.length > 0) throw new NoHeaderError(noHeader(missing));
  const places = FIELDS.filter((field) => trimmed.includes(field)).map(
    (field) => [field, trimmed.indexOf(field)] as const,
  );
  return { columns: names.length, places };
}

function noHeader(missing: readonly Field[]): string {
  return `neither NDJSON nor CSV whose first line names the columns (no ${missing.join(", ")})`;
}

function toCut({ cells, end }: CsvRecord, header: Header): Cut {
  if (cells.length !== header.columns) {
    const [found, expected] = [cells.length, header.columns];
    return { type: "refused", refusal: { reason: "wrong_columns", found, expected } };
  }
  const row: { [field in Field]?: string } = {};
  for (const [field, place] of header.places) row[field] = cells[place] ?? "";
  return { type: "row", row: row satisfies Row, end };
}

function endOfBlankLine(text: string, start: number): number | null {
  if (text[start] === "\n") return start + 1;
  return text.startsWith("\r\n", start) ? start + 2 : null;
}

interface CsvRecord {
  readonly cells: readonly string[];
  /** After the line feed. */
  readonly end: number;
}

/** A quote inside a field that did not begin with one is a character like any other. */
function readRecord(text: string, start: number): CsvRecord | "open" | "broken" {
  const cells: string[] = [];
  let at = start;
  while (true) {
    const cell = text[at] === QUOTE ? readQuoted(text, at + 1) : readPlain(text, at);
    if (cell === "open") return "open";
    cells.push(cell.value);
    at = cell.end;
    if (text.charCodeAt(at) === COMMA) at++;
    else if (text.charCodeAt(at) === LINE_FEED) return { cells, end: at + 1 };
    else if (text.startsWith("\r\n", at)) return { cells, end: at + 2 };
    else return at >= text.length - 1 ? "open" : "broken";
  }
}

interface Cell {
  readonly value: string;
  /** At the delimiter. */
  readonly end: number;
}

/** @param start after the opening quote; a doubled quote stands for one */
function readQuoted(text: string, start: number): Cell | "open" {
  let value = "";
  let at = start;
  while (true) {
    const quote = text.indexOf(QUOTE, at);
    if (quote === -1) return "open";
    value += text.slice(at, quote);
    if (text[quote + 1] !== QUOTE) return { value, end: quote + 1 };
    value += QUOTE;
    at = quote + 2;
  }
}

function readPlain(text: string, start: number): Cell | "open" {
  let end = start;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === COMMA) return { value: text.slice(start, end), end };
    if (code === LINE_FEED) {
      const valueEnd = end > start && text[end - 1] === "\r" ? end - 1 : end;
      return { value: text.slice(start, valueEnd), end: valueEnd };
    }
    end++;
  }
  return "open";
}
