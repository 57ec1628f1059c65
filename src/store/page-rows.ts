/**
 * The page table: which pages are stale, since which commit, and who is writing them.
 *
 * `named` is the last commit that may have changed a page, `written` the commit its stored object
 * reflects; stale means named > written. A stale page may be leased when it is `due`, and while it is
 * leased, when that lease ends: `due` is in an index, and stays as it is.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { TallyPace } from "../model/tally.ts";
import { jsonChunks } from "./statements.ts";

/** How long pages, by lane, and votes wait for others of their kind. Milliseconds. */
export interface Pace extends TallyPace {
  /** Least time between two writes of one page. */
  readonly fast: number;
  /** Without it, as the fast ones. */
  readonly side?: number;
  readonly slow: number;
  readonly private: number;
  /** How long pages of one's votes wait even before their first write: one votes more than once. */
  readonly patience?: number;
}

/** KV and R2 refuse more than one write a second to a key, whatever the hurry. Milliseconds. */
export const URGENT_PACE_MS = 1000;
/** A publisher that has not settled by then is taken for crashed. Milliseconds. */
export const LEASE_MS = 30_000;

export interface NamedPage {
  readonly key: string;
  readonly lane: Lane;
}

/**
 * `fast`: threads, and first pages of the site and its communities; `side`: first pages of people and
 * domains; `slow`: everything deeper, where waiting merges more; `private`: what one person reads now
 * and then; `votes`: such a page that changes with each of one's votes. A publisher who has too much
 * to do takes them in this order.
 */
export type Lane = (typeof STORED_LANES)[number] | "votes";

export const STORED_LANES = ["fast", "side", "slow", "private"] as const;

/** The table knows no more than how long to pause. */
function pausesAs(lane: Lane): (typeof STORED_LANES)[number] {
  return lane === "votes" ? "private" : lane;
}

/** The same of a lane in SQL. */
const PAUSES_AS = "CASE l.key WHEN 'votes' THEN 'private' ELSE l.key END";

function asJson(pace: Pace): string {
  return JSON.stringify({ ...pace, side: pace.side ?? pace.fast });
}

// ?2 is the pace as JSON.
const PACE = `CASE WHEN urgent THEN ${URGENT_PACE_MS} ELSE ?2 ->> lane END`;

// A stale page without a lease will be read after this commit anyway: naming it again writes
// nothing, unless it is more urgent now. A leased one may have been read before it.
const NAME_PAGES = `INSERT INTO page (key, lane, named, due, urgent)
  SELECT k.value, ${PAUSES_AS}, ?3, ?1 + iif(l.key = 'votes', ?6, 0), ?4
  FROM json_each(?5) l CROSS JOIN json_each(l.value) k WHERE true
  ON CONFLICT (key) DO UPDATE SET
    named = max(page.named, excluded.named),
    lane = excluded.lane,
    urgent = max(page.urgent, excluded.urgent),
    due = CASE
      WHEN page.lease IS NOT NULL THEN page.due
      WHEN page.named > page.written THEN min(page.due, max(excluded.due, page.written_at + ${URGENT_PACE_MS}))
      ELSE max(excluded.due, page.written_at +
        CASE WHEN excluded.urgent THEN ${URGENT_PACE_MS} ELSE ?2 ->> excluded.lane END)
    END
  WHERE page.named <= page.written OR page.lease IS NOT NULL
    OR (excluded.urgent AND NOT page.urgent)`;

/** @param urgent something was taken down: the pages do not wait for their lane */
export function namePages(
  db: D1Database,
  pages: readonly NamedPage[],
  commit: number,
  now: number,
  pace: Pace,
  urgent: boolean,
): D1PreparedStatement[] {
  const patience = urgent ? 0 : (pace.patience ?? 0);
  const statements: D1PreparedStatement[] = [];
  for (let from = 0; from < pages.length; from += MAX_PAGES) {
    const json = JSON.stringify(keysByLane(pages.slice(from, from + MAX_PAGES)));
    const values = [now, asJson(pace), commit, urgent ? 1 : 0, json, patience];
    statements.push(db.prepare(NAME_PAGES).bind(...values));
  }
  return statements;
}

/** Of one statement: their keys are far shorter than what D1 takes as a parameter. */
const MAX_PAGES = 1000;

/** A vote names many pages, of few lanes: SQLite reads an array of texts much faster than objects. */
function keysByLane(pages: readonly NamedPage[]): Partial<Record<Lane, string[]>> {
  const keys: Partial<Record<Lane, string[]>> = {};
  for (const { key, lane } of pages) {
    keys[lane] ??= [];
    keys[lane].push(key);
  }
  return keys;
}

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

/**
 * Of a lane: the first page that waits for no lease, and of those due before it the one whose lease
 * ends first. Leased pages are few, and the others come in the order of the index.
 */
function firstOfLane(lane: Lane): string {
  const stale = `FROM page WHERE named > written AND lane = '${lane}'`;
  const free = `SELECT due ${stale} AND leased_until <= due ORDER BY due LIMIT 1`;
  const leased = `SELECT min(leased_until) ${stale} AND leased_until > due
    AND due < coalesce((${free}), ${Number.MAX_SAFE_INTEGER})`;
  return `SELECT min(due) AS due FROM (SELECT (${free}) AS due UNION ALL ${leased})`;
}

// D1 allows five terms, and there are no more.
const FIRST_OF_EACH = [...STORED_LANES.map(firstOfLane), "SELECT min(due) FROM tally"];
export const FIRST_DUE = `SELECT min(due) AS due FROM (${FIRST_OF_EACH.join(" UNION ALL ")})`;

/**
 * When the next stale page may be leased, or the next tally is due, in milliseconds since 1970; null
 * when there is none.
 */
export async function nextDue(db: D1Database): Promise<number | null> {
  return db.prepare(FIRST_DUE).first<number>("due");
}

/**
 * Claims the ringing of the publisher's bell at `at`. False when one is on its way that rings no
 * later than `latest`: so commits and publishers between them keep one bell in the queue.
 */
export async function claimBell(
  db: D1Database,
  now: number,
  at: number,
  latest: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE site SET bell_at = ?2 WHERE bell_at < ?1 OR bell_at > ?3")
    .bind(now, at, latest)
    .run();
  return meta.changes > 0;
}

/** Stale pages that were named by a commit: what it cost. */
export async function keysNamedAt(db: D1Database, commit: number): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT key FROM page WHERE named = ?1 AND named > written")
    .bind(commit)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}

/** For the full build, which has the site to itself: the objects of these pages reflect `commit`. */
export function markWritten(
  db: D1Database,
  pages: readonly NamedPage[],
  commit: number,
  now: number,
): D1PreparedStatement[] {
  const rows = pages.map(({ key, lane }) => ({ key, lane: pausesAs(lane) }));
  return jsonChunks(rows).map((json) =>
    db
      .prepare(
        `INSERT INTO page (key, lane, named, written, written_at, due)
         SELECT value ->> 'key', value ->> 'lane', ?1, ?1, ?2, ?2 FROM json_each(?3) WHERE true
         ON CONFLICT (key) DO UPDATE SET written = excluded.written,
           written_at = excluded.written_at, due = excluded.due, urgent = 0, lease = NULL,
           leased_until = 0
         WHERE page.written < excluded.written OR page.lease IS NOT NULL
           OR page.written_at < excluded.written_at`,
      )
      .bind(commit, now, json),
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
      `SELECT p.key, p.named, p.written, p.lease, p.written_at AS writtenAt
       FROM json_each(?1) q CROSS JOIN page p ON p.key = q.value`,
    )
    .bind(JSON.stringify(keys))
    .all<{ key: string; named: number; written: number; lease: string; writtenAt: number }>();
  return new Map(
    results.map(({ key, named, written, lease, writtenAt }) => {
      const isTakenOver = lease !== null;
      const isWritten = !isTakenOver && named <= written && trusted <= written;
      return [key, { isWritten, isTakenOver, writtenAt }];
    }),
  );
}

/** For the full build: pages whose objects it has removed. */
export function removePageRows(db: D1Database, keys: readonly string[]): D1PreparedStatement[] {
  return jsonChunks(keys).map((json) =>
    db.prepare("DELETE FROM page WHERE key IN (SELECT value FROM json_each(?1))").bind(json),
  );
}

/** For scripts that have the site to themselves: no vote, lane or lease is waited for. */
export async function makeStaleDue(db: D1Database): Promise<void> {
  await db.batch([
    db.prepare("UPDATE tally SET due = 0"),
    db.prepare("UPDATE page SET due = 0, leased_until = 0 WHERE named > written"),
  ]);
}
