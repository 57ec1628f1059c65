/**
 * Cuts text that arrives in pieces into rows. It goes on after a broken row with the line that
 * follows the row's first line, so that a quote that never closes swallows nothing. Pure.
 */
import type { Refusal } from "./refusal.ts";

/** Reddit's field names; CSV gives texts, NDJSON whatever JSON has. */
export const FIELDS = [
  "id",
  "title",
  "subreddit",
  "created_utc",
  "author",
  "url",
  "selftext",
  "is_self",
  "over_18",
  "score",
  "ups",
  "downs",
  "link_id",
  "parent_id",
  "body",
] as const;
export type Field = (typeof FIELDS)[number];
export type Row = { readonly [field in Field]?: unknown };

/** What a format finds at a place in the text; `end` is where the next row begins. */
export type Cut =
  | { readonly type: "row"; readonly row: Row; readonly end: number }
  | { readonly type: "nothing"; readonly end: number }
  | { readonly type: "refused"; readonly refusal: Refusal }
  /** The row does not end within the text. */
  | { readonly type: "open"; readonly refusal: Refusal };

/** Called with the beginning of a row; rows end with a line feed, which the text always has. */
export type Cutter = (text: string, start: number) => Cut;

export interface Line {
  readonly line: number;
  readonly content: { readonly row: Row } | { readonly refusal: Refusal };
}

/**
 * Longest row. Reddit's largest have about 100,000 characters, escaped; D1 refuses 2 MB, and
 * escaping for the way there can multiply the length by four.
 */
export const MAX_ROW_CHARS = 300_000;

interface Cursor {
  /** What has not become rows yet. */
  text: string;
  /** Of the beginning of `text`, counted from 1. */
  line: number;
  /** Inside a line that was refused before its end was seen. */
  isSkipping: boolean;
}

/** The rows in arrays, one for each piece of text: an await for each row would cost more. */
export async function* cutRows(
  pieces: AsyncIterable<string>,
  cutter: Cutter,
): AsyncGenerator<readonly Line[]> {
  const cursor: Cursor = { text: "", line: 1, isSkipping: false };
  for await (const piece of pieces) yield takeRows(cursor, piece, cutter, false);
  yield takeRows(cursor, "\n", cutter, true);
}

function takeRows(cursor: Cursor, piece: string, cutter: Cutter, isLast: boolean): Line[] {
  const lines: Line[] = [];
  const text = cursor.text + piece;
  let start = 0;
  const moveTo = (end: number) => {
    for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1))
      cursor.line++;
    start = end;
  };
  const skipLine = () => {
    const lineFeed = text.indexOf("\n", start);
    cursor.isSkipping = lineFeed === -1;
    moveTo(cursor.isSkipping ? text.length : lineFeed + 1);
  };
  const refuse = (refusal: Refusal) => {
    lines.push({ line: cursor.line, content: { refusal } });
    skipLine();
  };
  if (cursor.isSkipping) skipLine();
  while (start < text.length) {
    const cut = cutter(text, start);
    if (cut.type === "open") {
      if (!isLast && text.length - start <= MAX_ROW_CHARS) break;
      refuse(cut.refusal);
    } else if (cut.type === "refused") {
      refuse(cut.refusal);
    } else if (cut.type === "row" && cut.end - start > MAX_ROW_CHARS) {
      refuse({ reason: "too_long", maxChars: MAX_ROW_CHARS });
    } else {
      if (cut.type === "row") lines.push({ line: cursor.line, content: { row: cut.row } });
      moveTo(cut.end);
    }
  }
  cursor.text = text.slice(start);
  return lines;
}
