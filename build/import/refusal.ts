/** Why a line of a file could not be used: values that carry what is needed to mend it. Pure. */
import { unreachable } from "../../src/model/unreachable.ts";

export type Refusal =
  /** A quoted field that never closes, or that goes on after its closing quote. */
  | { readonly reason: "broken_quotes" }
  | { readonly reason: "wrong_columns"; readonly found: number; readonly expected: number }
  | { readonly reason: "too_long"; readonly maxBytes: number }
  | { readonly reason: "not_utf8" }
  | { readonly reason: "not_json" }
  | { readonly reason: "missing"; readonly field: string }
  | { readonly reason: "bad_value"; readonly field: string; readonly value: string }
  /** Of a comment; all four name what is meant by its fullname: `t3_…`, `t1_…`. */
  | { readonly reason: "no_post"; readonly post: string }
  | { readonly reason: "no_parent"; readonly parent: string }
  | { readonly reason: "other_thread"; readonly parent: string }
  | { readonly reason: "circle"; readonly parent: string }
  /** The file as a whole, from this line on. */
  | { readonly reason: "unusable_file"; readonly why: string };

export interface RefusedLine {
  readonly file: string;
  /** Counted from 1; where a row of several lines begins. */
  readonly line: number;
  readonly refusal: Refusal;
}

/** Enough of a value to find it again; titles and URLs can be very long. Characters. */
const SHOWN_CHARS = 80;

export function badValue(field: string, value: unknown): Refusal {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return { reason: "bad_value", field, value: text.slice(0, SHOWN_CHARS) };
}

/** What lines refused for one reason have in common: the heading under which they are counted. */
export function refusalKind(refusal: Refusal): string {
  switch (refusal.reason) {
    case "broken_quotes":
      return "broken quotes";
    case "wrong_columns":
      return "wrong number of columns";
    case "too_long":
      return "too long";
    case "not_utf8":
      return "not UTF-8";
    case "not_json":
      return "not a JSON object";
    case "missing":
      return `no ${refusal.field}`;
    case "bad_value":
      return `unusable ${refusal.field}`;
    case "no_post":
      return "its post is not here";
    case "no_parent":
      return "its parent never came";
    case "other_thread":
      return "its parent is in another thread";
    case "circle":
      return "its parents go round in a circle";
    case "unusable_file":
      return "unusable file";
    default:
      return unreachable(refusal);
  }
}

export function refusalText(refusal: Refusal): string {
  const kind = refusalKind(refusal);
  switch (refusal.reason) {
    case "wrong_columns":
      return `${kind}: ${refusal.found} instead of ${refusal.expected}`;
    case "too_long":
      return `${kind}: more than ${refusal.maxBytes} bytes`;
    case "bad_value":
      return `${kind}: ${JSON.stringify(refusal.value)}`;
    case "unusable_file":
      return `${kind}: ${refusal.why}`;
    case "no_post":
      return `${kind}: ${refusal.post}`;
    case "no_parent":
    case "other_thread":
    case "circle":
      return `${kind}: ${refusal.parent}`;
    case "broken_quotes":
    case "not_utf8":
    case "not_json":
    case "missing":
      return kind;
    default:
      return unreachable(refusal);
  }
}
