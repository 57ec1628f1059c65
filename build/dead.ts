/** `npm run dead`: what could not be applied, while nothing else runs. */
import { replayDeadLetters } from "../src/consumer/replay.ts";
import type { Site } from "../src/pages/page-type.ts";
import type { ContentDb } from "../src/store/database.ts";
import { type DeadLetter, listDeadLetters, removeDeadLetters } from "../src/store/dead-letters.ts";
import type { Expected, Given } from "./arguments.ts";
import { NO_PACE } from "./no-pace.ts";

const ALL = "all";

/** An action, and the letters that are meant. */
export const DEAD_ARGUMENTS: Expected = {
  usage: "npm run dead -- list | replay [ID…] | discard ID… | discard --all",
  options: [ALL],
  words: { least: 1, most: Number.POSITIVE_INFINITY, none: "it is not told what to do" },
};

export class NoSuchLetterError extends Error {}

/**
 * @param now milliseconds since 1970
 * @returns what to print, or null when the arguments make no sense
 */
export async function tendDeadLetters(
  db: ContentDb,
  config: Site,
  { words: [action, ...which], options }: Given,
  now: () => number,
): Promise<string[] | null> {
  const isAll = options.includes(ALL);
  if (isAll && (action !== "discard" || which.length > 0)) return null;
  const letters = await listDeadLetters(db);
  switch (action) {
    case "list":
      return which.length > 0 ? null : describe(letters);
    case "replay": {
      const chosen = which.length === 0 ? letters : choose(letters, which);
      const { applied, refused, kept } = await replayDeadLetters(
        { db, config, now, pace: NO_PACE },
        chosen,
      );
      const ids = new Set(chosen.map(({ id }) => id));
      const still = kept === 0 ? [] : (await listDeadLetters(db)).filter(({ id }) => ids.has(id));
      return [
        ...still.map(({ id, why }) => printable(`${id}: ${why}`)),
        `${applied} applied, ${refused} refused, ${kept} still dead`,
        "Their pages are published when the site is next served, or by npm run audit.",
      ];
    }
    case "discard": {
      if (which.length === 0 && !isAll) return null;
      const chosen = isAll ? letters : choose(letters, which);
      await removeDeadLetters(
        db,
        chosen.map(({ id }) => id),
      );
      return [`${chosen.length} discarded`];
    }
    default:
      return null;
  }
}

function describe(letters: readonly DeadLetter[]): string[] {
  return [
    ...letters.map(({ id, at, why, body }) =>
      printable(`${id}  ${new Date(at).toISOString()}  ${why}  ${body}`),
    ),
    `${letters.length} dead letters`,
  ];
}

/** On one line, with nothing that a terminal would obey: such characters are written as in JSON. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (hidden) =>
    hidden.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

/** All of those named, each once, or none. */
function choose(letters: readonly DeadLetter[], ids: readonly string[]): DeadLetter[] {
  return [...new Set(ids)].map((id) => {
    const letter = letters.find((each) => each.id === id);
    if (!letter) throw new NoSuchLetterError(`no such dead letter: ${id}. Nothing was done.`);
    return letter;
  });
}
