/** What an invocation may have left to be done: one question, because mostly it is nothing. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { FIRST_DUE } from "./bell-rows.ts";
import { CLOCKS_APART_MS } from "./page-rows.ts";

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

/** As D1 answers. */
export type PendingRow = Omit<Pending, "isLeaving"> & { readonly isLeaving: number };

const PENDING = `SELECT compiled, (${FIRST_DUE}) AS due, purge_due AS purgeDue, bell_at AS bellAt,
  EXISTS (SELECT 1 FROM leaving) AS isLeaving FROM site`;

/** To be asked in a batch, of what the batch leaves. */
export function askPending(db: D1Database): D1PreparedStatement {
  return db.prepare(PENDING);
}

export function pendingOf(row: PendingRow | null | undefined): Pending {
  if (!row) throw new Error("the content database has no site row: are its migrations applied?");
  return { ...row, isLeaving: row.isLeaving === 1 };
}

export async function readPending(db: D1Database): Promise<Pending> {
  return pendingOf(await askPending(db).first<PendingRow>());
}

/**
 * For a publisher at its end: bells that have rung by now, by whatever clock, are answered, and what
 * is named from then on rings anew. In one batch, so that nothing is named in between.
 * @param now milliseconds since 1970
 */
export async function answerBell(db: D1Database, now: number): Promise<Pending> {
  const [, answer] = await db.batch<PendingRow>([
    db
      .prepare("UPDATE site SET bell_at = 0 WHERE bell_at BETWEEN 1 AND ?1")
      .bind(now + CLOCKS_APART_MS),
    askPending(db),
  ]);
  return pendingOf(answer?.results[0]);
}
