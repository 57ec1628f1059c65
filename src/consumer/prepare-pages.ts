/**
 * Reads the rows of pages, so that they can be rendered: many at once, and those of a lease so that one
 * that cannot be read keeps no other. Depends on the store and on page types.
 */
import type { PageType, Prepared, Rendered } from "../pages/page-type.ts";
import { pageTypeOf } from "../pages/table.ts";
import { gathered } from "../store/gathered.ts";
import { openReads } from "../store/reads.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { PAID } from "./limits.ts";

export interface PreparedLease {
  readonly prepared: ReadonlyMap<string, Prepared>;
  /** Left to the next lease. */
  readonly untried: ReadonlySet<string>;
}

/**
 * One page whose rows cannot be read does not keep the others: those that fail together are halved,
 * or tried one by one, and what is still not read is missing from the answer.
 */
export async function prepareLease(
  deps: ConsumerDeps,
  keys: readonly string[],
): Promise<PreparedLease> {
  const { readsALease, isOneByOne } = deps.limits ?? PAID;
  const prepared = new Map<string, Prepared>();
  const groups = [keys];
  let reads = 0;
  // The largest first: so several that cannot be read do not keep the others either.
  while (reads < readsALease) {
    const group = groups.shift();
    if (!group) break;
    reads++;
    try {
      for (const [key, page] of await preparePages(deps, group)) prepared.set(key, page);
    } catch (error) {
      console.error(`reading ${group.length} pages failed, ${group[0]} among them`, error);
      const half = Math.ceil(group.length / 2);
      if (group.length === 1) continue;
      if (isOneByOne) groups.push(...group.map((key) => [key]));
      else groups.push(group.slice(0, half), group.slice(half));
    }
  }
  return { prepared, untried: new Set(isOneByOne ? groups.flat() : []) };
}

/** Reads keys of any types, each type's together. A key of no type is a void. */
export async function preparePages(
  { db, config }: Pick<ConsumerDeps, "db" | "config">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Prepared>> {
  const reads = openReads(gathered(db));
  const prepared = new Map<string, Prepared>();
  const prepareType = async (type: PageType | null, ofType: readonly string[]) => {
    const pages = await type?.read(reads, ofType, config);
    ofType.forEach((key, index) => {
      prepared.set(key, pages?.[index] ?? (() => ({ type: "void" })));
    });
  };
  // At once, so that what all types read goes out together.
  await Promise.all([...Map.groupBy(keys, pageTypeOf)].map((group) => prepareType(...group)));
  return prepared;
}

/** For whoever needs all of them at once. */
export async function renderPages(
  deps: Pick<ConsumerDeps, "db" | "config">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Rendered>> {
  const prepared = await preparePages(deps, keys);
  return new Map([...prepared].map(([key, page]) => [key, page()]));
}
