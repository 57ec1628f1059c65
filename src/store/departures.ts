/**
 * Deleted accounts: what goes at once, and what is worked off in slices. Times are in milliseconds
 * since 1970.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Departure, Person } from "../model/entities.ts";
import type { CommunityKey, PersonKey } from "../model/ids.ts";
import { listingsOf, saidListing, submittedListing } from "../model/listing.ts";
import { askAbout, bindChunks } from "./statements.ts";

/** Communities whose moderators somebody is among, as their creator or by name. */
export async function readModerated(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<CommunityKey[]> {
  const results = await askAbout<{ key: CommunityKey }>(
    db,
    `SELECT key FROM community WHERE lower(creator) IN (SELECT value FROM json_each(?1))
       UNION SELECT r.community FROM json_each(?1) q CROSS JOIN role r ON r.person = q.value`,
    people,
  );
  return results.map(({ key }) => key);
}

/** What somebody had a say in when they left. */
export interface LeftBehind {
  readonly person: PersonKey;
  /** A fullname, a `moderatedPlace`, or LEAVING. */
  readonly what: string;
  /** Milliseconds since 1970: when they left. */
  readonly at: number;
}

/** In place of a thing: that they have left. */
export const LEAVING = "";

export function moderatedPlace(community: CommunityKey): string {
  return `r/${community}`;
}

/** Before it is forgotten who moderated what. */
const LEAVE_PLACES_BEHIND = `INSERT INTO left_behind (person, what, at)
  SELECT value, '${LEAVING}', ?2 FROM json_each(?1)
  UNION SELECT lower(creator), 'r/' || key, ?2 FROM community
    WHERE lower(creator) IN (SELECT value FROM json_each(?1))
  UNION SELECT r.person, 'r/' || r.community, ?2 FROM json_each(?1) q
    CROSS JOIN role r ON r.person = q.value WHERE r.kind = 'moderator' AND r.is_set = 1
  ON CONFLICT DO NOTHING`;

/** Of those who have left before. */
export function leaveBehind(
  db: D1Database,
  left: readonly Omit<LeftBehind, "at">[],
): D1PreparedStatement[] {
  return bindChunks(
    db,
    `INSERT INTO left_behind (person, what, at)
         SELECT l.person, q.value ->> 'what', l.at FROM json_each(?1) q CROSS JOIN left_behind l
           ON l.person = q.value ->> 'person' AND l.what = '${LEAVING}'
         WHERE true ON CONFLICT DO NOTHING`,
    left,
  );
}

/** Of these people: that they left, the communities that they moderated, and those of the things that they wrote. */
export async function readLeftBehind(
  db: D1Database,
  people: readonly PersonKey[],
  things: readonly string[],
): Promise<LeftBehind[]> {
  // What is no fullname comes before all of them.
  const { results } = await db
    .prepare(
      `SELECT l.* FROM json_each(?1) q CROSS JOIN left_behind l ON l.person = q.value AND l.what < 't'
       UNION ALL SELECT l.* FROM json_each(?1) q CROSS JOIN json_each(?2) t
         CROSS JOIN left_behind l ON l.person = q.value AND l.what = t.value`,
    )
    .bind(JSON.stringify(people), JSON.stringify(things))
    .all<LeftBehind>();
  return results;
}

/** So many at most of what those left behind who had left before then. */
export async function forgetLeftBehind(
  db: D1Database,
  before: number,
  limit: number,
): Promise<void> {
  await db
    .prepare(
      `DELETE FROM left_behind WHERE (person, what) IN
         (SELECT person, what FROM left_behind WHERE at < ?1 LIMIT ?2)`,
    )
    .bind(before, limit)
    .run();
}

/** Everything that is theirs alone; what they posted and said follows by and by. */
export function removePrivateRows(
  db: D1Database,
  departed: readonly Person[],
  now: number,
): D1PreparedStatement[] {
  if (departed.length === 0) return [];
  const people = departed.map(({ key }) => key);
  const keys = JSON.stringify(people);
  const listings = people.flatMap((person) =>
    listingsOf(person).filter((listing) => listing.startsWith("~")),
  );
  const among = "(SELECT value FROM json_each(?1))";
  return [
    db.prepare(`DELETE FROM entry WHERE listing IN ${among}`).bind(JSON.stringify(listings)),
    db.prepare(LEAVE_PLACES_BEHIND).bind(keys, now),
    ...[
      `DELETE FROM mark WHERE person IN ${among}`,
      `DELETE FROM role WHERE person IN ${among}`,
      `UPDATE report SET reason = '' WHERE person IN ${among}`,
      // An import may have written the name otherwise. There are few refusals, and fewer communities,
      // and accounts are seldom deleted: these two scans are bearable.
      `DELETE FROM refusal WHERE lower(user) IN ${among}`,
      `UPDATE community SET creator = '' WHERE lower(creator) IN ${among}`,
      `INSERT INTO leaving (person) SELECT value FROM json_each(?1) WHERE true
         ON CONFLICT DO NOTHING`,
    ].map((sql) => db.prepare(sql).bind(keys)),
  ];
}

export interface Leaving {
  readonly person: PersonKey;
  readonly departure: Departure;
}

/** Somebody whose posts and comments are still there. */
export async function nextLeaving(db: D1Database): Promise<Leaving | null> {
  return db
    .prepare(
      `SELECT l.person, p.departure FROM leaving l CROSS JOIN person p ON p.key = l.person LIMIT 1`,
    )
    .first<Leaving>();
}

export interface LeftThings {
  readonly listing: string;
  readonly ids: readonly string[];
  /** Where the last of them stands in the listing. */
  readonly lastSlot: number;
}

/** The first that are left in what they posted, then in what they said. */
export async function readLeft(
  db: D1Database,
  person: PersonKey,
  limit: number,
): Promise<{ readonly posts: LeftThings; readonly comments: LeftThings }> {
  const select = db.prepare("SELECT id, slot FROM entry WHERE listing = ?1 ORDER BY slot LIMIT ?2");
  const read = async (listing: string): Promise<LeftThings> => {
    const { results } = await select.bind(listing, limit).all<{ id: string; slot: number }>();
    return { listing, ids: results.map(({ id }) => id), lastSlot: results.at(-1)?.slot ?? 0 };
  };
  const posts = await read(submittedListing(person));
  const said = saidListing(person);
  const isDone = posts.ids.length === 0;
  return { posts, comments: isDone ? await read(said) : { listing: said, ids: [], lastSlot: 0 } };
}

/** These are nobody's any more; nothing new enters the listing of somebody who has left. */
export async function forgetLeft(db: D1Database, { listing, lastSlot }: LeftThings): Promise<void> {
  await db
    .prepare("DELETE FROM entry WHERE listing = ?1 AND slot <= ?2")
    .bind(listing, lastSlot)
    .run();
}

/** Nothing of theirs is left to be worked off. */
export async function endLeaving(db: D1Database, person: PersonKey): Promise<void> {
  await db.prepare("DELETE FROM leaving WHERE person = ?1").bind(person).run();
}
