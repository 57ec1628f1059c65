/**
 * The page table for scripts that have the site to themselves: the full build and the audit. Times are
 * in milliseconds since 1970.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { endAllLeases } from "./leases.ts";
import { type NamedPage, pausesAs } from "./page-rows.ts";
import { bindChunks, jsonChunks } from "./statements.ts";

/** A page that the full build has stored, or found stored. */
export interface BuiltPage extends NamedPage {
  /** To be noted of its object, if anything is known. */
  readonly stored?: string | null;
}

/** For the full build, which has the site to itself: the objects of these pages reflect `commit`. */
export function markWritten(
  db: D1Database,
  pages: readonly BuiltPage[],
  commit: number,
  now: number,
): D1PreparedStatement[] {
  const rows = pages.map(({ key, lane, stored }) => ({ key, lane: pausesAs(lane), stored }));
  return jsonChunks(rows).map((json) =>
    db
      .prepare(
        `INSERT INTO page (key, lane, named, written, written_at, due, stored)
         SELECT value ->> 'key', value ->> 'lane', ?1, ?1, ?2, ?2,
           CAST(?1 AS INTEGER) || ' ' || (value ->> 'stored')
         FROM json_each(?3) WHERE true
         ON CONFLICT (key) DO UPDATE SET written = excluded.written,
           written_at = excluded.written_at, due = excluded.due, urgent = 0, suspect = 0,
           alone = 0, stored = excluded.stored
         WHERE page.written < excluded.written OR page.suspect
           OR page.stored IS NOT excluded.stored OR page.written_at < excluded.written_at`,
      )
      .bind(commit, now, json),
  );
}

/**
 * For the full build, before it puts these pages or removes them: it may be killed when it has put
 * one, and not noted it yet.
 */
export function forgetStored(db: D1Database, keys: readonly string[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `UPDATE page SET stored = NULL
         WHERE key IN (SELECT value FROM json_each(?1)) AND stored IS NOT NULL`,
    keys,
  );
}

/** What the page table says of a page. */
export interface PageState {
  /** Its object reflects everything up to now. */
  readonly isWritten: boolean;
  /** As LeasedPage has it. */
  readonly isTakenOver: boolean;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/**
 * For the full build: the rows of these pages.
 * @param trusted what was written as of an older commit does not count as written
 */
export async function readPageStates(
  db: D1Database,
  keys: readonly string[],
  trusted: number,
): Promise<Map<string, PageState>> {
  const { results } = await db
    .prepare(
      `SELECT p.key, p.named, p.written, p.suspect, p.written_at AS writtenAt
       FROM json_each(?1) q CROSS JOIN page p ON p.key = q.value`,
    )
    .bind(JSON.stringify(keys))
    .all<{ key: string; named: number; written: number; suspect: number; writtenAt: number }>();
  return new Map(
    results.map(({ key, named, written, suspect, writtenAt }) => {
      const isTakenOver = suspect === 1;
      const isWritten = !isTakenOver && named <= written && trusted <= written;
      return [key, { isWritten, isTakenOver, writtenAt }];
    }),
  );
}

/** For the full build: pages whose objects it has removed. */
export function removePageRows(db: D1Database, keys: readonly string[]): D1PreparedStatement[] {
  return bindChunks(db, "DELETE FROM page WHERE key IN (SELECT value FROM json_each(?1))", keys);
}

/** For scripts that have the site to themselves: no vote, lane or lease is waited for. */
export async function makeStaleDue(db: D1Database): Promise<void> {
  await db.batch([
    db.prepare("UPDATE tally SET due = 0"),
    ...endAllLeases(db),
    db.prepare("UPDATE page SET due = 0 WHERE named > written"),
  ]);
}
