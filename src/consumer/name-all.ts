/**
 * Names every page when the code that renders them has changed, or when there are none yet: a
 * deploy is an update of rows, and the old pages are served until the new ones are written.
 */
import { FINGERPRINT } from "../pages/compiled/templates.js";
import type { Site } from "../pages/page-type.ts";
import { PAGE_TYPES } from "../pages/table.ts";
import { isCompiledWith, nameAll } from "../store/compiled.ts";
import type { NamedPage } from "../store/page-rows.ts";
import type { Reads } from "../store/reads.ts";
import { openReads } from "../store/reads.ts";
import type { PublisherDeps } from "./publish-stale.ts";

/** Rows named by one statement. */
const PAGES_A_STATEMENT = 1000;

/** What decides how pages look, besides rows. */
export function fingerprintOf({ origin, admins }: Site): string {
  return `${FINGERPRINT} ${origin} ${admins.join(",")}`;
}

export async function nameAllPages({ db, config, now, pace }: PublisherDeps): Promise<void> {
  const fingerprint = fingerprintOf(config);
  if (await isCompiledWith(db, fingerprint)) return;
  await nameAll(db, fingerprint, chunks(everyPage(openReads(db)), PAGES_A_STATEMENT), now(), pace);
}

/** Every key that exists, with its lane. */
export async function* everyPage(reads: Reads): AsyncGenerator<NamedPage> {
  for (const type of PAGE_TYPES) {
    for await (const key of type.every(reads)) yield { key, lane: type.lane(key) };
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
