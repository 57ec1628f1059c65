/** What stands after a script's name: taken apart, or refused before anything is done. Pure. */
import { parseArgs } from "node:util";

export interface Words {
  /** How many. */
  readonly least: number;
  readonly most: number;
  /** What is said of fewer. */
  readonly none: string;
  /** No other; left out: whatever. */
  readonly known?: readonly string[];
}

export interface Expected {
  /** As a user runs it, with what may follow. */
  readonly usage: string;
  /** Without the dashes. */
  readonly options?: readonly string[];
  readonly words?: Words;
}

export interface Given {
  readonly words: readonly string[];
  readonly options: readonly string[];
}

export type Parsed =
  | ({ readonly type: "given" } & Given)
  | { readonly type: "help" }
  | { readonly type: "refused"; readonly why: string };

const NO_WORDS: Words = { least: 0, most: 0, none: "" };
const HELP = { help: { type: "boolean", short: "h" } } as const;

export function parseArguments(args: readonly string[], expected: Expected): Parsed {
  const { options = [], words = NO_WORDS } = expected;
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
  const stranger = written.find((word) => words.known?.includes(word) === false);
  if (stranger !== undefined) return refused(`there is no ${JSON.stringify(stranger)}`);
  return { type: "given", words: written, options: chosen.map(({ name }) => name) };
}

/** What is said of arguments that make no sense. */
export function refusalOf(why: string, usage: string): string {
  return `Nothing was done: ${why}. Usage: ${usage}`;
}

function refused(why: string): Parsed {
  return { type: "refused", why };
}
