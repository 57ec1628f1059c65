/** What all events have in common, and how their fields are told from anything else. */
import {
  MARK_KINDS,
  type MarkKind,
  VERDICTS,
  type Verdict,
  type VoteValue,
} from "../model/entities.ts";
import { type EventId, isId } from "../model/ids.ts";

/** Raised when the meaning of a field changes; older versions keep their parser. */
export const EVENT_VERSION = 1;

export interface Base {
  readonly version: typeof EVENT_VERSION;
  readonly id: EventId;
  /** Time at the edge, milliseconds since 1970. */
  readonly at: number;
  /** The sender's name as registered; intake has checked the session. */
  readonly by: string;
}

export type Fields = Readonly<Record<string, unknown>>;

export function parseBase({ id, at, by }: Fields): Base | null {
  if (!isIdText(id) || typeof at !== "number" || !(at > 0) || !isText(by) || by === "") return null;
  return { version: EVENT_VERSION, id: id as EventId, at, by };
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isIdText(value: unknown): value is string {
  return isText(value) && isId(value);
}

export function isVote(value: unknown): value is VoteValue {
  return value === -1 || value === 0 || value === 1;
}

export function isVerdict(value: unknown): value is Verdict["kind"] {
  return VERDICTS.some((kind) => kind === value);
}

export interface MarkFields {
  readonly kind: MarkKind;
  readonly isSet: boolean;
}

export function isMark(fields: Fields): fields is Fields & MarkFields {
  return MARK_KINDS.some((kind) => kind === fields.kind) && typeof fields.isSet === "boolean";
}

export function markOf({ kind, isSet }: MarkFields): MarkFields {
  return { kind, isSet };
}
