/** Who may moderate everywhere: names by comma, as the configuration has them. Pure. */
import { type PersonKey, personKey } from "./ids.ts";

/** In one order, whatever theirs: pages are rendered from them. */
export function parseAdmins(names: string): PersonKey[] {
  const keys = names.split(",").map((name) => personKey(name.trim()));
  return [...new Set(keys.filter((key) => key !== null))].sort();
}
