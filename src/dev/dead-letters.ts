/**
 * Local only: `npm run dead`, by whoever has the database: the script, or the server that it asks.
 * Depends on the store, and on the consumer for applying letters again.
 */
import { type ReplayDeps, replayDeadLetters } from "../consumer/replay.ts";
import { type DeadLetter, listDeadLetters, removeDeadLetters } from "../store/dead-letters.ts";

export const ALL = "all";

/** An action and the ids of letters, as they stand after the script's name; options without dashes. */
export interface Told {
  readonly words: readonly string[];
  readonly options: readonly string[];
}

/** @param given what came over the net */
export function isTold(given: unknown): given is Told {
  const { words, options } = (given ?? {}) as Record<string, unknown>;
  const areTexts = (list: unknown) =>
    Array.isArray(list) && list.every((each) => typeof each === "string");
  return areTexts(words) && areTexts(options);
}

export type Tended =
  | { readonly type: "done"; readonly lines: readonly string[] }
  | { readonly type: "refused"; readonly why: string }
  | { readonly type: "senseless" };

const SENSELESS: Tended = { type: "senseless" };

/**
 * @param published what becomes of the pages of what is applied, as a sentence
 * @returns what to print
 */
export async function tendDeadLetters(
  deps: ReplayDeps,
  { words: [action, ...which], options }: Told,
  published: string,
): Promise<Tended> {
  const isAll = options.includes(ALL);
  if (isAll && (action !== "discard" || which.length > 0)) return SENSELESS;
  const letters = await listDeadLetters(deps.db);
  const missing = which.find((id) => letters.every((letter) => letter.id !== id));
  const chosen = which.length === 0 ? letters : letters.filter(({ id }) => which.includes(id));
  switch (action) {
    case "list":
      return which.length > 0 ? SENSELESS : done(describe(letters));
    case "replay":
      return missing === undefined ? replay(deps, chosen, published) : noSuchLetter(missing);
    case "discard":
      if (which.length === 0 && !isAll) return SENSELESS;
      return missing === undefined ? discard(deps, chosen) : noSuchLetter(missing);
    default:
      return SENSELESS;
  }
}

async function replay(
  deps: ReplayDeps,
  chosen: readonly DeadLetter[],
  published: string,
): Promise<Tended> {
  const { applied, refused, kept } = await replayDeadLetters(deps, chosen);
  const ids = new Set(chosen.map(({ id }) => id));
  const still = kept === 0 ? [] : (await listDeadLetters(deps.db)).filter(({ id }) => ids.has(id));
  return done([
    ...still.map(({ id, why }) => printable(`${id}: ${why}`)),
    `${applied} applied, ${refused} refused, ${kept} still dead`,
    published,
  ]);
}

async function discard({ db }: ReplayDeps, chosen: readonly DeadLetter[]): Promise<Tended> {
  await removeDeadLetters(
    db,
    chosen.map(({ id }) => id),
  );
  return done([`${chosen.length} discarded`]);
}

function done(lines: readonly string[]): Tended {
  return { type: "done", lines };
}

function noSuchLetter(id: string): Tended {
  return { type: "refused", why: printable(`there is no dead letter ${id}`) };
}

function describe(letters: readonly DeadLetter[]): string[] {
  return [
    ...letters.map(({ id, at, why, body }) =>
      printable(`${id}  ${new Date(at).toISOString()}  ${why}  ${body}`),
    ),
    `${letters.length} dead letter${letters.length === 1 ? "" : "s"}`,
  ];
}

/** On one line, with nothing that a terminal would obey: such characters are written as in JSON. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (hidden) =>
    hidden.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
