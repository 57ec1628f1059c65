/** Deleted accounts: what goes at once, and what is worked off in slices. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Departure, Person } from "../model/entities.ts";
import type { CommunityKey, PersonKey } from "../model/ids.ts";
import { listingsOf, saidListing, submittedListing } from "../model/listing.ts";

/** Communities whose moderators somebody is among, as their creator or by name. */
export async function readModerated(
  db: D1Database,
  people: readonly PersonKey[],
): Promise<CommunityKey[]> {
  if (people.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT key FROM community WHERE lower(creator) IN (SELECT value FROM json_each(?1))
       UNION SELECT r.community FROM json_each(?1) q CROSS JOIN role r ON r.person = q.value`,
    )
    .bind(JSON.stringify(people))
    .all<{ key: CommunityKey }>();
  return results.map(({ key }) => key);
}

/** Everything that is theirs alone; what they posted and said follows by and by. */
export function removePrivateRows(
  db: D1Database,
  departed: readonly Person[],
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

export async function hasLeft(db: D1Database, person: PersonKey): Promise<void> {
  await db.prepare("DELETE FROM leaving WHERE person = ?1").bind(person).run();
}
