/**
 * Leases of stale pages, so that one page has one publisher: leasing, settling, trying again later.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { asJson, type Pace, STORED_LANES, URGENT_PACE_MS } from "./page-rows.ts";
import { jsonChunks } from "./statements.ts";

/** A publisher that has not settled by then is taken for crashed. Milliseconds. */
export const LEASE_MS = 30_000;

export interface LeasedPage {
  readonly key: string;
  /** An earlier publisher never settled: its put may still be on the way. */
  readonly isTakenOver: boolean;
  /** Something was taken down. */
  readonly isUrgent: boolean;
}

interface LeasedRow {
  readonly key: string;
  readonly lease: string | null;
  readonly urgent: number;
}

/** In front of a fingerprint: the code that it stands for is naming all pages just now. */
export const NAMING = "naming ";

// What others have leased is passed over: a hundred pages for each publisher that is at work.
const IS_DUE = "FROM page WHERE named > written AND due <= ?1 AND leased_until <= ?1";

const TURNS = ["urgent", ...STORED_LANES.map((lane) => `NOT urgent AND lane = '${lane}'`)].map(
  (which, turn) =>
    `SELECT * FROM (SELECT key, lease, due, urgent, ${turn} AS turn ${IS_DUE} AND ${which}
       ORDER BY due LIMIT ?2)`,
);

// A publisher of other code than all pages were last named for would write what nobody renews.
const DUE_PAGES = `FROM (${TURNS.join(" UNION ALL ")})
  WHERE (SELECT compiled FROM site) IN (?3, '${NAMING}' || ?3) ORDER BY turn, due LIMIT ?2`;

// Taking over is a commit of its own: the put of the publisher before, which may still be on its
// way, carries a lower number wherever it arrives.
const TAKE_OVER = `UPDATE site SET commit_number = commit_number + 1
  WHERE EXISTS (SELECT 1 FROM (SELECT lease ${DUE_PAGES}) WHERE lease IS NOT NULL)`;

/**
 * Leases up to `limit` pages that are due, for LEASE_MS. Also returns the number of the last
 * commit: everything read from now on reflects at least that one.
 * @param fingerprint of the code that will render them
 */
export async function leasePages(
  db: D1Database,
  fingerprint: string,
  token: string,
  now: number,
  limit: number,
): Promise<{ readonly pages: LeasedPage[]; readonly commit: number }> {
  const [found, , , site] = await db.batch<LeasedRow & { commit: number }>([
    db.prepare(`SELECT key, lease, urgent ${DUE_PAGES}`).bind(now, limit, fingerprint),
    db.prepare(TAKE_OVER).bind(now, limit, fingerprint),
    db
      .prepare(
        `UPDATE page SET lease = ?4, leased_until = ?5 WHERE key IN (SELECT key ${DUE_PAGES})`,
      )
      .bind(now, limit, fingerprint, token, now + LEASE_MS),
    db.prepare('SELECT commit_number AS "commit" FROM site'),
  ]);
  const pages = (found?.results ?? []).map(({ key, lease, urgent }) => ({
    key,
    isTakenOver: lease !== null,
    isUrgent: urgent === 1,
  }));
  return { pages, commit: site?.results[0]?.commit ?? 0 };
}

// ?2 is the pace as JSON.
const PACE = `CASE WHEN urgent THEN ${URGENT_PACE_MS} ELSE ?2 ->> lane END`;

/** The objects of these pages reflect `commit`. Does nothing where the lease has been lost. */
export function settlePages(
  db: D1Database,
  keys: readonly string[],
  token: string,
  commit: number,
  now: number,
  pace: Pace,
): D1PreparedStatement[] {
  return jsonChunks(keys).map((json) =>
    db
      .prepare(
        `UPDATE page SET lease = NULL, leased_until = 0, written = ?3, written_at = ?1,
           due = ?1 + ${PACE}, urgent = CASE WHEN named > ?3 THEN urgent ELSE 0 END
         WHERE key IN (SELECT value FROM json_each(?5)) AND lease = ?4`,
      )
      .bind(now, asJson(pace), commit, token, json),
  );
}

/**
 * Tries these pages again at `due`, after those that are due by then. The lease ends, but its name
 * stays: what failed may still take effect.
 */
export function postponePages(
  db: D1Database,
  keys: readonly string[],
  token: string,
  due: number,
): D1PreparedStatement[] {
  return jsonChunks(keys).map((json) =>
    db
      .prepare(
        `UPDATE page SET due = ?1, leased_until = 0
         WHERE key IN (SELECT value FROM json_each(?3)) AND lease = ?2`,
      )
      .bind(due, token, json),
  );
}
