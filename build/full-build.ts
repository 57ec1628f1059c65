/**
 * Compiles the whole site from D1 into R2 and KV, while nothing else runs. What is stored already
 * is left alone, so a killed build goes on where it was, and a second one writes nothing.
 */

import { fingerprintOf } from "../src/consumer/name-all.ts";
import { eachInParallel } from "../src/consumer/publish-stale.ts";
import { encodePage } from "../src/pages/encode.ts";
import { isSame } from "../src/pages/publish.ts";
import {
  listDeployVersions,
  putDeployPage,
  putPage,
  removePage,
  type StoredVersion,
} from "../src/pages/storage.ts";
import { readCommitNumber } from "../src/store/commit.ts";
import { setCompiled } from "../src/store/compiled.ts";
import { markWritten, removePageRows } from "../src/store/page-rows.ts";
import type { LocalState } from "./local.ts";
import { startProgress } from "./progress.ts";
import { type FreshPage, listPages, renderSite } from "./render-site.ts";

/** Puts under way at once: where the local simulator stops gaining. */
const PARALLEL_PUTS = 32;

export interface BuildSummary {
  readonly pages: number;
  readonly written: number;
  readonly unchanged: number;
}

type Stored = Map<string, StoredVersion>;

/** @param now milliseconds since 1970 */
export async function buildSite(
  state: LocalState,
  origin: string,
  now: () => number,
): Promise<BuildSummary> {
  const stored = await readStored(state);
  const commit = await readCommitNumber(state.db);
  const pages = await listPages(state);
  const progress = startProgress("pages", pages.length);
  let written = 0;
  for await (const chunk of renderSite(state, origin, pages, progress)) {
    const changed = chunk.filter(({ key, encoded }) => !isSame(stored.get(key) ?? null, encoded));
    await eachInParallel(changed, PARALLEL_PUTS, (page) => put(state, page, commit, stored));
    await state.db.batch(markWritten(state.db, chunk, commit, now()));
    written += changed.length;
  }
  progress.stop();
  await removeExtras(state, stored, new Set(pages.map(({ key }) => key)));
  await setCompiled(state.db, fingerprintOf(origin));
  return { pages: pages.length, written, unchanged: pages.length - written };
}

export async function readStored(state: LocalState): Promise<Stored> {
  const stored: Stored = await state.listVersions();
  for await (const [key, version] of listDeployVersions(state.site)) stored.set(key, version);
  return stored;
}

async function put(
  { pages, site }: LocalState,
  { key, isDeployPage, encoded }: FreshPage,
  commit: number,
  stored: Stored,
): Promise<void> {
  if (isDeployPage) return putDeployPage(site, key, encoded, commit);
  const isPut = await putPage(pages, key, encoded, commit, stored.get(key) ?? null);
  if (!isPut) throw new Error(`${key} changed during the build: is a server running?`);
}

/** Objects that no row explains. Voids stay: they count as absent. */
async function removeExtras(
  state: LocalState,
  stored: Stored,
  pages: ReadonlySet<string>,
): Promise<void> {
  const emptyHash = encodePage({ type: "void" }).hash;
  const extras = [...stored].filter(([key, { hash }]) => !pages.has(key) && hash !== emptyHash);
  const keys = extras.map(([key]) => key);
  await eachInParallel(keys, PARALLEL_PUTS, (key) => removePage(state.pages, key));
  if (keys.length > 0) await state.db.batch(removePageRows(state.db, keys));
}
