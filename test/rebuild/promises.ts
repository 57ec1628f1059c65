/**
 * What was sent by whoever could, as long as they were there, is so in the end, whatever has arrived
 * first: what its author deleted is on no page, and what was edited or judged is not as it was before.
 */
import { mintedAtMs } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { MARKS } from "./sent.ts";
import { type StoredSite, storedPages } from "./site-check.ts";

type Kept = Extract<
  CairnEvent,
  { type: `${"post" | "comment"}_${"deleted" | "edited" | "judged"}` }
>;

interface Noted {
  readonly event: Kept;
  readonly community: string;
  /** What it is about was on its way still: it may be refused, or lead to what was there before. */
  readonly isEarly?: boolean;
}

/** How long after it something is deleted that nobody sees yet, and edges' clocks differ. Milliseconds. */
const EARLY_MS = 3_600_000;

interface Thing {
  readonly name: string;
  readonly standing: string;
  readonly edit: string;
  readonly verdict: string;
}

/** What was last, as it is compared: times are of as many digits. */
const lastOf = (what: string) =>
  `coalesce((data ->> '$.${what}.at') || (data ->> '$.${what}.event'), '') AS ${what}`;

const THINGS = `(
  SELECT 't3_' || id AS name, community, author, standing, data, url IS NULL AS has_text FROM post
  UNION ALL SELECT 't1_' || c.id, p.community, c.author, c.standing, c.data, 1
    FROM comment c JOIN post p ON p.id = c.post)`;

const IS_AUTHOR = "author = ?2";
const MODERATES = `(lower(?2) IN (SELECT value FROM json_each(?3))
  OR EXISTS (SELECT 1 FROM community c WHERE c.key = t.community AND lower(creator) = lower(?2))
  OR EXISTS (SELECT 1 FROM role r WHERE r.person = lower(?2) AND r.community = t.community
    AND kind = 'moderator' AND is_set = 1))`;
const MAY = {
  deleted: IS_AUTHOR,
  edited: `${IS_AUTHOR} AND has_text`,
  judged: MODERATES,
} as const;
const HAS_LEFT = "SELECT 1 FROM person WHERE key = lower(?2) AND departure IS NOT NULL";

export class Promises {
  readonly #stored: StoredSite;
  readonly #noted: Noted[] = [];

  constructor(stored: StoredSite) {
    this.#stored = stored;
  }

  /**
   * As it is sent: can its sender do that, as things stand?
   * @param sent before it
   */
  async note(event: CairnEvent, sent: readonly CairnEvent[]): Promise<void> {
    if (!isKept(event)) return;
    const { db, config } = this.#stored;
    const community = await db
      .prepare(
        // Every parameter must occur.
        `SELECT community, ?3 FROM ${THINGS} t
         WHERE name = ?1 AND ${MAY[kindOf(event)]} AND NOT EXISTS (${HAS_LEFT})`,
      )
      .bind(nameOf(event), event.by, JSON.stringify(config.admins))
      .first<string>("community");
    if (community !== null) this.#noted.push({ event, community });
    else if (await this.#isEarly(event, sent))
      this.#noted.push({ event, community: "", isEarly: true });
  }

  /** Its author deletes what has not arrived. */
  async #isEarly(event: Kept, sent: readonly CairnEvent[]): Promise<boolean> {
    const name = nameOf(event);
    const submission = sent.find((other) => makes(other) === name && other.by === event.by);
    const late = event.at - (mintedAtMs(name.slice(3)) ?? 0);
    if (kindOf(event) !== "deleted" || !submission || late < 0 || late > EARLY_MS) return false;
    const { db } = this.#stored;
    const there = await db
      .prepare(`SELECT 1 FROM ${THINGS} WHERE name = ?1 UNION ALL SELECT 1 FROM alias WHERE 't3_' || id = ?1
        UNION ALL SELECT 1 FROM person WHERE key = lower(?2) AND departure IS NOT NULL`)
      .bind(name, event.by)
      .first();
    return there === null;
  }

  /** @param sent all of it: who moderates no longer, or was banned, may have been refused */
  async broken(sent: readonly CairnEvent[]): Promise<string[]> {
    const { results } = await this.#stored.db
      .prepare(`SELECT name, standing, ${lastOf("edit")}, ${lastOf("verdict")} FROM ${THINGS}`)
      .all<Thing>();
    const things = new Map(results.map((thing) => [thing.name, thing]));
    const lost = this.#noted.filter(
      (noted) => !mayBeRefused(noted, sent) && !isSo(noted, things.get(nameOf(noted.event))),
    );
    return [
      ...lost.map(({ event }) => `${event.type} of ${nameOf(event)} by ${event.by} is lost`),
      ...(await this.#stillShown()),
    ];
  }

  async #stillShown(): Promise<string[]> {
    const gone = this.#noted.filter(({ event }) => kindOf(event) === "deleted");
    const pages = [...(await storedPages(this.#stored))];
    return gone.flatMap(({ event }) =>
      pages
        .filter(([key, text]) => !key.startsWith(inboxOf(event)) && shows(event).test(text))
        .map(([key]) => `${key} shows ${nameOf(event)}, which ${event.by} has deleted`),
    );
  }
}

function isKept(event: CairnEvent): event is Kept {
  return /^(?:post|comment)_(?:deleted|edited|judged)$/.test(event.type);
}

function kindOf({ type }: Kept): keyof typeof MAY {
  return type.slice(type.indexOf("_") + 1) as keyof typeof MAY;
}

/** The fullname of what it makes. */
function makes(event: CairnEvent): string | null {
  if (event.type === "post_submitted") return `t3_${event.post}`;
  return event.type === "comment_posted" ? `t1_${event.comment}` : null;
}

function nameOf(event: Kept): string {
  return "post" in event ? `t3_${event.post}` : `t1_${event.comment}`;
}

/** Where its author is told the text of what was refused at first. */
function inboxOf({ by }: Kept): string {
  return `~${by.toLowerCase()}/inbox`;
}

/** Its title, or its text, as random-events writes them. */
function shows(event: Kept): RegExp {
  return "post" in event
    ? new RegExp(`Stone ${MARKS.title}${event.post} `)
    : new RegExp(`said(?:\\*\\*|(?:<|&lt;)/strong(?:>|&gt;)) ${MARKS.text}${event.comment}`);
}

function isSo({ event, isEarly = false }: Noted, thing: Thing | undefined): boolean {
  if (isEarly && !thing) return true;
  const kind = kindOf(event);
  // What goes with its author's account is neither edited nor judged any more.
  const isDeleted = thing?.standing === "deleted";
  if (!thing || kind === "deleted" || isDeleted) return isDeleted;
  return (kind === "edited" ? thing.edit : thing.verdict) >= `${event.at}${event.id}`;
}

/** Who is a moderator no longer judges nothing, and who is banned edits nothing. */
function mayBeRefused({ event, community }: Noted, sent: readonly CairnEvent[]): boolean {
  const kind = kindOf(event);
  return sent.some(
    (other) =>
      other.type === "role_set" &&
      other.person.toLowerCase() === event.by.toLowerCase() &&
      other.community.toLowerCase() === community &&
      ((kind === "judged" && !other.isSet) ||
        (kind === "edited" && other.isSet && other.kind === "banned")),
  );
}
