/**
 * Leases of stale pages, so that one page has one publisher: leasing, settling, trying again later.
 *
 * A lease is one row, of all its pages, and goes when they are settled. Where it ends without, its
 * pages become `suspect`, and as one of them may have ended their publisher, each is leased `alone`.
 * Times are in milliseconds since 1970.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import {
  asJson,
  LEASED,
  longestPauseMs,
  type Pace,
  STORED_LANES,
  URGENT_PACE_MS,
} from "./page-rows.ts";
import { jsonChunks } from "./statements.ts";

/** A publisher that has not settled by then is taken for crashed. Milliseconds. */
export const LEASE_MS = 30_000;

export interface LeasedPage {
  readonly key: string;
  /** An earlier publisher never settled: its put may still be on the way. */
  readonly isTakenOver: boolean;
  /** Something was taken down. */
  readonly isUrgent: boolean;
  /** The commit that its object reflects, unless it is suspect. */
  readonly written: number;
  /** What its last publisher, or a build, noted of that object; null when nobody knows, or it is suspect. */
  readonly stored: string | null;
}

interface LeasedRow {
  readonly key: string;
  readonly suspect: number;
  readonly urgent: number;
  readonly written: number;
  readonly stored: string | null;
}

/** In front of a fingerprint: the code that it stands for is naming all pages just now. */
export const NAMING = "naming ";

// A second from now, because who named or wrote them may have done so just now.
const PULL_BACK = `UPDATE page SET due = ?1 + ${URGENT_PACE_MS} WHERE named > written
  AND lane IN (${STORED_LANES.map((lane) => `'${lane}'`).join(", ")}) AND due > ?1 + ?2`;

// What others have leased is passed over: fifty pages for each publisher that is at work.
const IS_DUE = `FROM page WHERE named > written AND due <= ?1 AND key NOT IN ${LEASED}`;

const TURNS = ["urgent", ...STORED_LANES.map((lane) => `NOT urgent AND lane = '${lane}'`)].map(
  (which, turn) =>
    `SELECT * FROM (SELECT key, due, ${turn} AS turn, alone ${IS_DUE} AND ${which} ORDER BY due LIMIT ?2)`,
);

// A publisher of other code than all pages were last named for would write what nobody renews.
const LEASE_DUE = `INSERT INTO lease (token, keys, until)
  WITH found AS MATERIALIZED (
    SELECT key, turn, due, alone FROM (${TURNS.join(" UNION ALL ")})
    WHERE (SELECT compiled FROM site) IN (?3, '${NAMING}' || ?3) ORDER BY turn, due LIMIT ?2),
  first AS (SELECT key, alone FROM found ORDER BY turn, due LIMIT 1)
  SELECT ?4, json_group_array(found.key ORDER BY turn, due), ?1 + ${LEASE_MS} FROM found, first
  WHERE iif(first.alone, found.key = first.key, NOT found.alone)
  HAVING count(*) > 0`;

const PAGES_OF_LEASE = `FROM lease CROSS JOIN json_each(lease.keys)
  CROSS JOIN page ON page.key = value WHERE token = ?1`;

// Taking over is a commit of its own: the put of the publisher before, which may still be on its
// way, carries a lower number wherever it arrives.
const TAKE_OVER = `UPDATE site SET commit_number = commit_number + 1
  WHERE EXISTS (SELECT 1 ${PAGES_OF_LEASE} AND suspect)`;

/**
 * Leases up to `limit` pages that are due, for LEASE_MS. Also returns the number of the last
 * commit: everything read from now on reflects at least that one.
 * Pages that are due later than any lane allows, because a clock was ahead, are due in a second.
 * @param fingerprint of the code that will render them
 */
export async function leasePages(
  db: D1Database,
  fingerprint: string,
  token: string,
  now: number,
  limit: number,
  pace: Pace,
): Promise<{ readonly pages: LeasedPage[]; readonly commit: number }> {
  const [site, found] = (
    await db.batch<LeasedRow & { commit: number }>([
      ...endLeases(db, now),
      db.prepare(PULL_BACK).bind(now, longestPauseMs(pace)),
      db.prepare(LEASE_DUE).bind(now, limit, fingerprint, token),
      db.prepare(TAKE_OVER).bind(token),
      db.prepare('SELECT commit_number AS "commit" FROM site'),
      // While all pages are being named, what is noted of objects is not forgotten everywhere yet.
      db
        .prepare(
          `SELECT page.key, suspect, urgent, written,
             iif((SELECT compiled FROM site) = ?2, stored, NULL) AS stored ${PAGES_OF_LEASE}`,
        )
        .bind(token, fingerprint),
    ])
  ).slice(-2);
  const pages = (found?.results ?? []).map((row) => ({
    key: row.key,
    isTakenOver: row.suspect === 1,
    isUrgent: row.urgent === 1,
    written: row.written,
    stored: row.suspect === 1 ? null : storedOf(row),
  }));
  return { pages, commit: site?.results[0]?.commit ?? 0 };
}

/** Nothing where older code has written the page since: it noted nothing. */
function storedOf({ written, stored }: LeasedRow): string | null {
  const commit = `${written} `;
  return stored?.startsWith(commit) ? stored.slice(commit.length) : null;
}

/** Of publishers that have not settled by `now`: what they have put may still be on its way. */
function endLeases(db: D1Database, now: number): D1PreparedStatement[] {
  return [
    `UPDATE page SET suspect = 1, alone = 1 WHERE key IN
       (SELECT value FROM lease CROSS JOIN json_each(lease.keys) WHERE until <= ?1)`,
    "DELETE FROM lease WHERE until <= ?1",
  ].map((sql) => db.prepare(sql).bind(now));
}

/** For scripts that have the site to themselves: nobody publishes now. */
export function endAllLeases(db: D1Database): D1PreparedStatement[] {
  return endLeases(db, Number.MAX_SAFE_INTEGER);
}

/** A page whose object reflects the commit that its rows were read at. */
export interface PublishedPage {
  readonly key: string;
  /** When it was put, in milliseconds since 1970; null if there was no need. */
  readonly at: number | null;
  /** To be noted. */
  readonly stored: string | null;
}

/** What a publisher has done. */
export interface Settlement {
  /** Their objects reflect `commit`. */
  readonly settled: readonly PublishedPage[];
  readonly commit: number;
  /** They stay suspect: what failed may still take effect. */
  readonly failed: readonly string[];
  /** Until these are tried again, after those that are due by then. Milliseconds. */
  readonly retryMs: number;
}

// ?1 is the pace as JSON, ?5 is now. A page pauses from its own put on, not from the end of its lease.
const PACE = `CASE WHEN urgent THEN ${URGENT_PACE_MS} ELSE ?1 ->> lane END`;

const SETTLE = `UPDATE page SET suspect = 0, alone = 0, written = ?2,
    written_at = coalesce(q.value ->> 'at', written_at), due = coalesce(q.value ->> 'at', ?5) + ${PACE}, urgent = CASE WHEN named > ?2 THEN urgent ELSE 0 END,
    stored = CAST(?2 AS INTEGER) || ' ' || (q.value ->> 'stored')
  FROM json_each(?4) q
  WHERE page.key = q.value ->> 'key' AND EXISTS (SELECT 1 FROM lease WHERE token = ?3)`;

const POSTPONE = `UPDATE page SET suspect = 1, alone = 0, due = ?1
  WHERE key IN (SELECT value FROM json_each(?3)) AND EXISTS (SELECT 1 FROM lease WHERE token = ?2)`;

/** Ends a lease. Does nothing where it has been lost. */
export function settleLease(
  db: D1Database,
  token: string,
  { settled, commit, failed, retryMs }: Settlement,
  now: number,
  pace: Pace,
): D1PreparedStatement[] {
  const settle = db.prepare(SETTLE);
  const postpone = db.prepare(POSTPONE);
  return [
    ...jsonChunks(settled).map((json) => settle.bind(asJson(pace), commit, token, json, now)),
    ...jsonChunks(failed).map((json) => postpone.bind(now + retryMs, token, json)),
    db.prepare("DELETE FROM lease WHERE token = ?1").bind(token),
  ];
}
