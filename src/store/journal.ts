/** Local only: events that are accepted and not applied yet, in a database of their own. */
import type { D1Database } from "@cloudflare/workers-types";
import { jsonChunks } from "./statements.ts";

export type JournalDb = D1Database;

/** Events read at a time; the largest has 127 KB. */
const READ_EVENTS = 50;

/** @param event of that id; JSON */
export async function addToJournal(db: JournalDb, id: string, event: unknown): Promise<void> {
  await db
    .prepare("INSERT INTO accepted (event, body) VALUES (?1, ?2) ON CONFLICT (event) DO NOTHING")
    .bind(id, JSON.stringify(event))
    .run();
}

export async function removeFromJournal(db: JournalDb, ids: readonly string[]): Promise<void> {
  for (const json of jsonChunks(ids)) {
    await db
      .prepare("DELETE FROM accepted WHERE event IN (SELECT value FROM json_each(?1))")
      .bind(json)
      .run();
  }
}

/** Oldest first. */
export async function* walkJournal(db: JournalDb): AsyncGenerator<unknown> {
  const statement = db.prepare(
    `SELECT event, body FROM accepted WHERE event > ?1 ORDER BY event LIMIT ${READ_EVENTS}`,
  );
  let last = "";
  while (true) {
    const { results } = await statement.bind(last).all<{ event: string; body: string }>();
    for (const { body } of results) yield JSON.parse(body);
    const end = results.at(-1);
    if (!end || results.length < READ_EVENTS) return;
    last = end.event;
  }
}
