/** The names that imported rows bring: each once, as it is first written, as old as its oldest use. Pure. */
import type { ReservedName } from "../../src/store/reserved-names.ts";
import { NO_AUTHOR } from "./row-fields.ts";

interface Written {
  readonly author: string;
  readonly createdAt: number;
}

/** Who wrote posts or comments, as far as they are known. */
export function reservedPeople(written: readonly Written[]): ReservedName[] {
  const known = written.filter(({ author }) => author !== NO_AUTHOR);
  return reservedNames(known.map(({ author: name, createdAt }) => ({ name, createdAt })));
}

export function reservedNames(
  uses: readonly { readonly name: string; readonly createdAt: number }[],
): ReservedName[] {
  const names = new Map<string, ReservedName>();
  for (const { name, createdAt } of uses) {
    const nameKey = name.toLowerCase();
    const known = names.get(nameKey);
    names.set(nameKey, {
      nameKey,
      name: known?.name ?? name,
      createdAt: Math.min(known?.createdAt ?? createdAt, createdAt),
    });
  }
  return [...names.values()];
}
