/** Rows of people. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Departure, Person } from "../model/entities.ts";
import type { PersonKey, PostId } from "../model/ids.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

interface PersonRow {
  readonly key: PersonKey;
  readonly name: string;
  readonly created_at: number;
  readonly post_karma: number;
  readonly comment_karma: number;
  readonly inbox_read: number;
  readonly session_epoch: number;
  readonly export_at: number;
  readonly departure: Departure | null;
}

/** @param keys null for an author without pages */
export async function readPeople(
  db: D1Database,
  keys: readonly (PersonKey | null)[],
): Promise<Map<PersonKey, Person>> {
  const wanted = [...new Set(keys)].filter((key) => key !== null);
  const results = await askAbout<PersonRow>(
    db,
    "SELECT p.* FROM json_each(?1) q CROSS JOIN person p ON p.key = q.value",
    wanted,
  );
  return new Map(results.map((row) => [row.key, fromPersonRow(row)]));
}

/** The authors of these posts, as far as they are people. */
export async function readAuthors(
  db: D1Database,
  posts: readonly PostId[],
): Promise<Map<PersonKey, Person>> {
  const results = await askAbout<PersonRow>(
    db,
    `SELECT * FROM person WHERE key IN
         (SELECT lower(p.author) FROM json_each(?1) q CROSS JOIN post p ON p.id = q.value)`,
    posts,
  );
  return new Map(results.map((row) => [row.key, fromPersonRow(row)]));
}

function fromPersonRow({ key, name, departure, ...row }: PersonRow): Person {
  return {
    key,
    name,
    createdAt: row.created_at,
    postKarma: row.post_karma,
    commentKarma: row.comment_karma,
    inboxRead: row.inbox_read,
    sessionEpoch: row.session_epoch,
    exportAt: row.export_at,
    departure,
  };
}

/** Of those who have pages. */
export async function readPersonKeys(db: D1Database): Promise<PersonKey[]> {
  const { results } = await db
    .prepare("SELECT key FROM person WHERE departure IS NULL ORDER BY key")
    .all<{ key: PersonKey }>();
  return results.map(({ key }) => key);
}

/** People who have asked for a file of all they wrote. */
export async function readExporters(db: D1Database): Promise<PersonKey[]> {
  const { results } = await db
    .prepare("SELECT key FROM person WHERE export_at > 0 AND departure IS NULL ORDER BY key")
    .all<{ key: PersonKey }>();
  return results.map(({ key }) => key);
}

/** People whose sessions of an earlier epoch have ended. */
export async function readEndedSessions(db: D1Database): Promise<PersonKey[]> {
  const { results } = await db
    .prepare("SELECT key FROM person WHERE session_epoch > 0 ORDER BY key")
    .all<{ key: PersonKey }>();
  return results.map(({ key }) => key);
}

const UPSERT_PEOPLE = `INSERT INTO person
    (key, name, created_at, post_karma, comment_karma, inbox_read, session_epoch, departure,
      export_at)
  SELECT ${fromJson("key, name, createdAt, postKarma, commentKarma, inboxRead, sessionEpoch, departure, exportAt")}
  FROM json_each(?1) WHERE true
  ON CONFLICT (key) DO UPDATE SET name = excluded.name, created_at = excluded.created_at,
    post_karma = excluded.post_karma, comment_karma = excluded.comment_karma,
    inbox_read = excluded.inbox_read, session_epoch = excluded.session_epoch, export_at = excluded.export_at,
    departure = excluded.departure`;

export function upsertPeople(db: D1Database, people: readonly Person[]): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_PEOPLE, people);
}
