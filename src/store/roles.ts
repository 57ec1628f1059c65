/** Who moderates a community, and who is banned from it. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Role } from "../model/entities.ts";
import type { CommunityKey, PersonKey } from "../model/ids.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

export function roleKey({ person, community, kind }: Pick<Role, "person" | "community" | "kind">) {
  return `${person} ${community} ${kind}`;
}

type RoleRow = Omit<Role, "isSet"> & { readonly is_set: number };

/** All roles of these people, by `roleKey`. */
export async function readRoles(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<Map<string, Role>> {
  const results = await askAbout<RoleRow>(
    db,
    "SELECT r.* FROM json_each(?1) q CROSS JOIN role r ON r.person = q.value",
    people,
  );
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

/** Where they have, or had, a role; not what they founded, which takes a look at every community. */
export async function readRolePlaces(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<CommunityKey[]> {
  const results = await askAbout<{ community: CommunityKey }>(
    db,
    `SELECT DISTINCT r.community FROM json_each(?1) q CROSS JOIN role r ON r.person = q.value`,
    people,
  );
  return results.map(({ community }) => community);
}
