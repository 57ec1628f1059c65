/** NDJSON: one JSON object a line. Pure. */
import { type Cut, MAX_ROW_CHARS, type Row } from "./rows.ts";

export function cutNdjson(text: string, start: number): Cut {
  const end = text.indexOf("\n", start);
  if (end === -1) {
    return { type: "open", refusal: { reason: "too_long", maxChars: MAX_ROW_CHARS } };
  }
  const line = text.slice(start, end);
  if (line.trim() === "") return { type: "nothing", end: end + 1 };
  const row = parseObject(line);
  return row
    ? { type: "row", row, end: end + 1 }
    : { type: "refused", refusal: { reason: "not_json" } };
}

function parseObject(json: string): Row | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
