/**
 * Holds every promise against what is stored: publishes what is stale, renders every page afresh and
 * compares it, decompressed, with its object. What differs is named: the next build, audit or server
 * writes it again.
 */
import type { ConsumerDeps } from "../src/consumer/consumer-deps.ts";
import { publishStale } from "../src/consumer/publish-stale.ts";
import { isUpToDate } from "../src/pages/compare.ts";
import { VOID_HASH } from "../src/pages/encode.ts";
import type { Site } from "../src/pages/page-type.ts";
import { listDeployVersions, readDeployPage } from "../src/pages/storage.ts";
import { writeAgain } from "../src/store/audit.ts";
import { makeStaleDue } from "../src/store/built-pages.ts";
import { openContentFile } from "./content-file.ts";
import { findExtras } from "./extras.ts";
import type { LocalState } from "./local.ts";
import { NO_PACE } from "./no-pace.ts";
import { listObjects, openObjectFiles } from "./object-files.ts";
import { withProgress } from "./progress.ts";
import { listPages, renderSite } from "./render-site.ts";

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
  const content = openContentFile(state.contentFile);
  const files = openObjectFiles(state.objects);
  const pages = await listPages(content);
  const differ: string[] = [];
  const missing: string[] = [];
  await withProgress("pages", pages.length, async (progress) => {
    for await (const chunk of renderSite(content, config, pages, progress)) {
      const objects = files.readPages(chunk.map(({ key }) => key));
      for (const { key, isDeployPage, rendered } of chunk) {
        const object = isDeployPage ? await readDeployPage(state.site, key) : objects.get(key);
        if (!object) missing.push(key);
        else if (!isUpToDate(rendered, object)) differ.push(key);
      }
    }
  });
  const wrong = [...differ, ...missing];
  if (wrong.length > 0) await writeAgain(state.db, wrong, now());
  const extra = await findExtras(state, pages, listObjects(state.objects));
  const keys = new Set(pages.map(({ key }) => key));
  for await (const [key, { hash }] of listDeployVersions(state.site)) {
    if (!keys.has(key) && hash !== VOID_HASH) extra.push(key);
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
  const deps: ConsumerDeps = {
    ...state,
    config,
    pace: NO_PACE,
    now,
    // Nobody else publishes meanwhile, and each lease ends before the next one.
    token: () => "audit",
  };
  while (true) {
    const { written, unchanged, superseded } = await publishStale(deps);
    if (written + unchanged + superseded === 0) return;
  }
}
