/**
 * Names every page when the code that renders them has changed, or when there are none yet: a
 * deploy is an update of rows, and the old pages are served until the new ones are written. Where
 * nothing is trusted, also what is stored and no page any more.
 */
import { FINGERPRINT } from "../pages/compiled/templates.js";
import type { PageType, Site } from "../pages/page-type.ts";
import { listKeys } from "../pages/storage.ts";
import { PAGE_TYPES, pageTypeOf } from "../pages/table.ts";
import { nameInSteps, nameStrangers, readCompiled } from "../store/compiled.ts";
import type { NamedPage } from "../store/page-rows.ts";
import { openReads, type Reads } from "../store/reads.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { PAID } from "./limits.ts";

/** Of one query, or batch of them. */
const PAGES_A_NAMING = 5000;

/** What decides how pages look, besides rows. */
export function fingerprintOf({ origin, admins }: Site): string {
  return `${FINGERPRINT} ${origin} ${admins.join(",")}`;
}

/** In steps of a few queries each: whoever stops between two of them goes on, or begins again. */
export async function* nameInTurn(deps: ConsumerDeps): AsyncGenerator<void> {
  const { db, config, now, pace, limits = PAID } = deps;
  const fingerprint = fingerprintOf(config);
  const compiled = await readCompiled(db);
  if (compiled === fingerprint) return;
  // Not with each deploy: a list of a large bucket takes as many calls again.
  if (compiled === "") yield* nameStored(deps);
  const reads = openReads(db);
  const pages = Number.isFinite(limits.namingSteps)
    ? chunksOfTypes(reads)
    : chunks(everyPage(reads), PAGES_A_NAMING);
  yield* nameInSteps(db, fingerprint, pages, now(), pace);
}

/** Two calls each at most. Whoever stops between two begins again. */
async function* nameStored({ db, pages, now }: ConsumerDeps): AsyncGenerator<void> {
  let stored: NamedPage[] = [];
  for await (const keys of listKeys(pages)) {
    for (const key of keys) stored.push({ key, lane: pageTypeOf(key)?.lane(key) ?? "slow" });
    if (stored.length >= PAGES_A_NAMING) {
      await nameStrangers(db, stored, now());
      stored = [];
    }
    yield;
  }
  if (stored.length > 0) await nameStrangers(db, stored, now());
}

/** Every key that exists, with its lane. */
export async function* everyPage(reads: Reads): AsyncGenerator<NamedPage> {
  for (const type of PAGE_TYPES) yield* everyPageOf(type, reads);
}

async function* everyPageOf(type: PageType, reads: Reads): AsyncGenerator<NamedPage> {
  for await (const key of type.every(reads)) yield { key, lane: type.lane(key) };
}

/** No chunk has pages of two types, and each type has one: so few queries lie between two of them. */
async function* chunksOfTypes(reads: Reads): AsyncGenerator<NamedPage[]> {
  for (const type of PAGE_TYPES) {
    let isNone = true;
    for await (const chunk of chunks(everyPageOf(type, reads), PAGES_A_NAMING)) {
      isNone = false;
      yield chunk;
    }
    if (isNone) yield [];
  }
}

export async function* chunks<Item>(
  items: AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
