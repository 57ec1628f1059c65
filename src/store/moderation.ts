/** Roles, what moderators did, and the queue of reports. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Act, Role } from "../model/entities.ts";
import type { CommunityKey, EventId, PersonKey } from "../model/ids.ts";
import type { Place } from "./places.ts";
import { bindChunks, fromJson } from "./statements.ts";

export function roleKey({ person, community, kind }: Pick<Role, "person" | "community" | "kind">) {
  return `${person} ${community} ${kind}`;
}

type RoleRow = Omit<Role, "isSet"> & { readonly is_set: number };

/** All roles of these people, by `roleKey`. */
export async function readRoles(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<Map<string, Role>> {
  const { results } = await db
    .prepare("SELECT r.* FROM json_each(?1) q CROSS JOIN role r ON r.person = q.value")
    .bind(JSON.stringify([...new Set(people)]))
    .all<RoleRow>();
  const roles = results.map(({ is_set, ...role }): Role => ({ ...role, isSet: is_set === 1 }));
  return new Map(roles.map((role) => [roleKey(role), role]));
}

const UPSERT_ROLES = `INSERT INTO role (person, community, kind, is_set, at, event)
  SELECT ${fromJson("person, community, kind, isSet, at, event")} FROM json_each(?1) WHERE true
  ON CONFLICT (person, community, kind) DO UPDATE SET is_set = excluded.is_set, at = excluded.at,
    event = excluded.event`;

export function upsertRoles(db: D1Database, roles: readonly Role[]): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_ROLES, roles);
}

/** The named moderators of each community; its creator is one without being named. */
export async function readModerators(
  db: D1Database,
  communities: readonly CommunityKey[],
): Promise<PersonKey[][]> {
  const { results } = await db
    .prepare(
      `SELECT q.key AS at, r.person FROM json_each(?1) q CROSS JOIN role r
         ON r.community = q.value AND r.kind = 'moderator' AND r.is_set = 1
       ORDER BY q.key, r.person`,
    )
    .bind(JSON.stringify(communities))
    .all<{ at: number; person: PersonKey }>();
  const moderators = communities.map((): PersonKey[] => []);
  for (const { at, person } of results) moderators[at]?.push(person);
  return moderators;
}

/** Those who are banned from each community, the last one first. */
export async function readBanned(
  db: D1Database,
  communities: readonly CommunityKey[],
  limit: number,
): Promise<Role[][]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM (
         SELECT q.key AS place, r.person, r.community, r.kind, r.at, r.event,
           row_number() OVER (PARTITION BY q.key ORDER BY r.at DESC, r.person) AS newest
         FROM json_each(?1) q CROSS JOIN role r
           ON r.community = q.value AND r.kind = 'banned' AND r.is_set = 1)
       WHERE newest <= ?2 ORDER BY place, newest`,
    )
    .bind(JSON.stringify(communities), limit)
    .all<Omit<Role, "isSet"> & { place: number; newest: number }>();
  const banned = communities.map((): Role[] => []);
  for (const { place, newest: _, ...role } of results) {
    banned[place]?.push({ ...role, isSet: true });
  }
  return banned;
}

export async function readActs(
  db: D1Database,
  events: readonly EventId[],
): Promise<Map<EventId, Act>> {
  if (events.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT a.* FROM json_each(?1) q CROSS JOIN act a ON a.event = q.value")
    .bind(JSON.stringify([...new Set(events)]))
    .all<Act>();
  return new Map(results.map((act) => [act.event, act]));
}

const ACT_COLUMNS = "event, community, by, kind, thing, person, reason, at";

export function insertActs(db: D1Database, acts: readonly Act[]): D1PreparedStatement[] {
  return bindChunks(
    db,
    `INSERT INTO act (${ACT_COLUMNS}) SELECT ${fromJson(ACT_COLUMNS)} FROM json_each(?1)
         WHERE true ON CONFLICT (event) DO NOTHING`,
    acts,
  );
}

const PLACE = `SELECT e.listing, e.slot,
  (SELECT max(slot) FROM entry WHERE listing = e.listing) AS count`;

/** Where logs speak of these things, and inboxes tell their authors what was done to them. */
export async function readActPlaces(db: D1Database, things: readonly string[]): Promise<Place[]> {
  if (things.length === 0) return [];
  const { results } = await db
    .prepare(
      `${PLACE} FROM json_each(?1) q CROSS JOIN act a ON a.thing = q.value AND a.thing <> ''
       CROSS JOIN entry e ON e.id IN ('lg_' || a.event, 'mo_' || a.event)`,
    )
    .bind(JSON.stringify(things))
    .all<Place>();
  return results;
}

/** Of the id of a repeated submission, the post that it leads to. */
const MEANT = `coalesce(iif(q.value GLOB 't3_*',
  (SELECT 't3_' || post FROM alias WHERE id = substr(q.value, 4)), NULL), q.value)`;

const AUTHOR = `iif(a.thing GLOB 't3_*', (SELECT author FROM post WHERE id = substr(a.thing, 4)),
  (SELECT author FROM comment WHERE id = substr(a.thing, 4)))`;

/** Those of the things of which their authors were told last that they were removed, or did it. */
export async function readKnownRemovals(
  db: D1Database,
  things: readonly string[],
): Promise<string[]> {
  if (things.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT thing FROM (
         SELECT a.thing, a.kind,
           row_number() OVER (PARTITION BY a.thing ORDER BY a.at DESC, a.event DESC) AS newest
         FROM json_each(?1) q CROSS JOIN act a ON a.thing = ${MEANT} AND a.thing <> ''
         WHERE a.kind IN ('approved', 'removed') AND (lower(a.by) = lower(${AUTHOR})
           OR EXISTS (SELECT 1 FROM entry e WHERE e.id = 'mo_' || a.event)))
       WHERE newest = 1 AND kind = 'removed'`,
    )
    .bind(JSON.stringify([...new Set(things)]))
    .all<{ thing: string }>();
  return results.map(({ thing }) => thing);
}

/** Where the logs name these people, as moderators or otherwise. */
export async function readActPlacesOf(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<Place[]> {
  if (people.length === 0) return [];
  const { results } = await db
    .prepare(
      `${PLACE} FROM (
         SELECT a.event FROM json_each(?1) q CROSS JOIN act a ON lower(a.by) = q.value
         UNION
         SELECT a.event FROM json_each(?1) q CROSS JOIN act a
           ON lower(a.person) = q.value AND a.person <> '') a
       CROSS JOIN entry e ON e.id = 'lg_' || a.event`,
    )
    .bind(JSON.stringify(people))
    .all<Place>();
  return results;
}

/** Where any of these things has ever been reported. */
export function readReported(
  db: D1Database,
  things: readonly string[],
): Promise<readonly CommunityKey[]> {
  return readPlaces(db, "report", "thing", things);
}

/** Where these people have reported anything. */
export function readReportedBy(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<readonly CommunityKey[]> {
  return readPlaces(db, "report", "person", people);
}

/** Where they have, or had, a role; not what they founded, which takes a look at every community. */
export function readRolePlaces(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<readonly CommunityKey[]> {
  return readPlaces(db, "role", "person", people);
}

async function readPlaces(
  db: D1Database,
  table: "report" | "role",
  column: "thing" | "person",
  values: readonly string[],
): Promise<readonly CommunityKey[]> {
  if (values.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT DISTINCT r.community FROM json_each(?1) q CROSS JOIN ${table} r ON r.${column} = q.value`,
    )
    .bind(JSON.stringify(values))
    .all<{ community: CommunityKey }>();
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

const DECIDES = `standing = 'removed' AND data ->> '$.verdict.event' = a.event`;

/** The acts by which things of each community are removed now, the newest first. */
export async function readRemovals(
  db: D1Database,
  communities: readonly CommunityKey[],
  limit: number,
): Promise<Act[][]> {
  const { results } = await db
    .prepare(
      `SELECT q.key AS place, d.* FROM json_each(?1) q CROSS JOIN act d ON d.event IN (
         SELECT a.event FROM act a
         WHERE a.community = q.value AND a.kind IN ('removed', 'spam')
           AND CASE substr(a.thing, 1, 3)
             WHEN 't3_' THEN EXISTS (SELECT 1 FROM post WHERE id = substr(a.thing, 4) AND ${DECIDES})
             ELSE EXISTS (SELECT 1 FROM comment WHERE id = substr(a.thing, 4) AND ${DECIDES}) END
         ORDER BY a.at DESC, a.event DESC LIMIT ?2)
       ORDER BY q.key, d.at DESC, d.event DESC`,
    )
    .bind(JSON.stringify(communities), limit)
    .all<Act & { place: number }>();
  const removals = communities.map((): Act[] => []);
  for (const { place, ...act } of results) removals[place]?.push(act);
  return removals;
}
