/** Objects that no row explains: what the build removes, and the audit counts. */
import { eachInParallel } from "../src/consumer/each-in-parallel.ts";
import { VOID_HASH } from "../src/pages/encode.ts";
import { readVersion, removePages } from "../src/pages/storage.ts";
import { forgetStored, removePageRows } from "../src/store/built-pages.ts";
import type { LocalState } from "./local.ts";
import type { StoredObjects } from "./object-files.ts";

/** Calls under way at once. */
const PARALLEL_CALLS = 32;

/** Keys of R2. Voids are none: they count as absent. */
export async function findExtras(
  { pages: store }: LocalState,
  pages: readonly { readonly key: string }[],
  stored: StoredObjects,
): Promise<string[]> {
  const keys = new Set(pages.map(({ key }) => key));
  const others = [...stored.keys()].filter((key) => !keys.has(key));
  const extras: string[] = [];
  await eachInParallel(others, PARALLEL_CALLS, async (key) => {
    if ((await readVersion(store, key))?.hash !== VOID_HASH) extras.push(key);
  });
  return extras;
}

export async function removeExtras(
  state: LocalState,
  pages: readonly { readonly key: string }[],
  stored: StoredObjects,
): Promise<void> {
  const extras = await findExtras(state, pages, stored);
  if (extras.length === 0) return;
  // It may be killed between objects and rows.
  await state.db.batch(forgetStored(state.db, extras));
  await removePages(state.pages, extras);
  await state.db.batch(removePageRows(state.db, extras));
}
