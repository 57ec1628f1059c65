/** What stands after a script's name: taken apart, or refused before anything is done. Pure. */
import { parseArgs } from "node:util";

export interface Expected {
  /** As a user runs it, with what may follow. */
  readonly usage: string;
  /** Without the dashes. */
  readonly options?: readonly string[];
  /** How many words at least and at most, and what is said of fewer. */
  readonly words?: { readonly least: number; readonly most: number; readonly none: string };
}

export interface Given {
  readonly words: readonly string[];
  readonly options: readonly string[];
}

export type Parsed =
  | ({ readonly type: "given" } & Given)
  | { readonly type: "help" }
  | { readonly type: "refused"; readonly why: string };

const HELP = { help: { type: "boolean", short: "h" } } as const;

export function parseArguments(args: readonly string[], expected: Expected): Parsed {
  const { options = [], words = { least: 0, most: 0, none: "" } } = expected;
  const flags = options.map((name) => [name, { type: "boolean" as const }]);
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...HELP, ...Object.fromEntries(flags) },
    strict: false,
    tokens: true,
  });
  const written = tokens.flatMap((token) => (token.kind === "positional" ? token.value || [] : []));
  const chosen = tokens.filter((token) => token.kind === "option");
  if (chosen.some(({ name }) => Object.hasOwn(HELP, name))) return { type: "help" };
  const unknown = chosen.find(({ name, value }) => !options.includes(name) || value !== undefined);
  if (unknown) return refused(`there is no option ${unknown.rawName}`);
  if (written.length < words.least) return refused(words.none);
  const tooMuch = written[words.most];
  if (tooMuch !== undefined) return refused(`${JSON.stringify(tooMuch)} is too much`);
  return { type: "given", words: written, options: chosen.map(({ name }) => name) };
}

/** What is said of arguments that make no sense. */
export function refusalOf(why: string, usage: string): string {
  return `Nothing was done: ${why}. Usage: ${usage}`;
}

function refused(why: string): Parsed {
  return { type: "refused", why };
}
