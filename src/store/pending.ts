/** What an invocation may have left to be done: one question, because mostly it is nothing. */
import type { D1Database } from "@cloudflare/workers-types";
import { FIRST_DUE } from "./bell-rows.ts";

/** Times are in milliseconds since 1970. */
export interface Pending {
  /** The fingerprint that all pages were last named for, or are being named for. */
  readonly compiled: string;
  /** The next stale page or tally; null when there is none. */
  readonly due: number | null;
  /** The purge of the front cache; 0 when there is nothing to purge. */
  readonly purgeDue: number;
  /** The last ringing of the publisher's bell that was claimed. */
  readonly bellAt: number;
  /** Somebody has left whose posts and comments are still theirs. */
  readonly isLeaving: boolean;
}

export async function readPending(db: D1Database): Promise<Pending> {
  const row = await db
    .prepare(
      `SELECT compiled, (${FIRST_DUE}) AS due, purge_due AS purgeDue, bell_at AS bellAt,
         EXISTS (SELECT 1 FROM leaving) AS isLeaving FROM site`,
    )
    .first<Omit<Pending, "isLeaving"> & { isLeaving: number }>();
  if (!row) throw new Error("the content database has no site row: are its migrations applied?");
  return { ...row, isLeaving: row.isLeaving === 1 };
}
