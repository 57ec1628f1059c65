/** The fields that links and comments share, read from a row of either. Pure. */
import { cleanLine, isInvisible } from "../../src/model/clean-text.ts";
import { isId } from "../../src/model/ids.ts";
import { badValue, type Refusal } from "./refusal.ts";
import type { Field, Row } from "./rows.ts";

/** Reddit's word for an author who is gone; also for one that the data does not name. */
export const NO_AUTHOR = "[deleted]";

/** The last second of the year 9999: beyond it a date has no four-digit year. */
const MAX_SECONDS = 253_402_300_799;
/** A post or comment that says nothing about votes has its author's. */
const DEFAULT_SCORE = 1;
/**
 * Of `score`, `ups` and `downs`, above and below zero. Reddit's highest are half a million; sums and
 * karma of millions of such rows are still exact.
 */
const MAX_VOTES = 1_000_000_000;

type Usable<Values> = { [Index in keyof Values]: Exclude<Values[Index], Refusal> };

/** All of the values, or the first refusal among them. */
export function allUsable<Values extends readonly unknown[]>(
  ...values: Values
): Usable<Values> | Refusal {
  return values.find(isRefusal) ?? (values as Usable<Values>);
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "reason" in value;
}

/** The empty text for a field that is missing, empty or null. */
export function textOf(row: Row, field: Field): string {
  const value = row[field];
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Reddit's data escapes these three, once. */
export function unescapeOnce(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** @typeParam Id the brand of what the row is */
export function readId<Id extends string>(row: Row): Id | Refusal {
  const id = textOf(row, "id").trim().toLowerCase();
  if (id === "") return { reason: "missing", field: "id" };
  return isId(id) ? (id as Id) : badValue("id", row.id);
}

export function readAuthor(row: Row): string {
  const author = cleanLine(textOf(row, "author"));
  return isInvisible(author) ? NO_AUTHOR : author;
}

export function readSeconds(row: Row): number | Refusal {
  const seconds = readWhole(row, "created_utc");
  if (seconds === null) return { reason: "missing", field: "created_utc" };
  if (isRefusal(seconds)) return seconds;
  const isDate = seconds >= 0 && seconds <= MAX_SECONDS;
  return isDate ? seconds : badValue("created_utc", row.created_utc);
}

/** Null when the field is absent; `1263338070.0` is 1263338070. */
function readWhole(row: Row, field: Field): number | null | Refusal {
  const text = textOf(row, field).trim();
  if (text === "") return null;
  const number = Math.trunc(Number(text));
  return Number.isSafeInteger(number) ? number : badValue(field, row[field]);
}

function readCount(row: Row, field: "score" | "ups" | "downs"): number | null | Refusal {
  const count = readWhole(row, field);
  if (count === null || isRefusal(count)) return count;
  return Math.abs(count) <= MAX_VOTES ? count : badValue(field, row[field]);
}

/** Null when the field is absent; `True`, `true` and `1` are true. */
export function readBoolean(row: Row, field: Field): boolean | null | Refusal {
  const text = textOf(row, field).trim();
  if (text === "") return null;
  if (/^(true|1)$/i.test(text)) return true;
  return /^(false|0)$/i.test(text) ? false : badValue(field, row[field]);
}

/** Only `score` is real: Reddit blurred `ups` and `downs`, which are made to agree with it. */
export function readVotes(row: Row): { readonly ups: number; readonly downs: number } | Refusal {
  const given = allUsable(readCount(row, "score"), readCount(row, "ups"), readCount(row, "downs"));
  if (isRefusal(given)) return given;
  const [givenScore, givenUps, givenDowns] = given;
  const score = givenScore ?? (givenUps === null ? DEFAULT_SCORE : givenUps - (givenDowns ?? 0));
  const ups = Math.max(givenUps ?? score + (givenDowns ?? 0), score, 0);
  return { ups, downs: ups - score };
}
