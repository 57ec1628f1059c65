/** What was accepted and could not be done: its sender's inbox says so. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { EventId } from "../model/ids.ts";
import type { RefusalReason } from "../model/refusal-reason.ts";
import type { CairnEvent } from "../queue/events.ts";
import { type Place, SELECT_PLACE } from "./places.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

/** An accepted event that turned out to be impossible; its sender is told. */
export interface Refusal {
  readonly event: EventId;
  readonly user: string;
  /** Milliseconds since 1970, at the edge. */
  readonly at: number;
  readonly type: CairnEvent["type"];
  /** The fullname, the community or the person (`u/ann`) it was about. */
  readonly subject: string;
  readonly reason: RefusalReason;
  /** What was written, so that it is not lost; empty for a vote and the like. */
  readonly text: string;
}

export async function readRefusals(
  db: D1Database,
  events: readonly EventId[],
): Promise<Map<EventId, Refusal>> {
  const results = await askAbout<Refusal>(
    db,
    "SELECT r.* FROM json_each(?1) q CROSS JOIN refusal r ON r.event = q.value",
    events,
  );
  return new Map(results.map((refusal) => [refusal.event, refusal]));
}

/** What was to be deleted while it was not there, and by whom. */
export interface TakenBack {
  /** A fullname. */
  readonly thing: string;
  readonly user: string;
}

/** Of these things: deletions that did not find them. */
export function readTakenBack(db: D1Database, things: readonly string[]): Promise<TakenBack[]> {
  return askAbout<TakenBack>(
    db,
    `SELECT r.subject AS thing, r.user FROM json_each(?1) q
       CROSS JOIN refusal r ON r.subject = q.value
       WHERE r.type IN ('post_deleted', 'comment_deleted')
         AND r.reason IN ('no_such_post', 'no_such_comment')`,
    things,
  );
}

/** Where inboxes say that something about these things was refused. */
export function readRefusalPlaces(db: D1Database, things: readonly string[]): Promise<Place[]> {
  return askAbout<Place>(
    db,
    `${SELECT_PLACE} FROM json_each(?1) q CROSS JOIN refusal r ON r.subject = q.value
       CROSS JOIN entry e ON e.id = 'no_' || r.event`,
    things,
  );
}

const REFUSAL_COLUMNS = "event, user, at, type, subject, reason, text";

export function insertRefusals(
  db: D1Database,
  refusals: readonly Refusal[],
): D1PreparedStatement[] {
  return bindChunks(
    db,
    `INSERT INTO refusal (${REFUSAL_COLUMNS}) SELECT ${fromJson(REFUSAL_COLUMNS)}
         FROM json_each(?1) WHERE true ON CONFLICT (event) DO NOTHING`,
    refusals,
  );
}
