/**
 * The events that intake accepts and the consumer applies, and the door through which they come. A
 * message that `parseEvent` goes on refusing is kept among the dead letters. Depends on the model only.
 *
 * Values are absolute (a vote says 1, not +1), so that a duplicate changes nothing.
 */
import { type CommentEvent, parseCommentEvent } from "./comment-events.ts";
import { EVENT_VERSION, type Fields, parseBase } from "./fields.ts";
import { type PersonEvent, parsePersonEvent } from "./person-events.ts";
import { type PostEvent, parsePostEvent } from "./post-events.ts";

export type CairnEvent = PersonEvent | PostEvent | CommentEvent;

/** Why a message is no event. */
export interface Malformed {
  readonly type: "malformed";
  readonly why: string;
}

/** The only door from `unknown` to an event. */
export function parseEvent(message: unknown): CairnEvent | Malformed {
  if (typeof message !== "object" || message === null) return malformed("no object");
  const fields = message as Fields;
  if (fields.version !== EVENT_VERSION) return malformed(`unknown version ${fields.version}`);
  const event = parseFields(fields);
  return event ?? malformed(`not a valid ${JSON.stringify(fields.type ?? null)} event`);
}

function parseFields(fields: Fields): CairnEvent | null {
  const base = parseBase(fields);
  if (base === null) return null;
  return (
    parsePostEvent(base, fields) ??
    parseCommentEvent(base, fields) ??
    parsePersonEvent(base, fields)
  );
}

function malformed(why: string): Malformed {
  return { type: "malformed", why };
}
