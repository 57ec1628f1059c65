/** What the formats have in common: rows, and how they are read. Pure. */
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

export interface Line {
  /** Where the row begins, counted from 1. */
  readonly line: number;
  readonly content: { readonly row: Row } | { readonly refusal: Refusal };
}

export const LINE_FEED = 10;

/** Nothing in the file can be understood. */
export class UnknownFormatError extends Error {
  override readonly name = "UnknownFormatError";
}

/** Called with the blocks of one file in turn, each of which ends with a line feed. */
export type BlockReader = (block: Buffer, isLast: boolean) => readonly Line[];

/**
 * Longest row. Reddit's largest have about 100,000 bytes, escaped; D1 refuses 2 MB, and escaping
 * for the way there can multiply the length by four.
 */
export const MAX_ROW_BYTES = 300_000;

/** Decoded all the same it would be garbled for good: the same line mended is "already there". */
export const NOT_UTF8: Refusal = { reason: "not_utf8" };

export const TOO_LONG: Refusal = { reason: "too_long", maxBytes: MAX_ROW_BYTES };
