/** Who may moderate everywhere: names by comma, as the configuration has them. Pure. */
import { type PersonKey, personKey } from "./ids.ts";
import { USER_NAME } from "./limits.ts";

/** In one order, whatever theirs: pages are rendered from them. What can be no name is left out. */
export function parseAdmins(names: string): PersonKey[] {
  const keys = names.split(",").map((name) => personKey(name.trim()));
  return [...new Set(keys.filter((key) => key !== null))].sort();
}

/** Those that nobody can register. */
export function impossibleAdmins(names: string): string[] {
  const trimmed = names.split(",").map((name) => name.trim());
  return trimmed.filter((name) => name !== "" && !USER_NAME.test(name));
}
