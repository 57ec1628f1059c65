/** NDJSON: one JSON object a line. Pure. */
import { type BlockReader, type Line, MAX_ROW_BYTES, type Row, TOO_LONG } from "./rows.ts";

/** A reader for one file. */
export function ndjsonReader(): BlockReader {
  let line = 0;
  return (block) => {
    const texts = block.toString().split("\n").slice(0, -1);
    return texts.flatMap((text) => {
      line++;
      return text.trim() === "" ? [] : [{ line, content: toContent(text) }];
    });
  };
}

function toContent(json: string): Line["content"] {
  if (Buffer.byteLength(json) > MAX_ROW_BYTES) return { refusal: TOO_LONG };
  const row = parseObject(json.trim());
  return row ? { row } : { refusal: { reason: "not_json" } };
}

function parseObject(json: string): Row | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
