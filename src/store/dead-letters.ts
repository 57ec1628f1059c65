/** Messages that could not be applied, kept until an operator replays or discards them. */
import type { D1Database } from "@cloudflare/workers-types";
import { bindChunks, fromJson, jsonChunks } from "./statements.ts";

export interface DeadLetter {
  /** The queue message's id. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly why: string;
  /** The message as JSON. */
  readonly body: string;
}

export async function keepDeadLetters(
  db: D1Database,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  await db.batch(
    bindChunks(
      db,
      `INSERT INTO dead_letter (id, at, why, body)
           SELECT ${fromJson("id, at, why, body")} FROM json_each(?1) WHERE true
           ON CONFLICT (id) DO NOTHING`,
      letters,
    ),
  );
}

/** Oldest first. */
export async function listDeadLetters(db: D1Database): Promise<DeadLetter[]> {
  const { results } = await db
    .prepare("SELECT id, at, why, body FROM dead_letter ORDER BY at, id")
    .all<DeadLetter>();
  return results;
}

export async function removeDeadLetters(db: D1Database, ids: readonly string[]): Promise<void> {
  for (const json of jsonChunks(ids)) {
    await db
      .prepare("DELETE FROM dead_letter WHERE id IN (SELECT value FROM json_each(?1))")
      .bind(json)
      .run();
  }
}

/** Why it is still there after it was tried again. */
export async function explainDeadLetter(db: D1Database, id: string, why: string): Promise<void> {
  await db.prepare("UPDATE dead_letter SET why = ?2 WHERE id = ?1").bind(id, why).run();
}
