/**
 * Holds every promise against what is stored: publishes what is stale, renders every page afresh and
 * compares it, decompressed, with its object. What differs is named: the next build, audit or server
 * writes it again.
 */
import { eachInParallel, type PublisherDeps, publishStale } from "../src/consumer/publish-stale.ts";
import { isUpToDate } from "../src/pages/compare.ts";
import { encodePage } from "../src/pages/encode.ts";
import type { Site } from "../src/pages/page-type.ts";
import {
  listDeployVersions,
  readDeployPage,
  readPage,
  type StoredPage,
} from "../src/pages/storage.ts";
import { writeAgain } from "../src/store/audit.ts";
import { makeStaleDue } from "../src/store/page-rows.ts";
import { findExtras } from "./extras.ts";
import type { LocalState } from "./local.ts";
import { listObjects } from "./object-files.ts";
import { withProgress } from "./progress.ts";
import { type FreshPage, listPages, renderSite } from "./render-site.ts";

/** Reads under way at once. */
const PARALLEL_READS = 32;
/** Named in the output; more would only scroll. */
const MAX_NAMED = 20;

export interface AuditSummary {
  readonly compared: number;
  readonly differ: readonly string[];
  readonly missing: readonly string[];
  /** Stored, but no page: nobody would ever write it again. */
  readonly extra: readonly string[];
}

/** @param now milliseconds since 1970 */
export async function auditSite(
  state: LocalState,
  config: Site,
  now: () => number,
): Promise<AuditSummary> {
  await publishAll(state, config, now);
  const pages = await listPages(state.db);
  const differ: string[] = [];
  const missing: string[] = [];
  await withProgress("pages", pages.length, async (progress) => {
    for await (const chunk of renderSite(state, config, pages, progress)) {
      await eachInParallel(chunk, PARALLEL_READS, async (page) => {
        const object = await readObject(state, page);
        if (!object) missing.push(page.key);
        else if (!isUpToDate(page.rendered, object)) differ.push(page.key);
      });
    }
  });
  if (differ.length > 0) await writeAgain(state.db, differ, now());
  const extra = await findExtras(state, pages, listObjects(state.objects));
  const keys = new Set(pages.map(({ key }) => key));
  const emptyHash = encodePage({ type: "void" }).hash;
  for await (const [key, { hash }] of listDeployVersions(state.site)) {
    if (!keys.has(key) && hash !== emptyHash) extra.push(key);
  }
  return { compared: pages.length, differ, missing, extra };
}

export function auditReport({ compared, differ, missing, extra }: AuditSummary): string[] {
  const name = (label: string, keys: readonly string[]) =>
    keys.slice(0, MAX_NAMED).map((key) => `${label}: ${key}`);
  return [
    ...name("differs", differ),
    ...name("missing", missing),
    ...name("extra", extra),
    `${compared} pages compared, ${differ.length} differ, ${missing.length} missing, ` +
      `${extra.length} extra`,
  ];
}

async function publishAll(state: LocalState, config: Site, now: () => number): Promise<void> {
  await makeStaleDue(state.db);
  const deps: PublisherDeps = {
    ...state,
    config,
    pace: { fast: 0, slow: 0, private: 0 },
    now,
    // Nobody else publishes meanwhile, and leases of the past have other names.
    token: () => "audit",
  };
  while (true) {
    const { written, unchanged, superseded } = await publishStale(deps);
    if (written + unchanged + superseded === 0) return;
  }
}

function readObject(state: LocalState, page: FreshPage): Promise<StoredPage | null> {
  return page.isDeployPage ? readDeployPage(state.site, page.key) : readPage(state.pages, page.key);
}
