/** What moderators did, where logs and inboxes speak of it, and what they have removed. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Act } from "../model/entities.ts";
import type { CommunityKey, EventId, PersonKey } from "../model/ids.ts";
import { type Place, SELECT_PLACE } from "./places.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

export async function readActs(
  db: D1Database,
  events: readonly EventId[],
): Promise<Map<EventId, Act>> {
  const results = await askAbout<Act>(
    db,
    "SELECT a.* FROM json_each(?1) q CROSS JOIN act a ON a.event = q.value",
    events,
  );
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

/** Where logs speak of these things, and inboxes tell their authors what was done to them. */
export function readActPlaces(db: D1Database, things: readonly string[]): Promise<Place[]> {
  return askAbout<Place>(
    db,
    `${SELECT_PLACE} FROM json_each(?1) q CROSS JOIN act a ON a.thing = q.value AND a.thing <> ''
       CROSS JOIN entry e ON e.id IN ('lg_' || a.event, 'mo_' || a.event)`,
    things,
  );
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
  const results = await askAbout<{ thing: string }>(
    db,
    `SELECT thing FROM (
         SELECT a.thing, a.kind,
           row_number() OVER (PARTITION BY a.thing ORDER BY a.at DESC, a.event DESC) AS newest
         FROM json_each(?1) q CROSS JOIN act a ON a.thing = ${MEANT} AND a.thing <> ''
         WHERE a.kind IN ('approved', 'removed') AND (lower(a.by) = lower(${AUTHOR})
           OR EXISTS (SELECT 1 FROM entry e WHERE e.id = 'mo_' || a.event)))
       WHERE newest = 1 AND kind = 'removed'`,
    things,
  );
  return results.map(({ thing }) => thing);
}

/** Where the logs name these people, as moderators or otherwise. */
export function readActPlacesOf(db: D1Database, people: readonly PersonKey[]): Promise<Place[]> {
  return askAbout<Place>(
    db,
    `${SELECT_PLACE} FROM (
         SELECT a.event FROM json_each(?1) q CROSS JOIN act a ON lower(a.by) = q.value
         UNION
         SELECT a.event FROM json_each(?1) q CROSS JOIN act a
           ON lower(a.person) = q.value AND a.person <> '') a
       CROSS JOIN entry e ON e.id = 'lg_' || a.event`,
    people,
  );
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
