/** NDJSON: one JSON object a line. Pure. */
import { isUtf8 } from "node:buffer";
import {
  type BlockReader,
  type Line,
  MAX_ROW_BYTES,
  NOT_UTF8,
  type Row,
  TOO_LONG,
} from "./rows.ts";

/** A reader for one file. */
export function ndjsonReader(): BlockReader {
  let line = 0;
  return (block) => {
    const texts = block.toString().split("\n").slice(0, -1);
    const isText = whichAreText(block);
    return texts.flatMap((text, index) => {
      line++;
      return text.trim() === "" ? [] : [{ line, content: toContent(text, isText(index)) }];
    });
  };
}

/** Of the lines of a block; mostly all are, which is quickly told. */
function whichAreText(block: Buffer): (index: number) => boolean {
  if (isUtf8(block)) return () => true;
  // A character for each byte, so that no byte is lost.
  const lines = block.toString("latin1").split("\n");
  return (index) => isUtf8(Buffer.from(lines[index] ?? "", "latin1"));
}

function toContent(json: string, isText: boolean): Line["content"] {
  if (Buffer.byteLength(json) > MAX_ROW_BYTES) return { refusal: TOO_LONG };
  if (!isText) return { refusal: NOT_UTF8 };
  const row = parseObject(json.trim());
  return row ? { row } : { refusal: { reason: "not_json" } };
}

function parseObject(json: string): Row | null {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? unwrap(value) : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reddit's API gives each post and comment with its kind: `{"kind":"t3","data":{…}}`. */
function unwrap(row: Row & { readonly kind?: unknown; readonly data?: unknown }): Row {
  const isThing = row.kind === "t1" || row.kind === "t3";
  return isThing && isObject(row.data) ? row.data : row;
}
