/** The sums that operators look at, and the report that the status page is rendered from. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Backlog, OpenReports, RowCounts, StatusReport } from "../model/status.ts";
import { commitBatch, readCommitNumber } from "./commit.ts";
import { type NamedPage, namePages, type Pace } from "./page-rows.ts";

export function countPages(
  db: D1Database,
  { written, unchanged, failed }: StatusReport["pages"],
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE site SET pages_written = pages_written + ?1, pages_unchanged = pages_unchanged + ?2,
         pages_failed = pages_failed + ?3`,
    )
    .bind(written, unchanged, failed);
}

/** Events that were applied since the beginning. */
export async function countApplied(db: D1Database): Promise<number> {
  return (await db.prepare("SELECT applied FROM site").first<number>("applied")) ?? 0;
}

/** What cron last found; null before it ran. */
export async function readStatus(db: D1Database): Promise<StatusReport | null> {
  const report = await db.prepare("SELECT report FROM status").first<string>("report");
  return report === null ? null : (JSON.parse(report) as StatusReport);
}

interface SiteRow {
  readonly applied: number;
  readonly refused: number;
  readonly dead: number;
  readonly pages_written: number;
  readonly pages_unchanged: number;
  readonly pages_failed: number;
  readonly audited: number;
  readonly audited_at: number;
  readonly healed: number;
  readonly windows_at: number | null;
  readonly ticked_at: number;
}

interface LaneRow {
  readonly lane: keyof StatusReport["stale"];
  readonly pages: number;
  readonly due: number;
}

/**
 * What is so now.
 * @param now milliseconds since 1970
 * @param rows as they were counted last
 */
export async function takeStatus(
  db: D1Database,
  now: number,
  rows: RowCounts,
  waiting: Backlog | null,
): Promise<StatusReport> {
  const site = await db
    .prepare(
      `SELECT *, (SELECT count(*) FROM dead_letter) AS dead,
         (SELECT at FROM asof WHERE clock = 'top') AS windows_at FROM site`,
    )
    .first<SiteRow>();
  if (!site) throw new Error("the content database has no site row: are its migrations applied?");
  return {
    at: Math.floor(now / 1000),
    events: { applied: site.applied, refused: site.refused, dead: site.dead },
    waiting,
    stale: await readStale(db, now),
    pages: {
      written: site.pages_written,
      unchanged: site.pages_unchanged,
      failed: site.pages_failed,
    },
    windowsAt: site.windows_at,
    tickedAt: Math.floor(site.ticked_at / 1000),
    reports: await readOpenReports(db),
    audit: {
      at: Math.floor(site.audited_at / 1000),
      pages: site.audited,
      healed: site.healed,
    },
    rows,
  };
}

/** Once a minute: a flood of reports shall not be read to its end, nor hide others. */
const MAX_PLACES = 50;
/** So many are counted of each place: a moderator looks there for the rest. */
const MAX_REPORTS = 50;

async function readOpenReports(db: D1Database): Promise<OpenReports[]> {
  const { results } = await db
    .prepare(
      `WITH RECURSIVE place (community) AS (
         SELECT min(community) FROM report WHERE is_open = 1
         UNION ALL SELECT (SELECT min(community) FROM report
           WHERE is_open = 1 AND community > place.community)
         FROM place WHERE community IS NOT NULL LIMIT ?1)
       SELECT community, (SELECT count(DISTINCT thing) FROM (SELECT thing FROM report
           WHERE is_open = 1 AND community = place.community LIMIT ?2)) AS things
       FROM place WHERE community IS NOT NULL ORDER BY things DESC, community`,
    )
    .bind(MAX_PLACES, MAX_REPORTS)
    .all<OpenReports>();
  return results;
}

/** Stale pages, by lane. @param now milliseconds since 1970 */
export async function readStale(db: D1Database, now: number): Promise<StatusReport["stale"]> {
  const { results } = await db
    .prepare(
      `SELECT lane, count(*) AS pages, min(due) AS due FROM page WHERE named > written
       GROUP BY lane`,
    )
    .all<LaneRow>();
  const laneOf = (name: LaneRow["lane"]) => {
    const found = results.find(({ lane }) => lane === name);
    const overdue = found ? Math.max(0, Math.floor((now - found.due) / 1000)) : 0;
    return { pages: found?.pages ?? 0, overdue };
  };
  return {
    fast: laneOf("fast"),
    side: laneOf("side"),
    slow: laneOf("slow"),
    private: laneOf("private"),
  };
}

/** Reads whole indexes: not for every run of cron. @param now milliseconds since 1970 */
export async function countRows(db: D1Database, now: number): Promise<RowCounts> {
  const counts = await db
    .prepare(
      `SELECT (SELECT count(*) FROM post) AS posts, (SELECT count(*) FROM comment) AS comments,
         (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM community) AS communities,
         (SELECT count(*) FROM page WHERE written > 0) AS objects`,
    )
    .first<Omit<RowCounts, "at">>();
  if (!counts) throw new Error("a count without a row");
  return { at: Math.floor(now / 1000), ...counts };
}

/**
 * A commit like any other, so that the page is named for what it shows.
 * @param now milliseconds since 1970
 * @returns false when another commit came in between
 */
export async function commitStatus(
  db: D1Database,
  report: StatusReport,
  page: NamedPage,
  now: number,
  pace: Pace,
): Promise<boolean> {
  const readAt = await readCommitNumber(db);
  const write = db
    .prepare(
      `INSERT INTO status (id, report) VALUES (1, ?1)
       ON CONFLICT (id) DO UPDATE SET report = excluded.report`,
    )
    .bind(JSON.stringify(report));
  const names = namePages(db, [page], readAt + 1, now, pace);
  return (await commitBatch(db, readAt, [write, ...names], now)) !== null;
}
