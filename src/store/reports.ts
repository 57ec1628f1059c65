/** What people have reported, and the queues of what waits for a verdict. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Report } from "../model/entities.ts";
import type { CommunityKey, PersonKey } from "../model/ids.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

/** The newest report of a person counts, in whatever order they come. */
const UPSERT_REPORTS = `INSERT INTO report (thing, person, community, reason, at, event)
  SELECT ${fromJson("thing, person, community, reason, at, event")} FROM json_each(?1) WHERE true
  ON CONFLICT (thing, person) DO UPDATE SET reason = excluded.reason, at = excluded.at,
    event = excluded.event WHERE (excluded.at, excluded.event) > (at, event)`;

export function upsertReports(db: D1Database, reports: readonly Report[]): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_REPORTS, reports);
}

/** Where any of these things has ever been reported. */
export function readReported(db: D1Database, things: readonly string[]): Promise<CommunityKey[]> {
  return readReportPlaces(db, "thing", things);
}

/** Where these people have reported anything. */
export function readReportedBy(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<CommunityKey[]> {
  return readReportPlaces(db, "person", people);
}

async function readReportPlaces(
  db: D1Database,
  column: "thing" | "person",
  values: readonly string[],
): Promise<CommunityKey[]> {
  const results = await askAbout<{ community: CommunityKey }>(
    db,
    `SELECT DISTINCT r.community FROM json_each(?1) q
       CROSS JOIN report r ON r.${column} = q.value`,
    values,
  );
  return results.map(({ community }) => community);
}

const VERDICT_IS_OLDER = `standing = 'visible' AND coalesce((report.at, report.event) >
  (data ->> '$.verdict.at', data ->> '$.verdict.event'), 1)`;

/** Which reports of these things are open follows from the things and their verdicts. */
export function settleReports(db: D1Database, things: readonly string[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `UPDATE report SET is_open = CASE substr(thing, 1, 3)
           WHEN 't3_' THEN (SELECT ${VERDICT_IS_OLDER} FROM post WHERE id = substr(thing, 4))
           ELSE (SELECT ${VERDICT_IS_OLDER} FROM comment WHERE id = substr(thing, 4)) END
         WHERE thing IN (SELECT value FROM json_each(?1))`,
    things,
  );
}

/** A thing that waits for a moderator. */
export interface ReportedThing {
  readonly thing: string;
  readonly reports: number;
  /** When it was reported last. Milliseconds since 1970. */
  readonly at: number;
  /** Why it was reported: the newest reasons, and not all of many. */
  readonly reasons: readonly string[];
}

/**
 * The most recently reported things of each community, each with the newest reasons.
 * @param limit of things, `reasons` of those about each
 */
export async function readReportedThings(
  db: D1Database,
  communities: readonly CommunityKey[],
  limit: number,
  reasons: number,
): Promise<ReportedThing[][]> {
  const { results } = await db
    .prepare(
      `WITH thing AS (
         SELECT q.key AS at, r.thing, count(*) AS reports, max(r.at) AS last,
           row_number() OVER (PARTITION BY q.key ORDER BY max(r.at) DESC, r.thing) AS place
         FROM json_each(?1) q CROSS JOIN report r ON r.community = q.value AND r.is_open = 1
         GROUP BY q.key, r.thing),
       complaint AS (
         SELECT t.*, r.reason, row_number()
           OVER (PARTITION BY t.at, t.thing ORDER BY r.at DESC, r.event DESC) AS newest
         FROM thing t CROSS JOIN report r ON r.thing = t.thing AND r.is_open = 1
         WHERE t.place <= ?2)
       SELECT at, thing, reports, last, reason FROM complaint WHERE newest <= ?3
       ORDER BY at, place, newest`,
    )
    .bind(JSON.stringify(communities), limit, reasons)
    .all<{ at: number; thing: string; reports: number; last: number; reason: string }>();
  return communities.map((_, index) => {
    const own = Map.groupBy(
      results.filter(({ at }) => at === index),
      ({ thing }) => thing,
    );
    return [...own].map(([thing, rows]) => ({
      thing,
      reports: rows[0]?.reports ?? 0,
      at: rows[0]?.last ?? 0,
      reasons: rows.map(({ reason }) => reason),
    }));
  });
}
