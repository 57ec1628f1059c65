/**
 * The second promise, after a random sequence: whatever words of what was sent are on some page, they
 * are words that may be there. Knows nothing of the code that it checks, but for its tables and keys.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type { CairnEvent } from "../../src/queue/events.ts";
import { LEAVING, MARKS } from "./sent.ts";
import { type StoredSite, storedPages } from "./site-check.ts";

/** Where words come from: the thing that they are of, or about. */
type Origins = ReadonlyMap<string, string>;

interface Thing {
  readonly author: string;
  readonly standing: string;
  /** All that it says now. */
  readonly words: string;
}

interface Told {
  readonly user: string;
  readonly words: string;
}

interface Facts {
  /** By id, and by the ids that lead to them. */
  readonly things: ReadonlyMap<string, Thing>;
  /** Refusals repeat what was written. */
  readonly told: readonly Told[];
  /** Why things are reported that wait for a moderator. */
  readonly reasons: ReadonlySet<string>;
  /** Names of those who have deleted their accounts. */
  readonly departed: readonly string[];
}

/** A mark, and the id that follows it: longer than any id. */
const MARKED = new RegExp(`(?:${Object.values(MARKS).join("|")})[0-9a-z]{14}`, "g");

/** @param history all that was sent, whether it was applied or not */
export async function goneDifferences(
  stored: StoredSite,
  history: readonly CairnEvent[],
): Promise<string[]> {
  const origins = originsOf(history);
  const facts = await readFacts(stored.db);
  const pages = [...(await storedPages(stored))];
  return pages.flatMap(([key, text]) => [
    ...facts.departed
      .filter((name) => new RegExp(`\\b${name}\\b`, "i").test(text))
      .map((name) => `${key} names ${name}, who has left`),
    ...[...new Set(text.match(MARKED))]
      .filter((words) => !maySay(key, words, origins, facts))
      .map((words) => `${key} says ${words}, which is gone`),
  ]);
}

function originsOf(history: readonly CairnEvent[]): Origins {
  const origins = new Map<string, string>();
  for (const event of history) {
    const thing = "comment" in event ? event.comment : "post" in event ? event.post : "";
    for (const words of JSON.stringify(event).match(MARKED) ?? []) origins.set(words, thing);
  }
  return origins;
}

function maySay(key: string, words: string, origins: Origins, facts: Facts): boolean {
  const isTold = facts.told.some((told) => isOf(key, told.user) && told.words.includes(words));
  if (isTold) return true;
  if (words.startsWith(MARKS.report)) return key.startsWith("~/r/") && facts.reasons.has(words);
  const thing = facts.things.get(origins.get(words) ?? "");
  if (!thing?.words.includes(words)) return false;
  return thing.standing === "visible" || (thing.standing === "removed" && isOf(key, thing.author));
}

/** Is it a page of somebody's own? */
function isOf(key: string, name: string): boolean {
  return key.startsWith(`~${name.toLowerCase()}/`);
}

async function readFacts(db: D1Database): Promise<Facts> {
  const all = async <Row>(sql: string) => (await db.prepare(sql).all<Row>()).results;
  const things = await all<Thing & { id: string }>(
    `SELECT id, author, standing, title || ' ' || coalesce(url, '') || ' ' || data AS words FROM post
     UNION ALL SELECT id, author, standing, data FROM comment`,
  );
  const byId = new Map<string, Thing>(things.map((thing) => [thing.id, thing]));
  for (const { id, post } of await all<{ id: string; post: string }>("SELECT * FROM alias")) {
    const thing = byId.get(post);
    if (thing) byId.set(id, thing);
  }
  const told = await all<Told>("SELECT user, text AS words FROM refusal");
  const reasons = await all<{ reason: string }>("SELECT reason FROM report WHERE is_open = 1");
  const left = await all<{ key: string }>("SELECT key FROM person WHERE departure IS NOT NULL");
  const keys = new Set(left.map(({ key }) => key));
  return {
    things: byId,
    told,
    reasons: new Set(reasons.map(({ reason }) => reason)),
    departed: LEAVING.filter((name) => keys.has(name.toLowerCase())),
  };
}
