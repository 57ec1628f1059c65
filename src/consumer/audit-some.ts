/**
 * The audit that never ends: each run of cron renders a few pages afresh, compares them with what is
 * stored, and has those that differ written again. Finding any means a bug, or a hand in the storage.
 */
import { isUpToDate } from "../pages/compare.ts";
import { isDeployKey } from "../pages/key.ts";
import { readDeployPage, readPage } from "../pages/storage.ts";
import { closeAudit, nextToAudit } from "../store/audit.ts";
import { isCompiledWith } from "../store/compiled.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { fingerprintOf } from "./name-all.ts";
import { renderPages } from "./prepare-pages.ts";

/** A run of cron: five a minute look at 200,000 pages in four weeks, for 0.22 million reads. */
const PAGES_A_RUN = 5;

/** @returns the keys of pages that differed */
export async function auditSome(deps: ConsumerDeps): Promise<readonly string[]> {
  const { db, pages, site, config } = deps;
  // Until all pages have been named for this code, some may be as the code before has written them.
  if (!(await isCompiledWith(db, fingerprintOf(config)))) return [];
  const settled = await nextToAudit(db, PAGES_A_RUN);
  if (settled.length === 0) return [];
  const keys = settled.map(({ key }) => key);
  const rendered = await renderPages(deps, keys);
  const stored = await Promise.all(
    keys.map((key) => (isDeployKey(key) ? readDeployPage(site, key) : readPage(pages, key))),
  );
  const differing = settled.filter(
    ({ key }, index) => !isUpToDate(rendered.get(key) ?? { type: "void" }, stored[index] ?? null),
  );
  for (const { key } of differing) console.error(`audit: ${key} differs from its rows`);
  // What was named meanwhile differs with good reason, and is left alone there.
  await closeAudit(db, settled, differing, deps.now());
  return differing.map(({ key }) => key);
}
