/**
 * Compiles the whole site from D1 into R2 and KV, while nothing else runs. What is stored already
 * is left alone, so a killed build goes on where it was, and a second one writes nothing.
 */

import { fingerprintOf } from "../src/consumer/name-all.ts";
import { eachInParallel } from "../src/consumer/publish-stale.ts";
import { encodePage } from "../src/pages/encode.ts";
import type { Site } from "../src/pages/page-type.ts";
import { isSame, publishPage } from "../src/pages/publish.ts";
import {
  listDeployVersions,
  putDeployPage,
  removeDeployPage,
  removePage,
  type StoredVersion,
} from "../src/pages/storage.ts";
import { readCommitNumber } from "../src/store/commit.ts";
import { setCompiled } from "../src/store/compiled.ts";
import { markWritten, removePageRows } from "../src/store/page-rows.ts";
import type { LocalState } from "./local.ts";
import { withProgress } from "./progress.ts";
import { type FreshPage, listPages, renderSite } from "./render-site.ts";

/** Removals under way at once. */
const PARALLEL_REMOVALS = 32;

export interface BuildSummary {
  readonly pages: number;
  readonly written: number;
  readonly unchanged: number;
}

type Stored = Map<string, StoredVersion & { readonly isDeployPage: boolean }>;

/** @param now milliseconds since 1970 */
export async function buildSite(
  state: LocalState,
  config: Site,
  now: () => number,
): Promise<BuildSummary> {
  const stored = await readStored(state);
  const commit = await readCommitNumber(state.db);
  const pages = await listPages(state);
  let written = 0;
  const store = async (chunk: readonly FreshPage[]) => {
    const changed = chunk.filter(({ key, encoded }) => !isSame(stored.get(key) ?? null, encoded));
    await put(state, changed, commit, stored);
    await state.db.batch(markWritten(state.db, chunk, commit, now()));
    written += changed.length;
  };
  // While one chunk is stored, the next one is rendered: each keeps one core busy.
  let storing = Promise.resolve();
  await withProgress("pages", pages.length, async (progress) => {
    for await (const chunk of renderSite(state, config, pages, progress)) {
      await storing;
      storing = store(chunk);
      storing.catch(() => undefined);
    }
    await storing;
  });
  await removeExtras(state, stored, new Set(pages.map(({ key }) => key)));
  await setCompiled(state.db, fingerprintOf(config));
  return { pages: pages.length, written, unchanged: pages.length - written };
}

export async function readStored(state: LocalState): Promise<Stored> {
  const stored: Stored = new Map();
  for (const [key, version] of await state.listVersions()) {
    stored.set(key, { ...version, isDeployPage: false });
  }
  for await (const [key, version] of listDeployVersions(state.site)) {
    stored.set(key, { ...version, isDeployPage: true });
  }
  return stored;
}

async function put(
  state: LocalState,
  pages: readonly FreshPage[],
  commit: number,
  stored: Stored,
): Promise<void> {
  for (const { key, isDeployPage, encoded } of pages) {
    if (isDeployPage) await putDeployPage(state.site, key, encoded, commit);
  }
  const puts = pages
    .filter(({ isDeployPage }) => !isDeployPage)
    .map(({ key, encoded }) => ({
      key,
      page: encoded,
      commit,
      expected: stored.get(key) ?? null,
    }));
  if (puts.length === 0) return;
  // The simulator drops a put now and then: what failed is looked at again, and put if it must be.
  const failed = new Set(await state.putPages(puts));
  for (const { key, page } of puts.filter((each) => failed.has(each.key))) {
    await publishPage(state.pages, key, page, {
      commit,
      isTakenOver: false,
      mayPut: () => true,
    });
  }
}

/** Objects that no row explains. Voids stay: they count as absent. */
async function removeExtras(
  state: LocalState,
  stored: Stored,
  pages: ReadonlySet<string>,
): Promise<void> {
  const emptyHash = encodePage({ type: "void" }).hash;
  const extras = [...stored].filter(([key, { hash }]) => !pages.has(key) && hash !== emptyHash);
  await eachInParallel(extras, PARALLEL_REMOVALS, ([key, { isDeployPage }]) =>
    isDeployPage ? removeDeployPage(state.site, key) : removePage(state.pages, key),
  );
  const keys = extras.map(([key]) => key);
  if (keys.length > 0) await state.db.batch(removePageRows(state.db, keys));
}
