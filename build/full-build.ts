/**
 * Compiles the whole site from D1 into R2 and KV, while nothing else runs. Threads render and store;
 * this one deals out the keys and keeps the page table. What the page table says is written is left
 * alone, as long as its object is there and nobody has put another since: so a killed build goes on
 * where it was, and one with nothing to do renders nothing. `npm run audit` compares contents.
 */
import { eachInParallel } from "../src/consumer/each-in-parallel.ts";
import { fingerprintOf } from "../src/consumer/name-all.ts";
import { renderPages } from "../src/consumer/prepare-pages.ts";
import { chunksOf } from "../src/model/chunks-of.ts";
import { encodePage } from "../src/pages/encode.ts";
import { isDeployKey } from "../src/pages/key.ts";
import type { Site } from "../src/pages/page-type.ts";
import { isSame } from "../src/pages/publish.ts";
import {
  listDeployVersions,
  putDeployPage,
  removeDeployPage,
  type StoredVersion,
} from "../src/pages/storage.ts";
import { partsOf } from "../src/pages/together.ts";
import {
  type BuiltPage,
  forgetStored,
  markWritten,
  readPageStates,
} from "../src/store/built-pages.ts";
import { type Building, beginBuilding, setCompiled } from "../src/store/compiled.ts";
import type { NamedPage } from "../src/store/page-rows.ts";
import { openContentFile } from "./content-file.ts";
import { removeExtras } from "./extras.ts";
import type { LocalState } from "./local.ts";
import { listObjects, type StoredObjects } from "./object-files.ts";
import { withProgress } from "./progress.ts";
import { listPages } from "./render-site.ts";
import { openRenderThreads, type PageTask, type RenderThreads } from "./render-threads.ts";

/** Objects rendered together, and pages in them: enough to read in few queries, few enough to hold. */
const OBJECTS_A_CHUNK = 50;
const PAGES_A_CHUNK = 100;
/** Keys looked up together in the page table. */
const KEYS_A_LOOKUP = 1000;

export interface BuildSummary {
  readonly pages: number;
  readonly written: number;
  readonly unchanged: number;
}

type DuePage = NamedPage & PageTask;

/** @param now milliseconds since 1970 */
export async function buildSite(
  state: LocalState,
  config: Site,
  now: () => number,
): Promise<BuildSummary> {
  const fingerprint = fingerprintOf(config);
  const begun = await beginBuilding(state.db, fingerprint);
  const { contentFile, objects } = state;
  const threads = openRenderThreads({ contentFile, config, commit: begun.commit, objects });
  try {
    const summary = await buildWith(threads, state, config, begun, now);
    await setCompiled(state.db, fingerprint);
    return summary;
  } finally {
    await threads.stop();
  }
}

async function buildWith(
  threads: RenderThreads,
  state: LocalState,
  config: Site,
  { commit, trusted }: Building,
  now: () => number,
): Promise<BuildSummary> {
  const content = openContentFile(state.contentFile);
  const pages = await listPages(content);
  const stored = listObjects(state.objects);
  const ofDeploys = pages.filter(({ key }) => isDeployKey(key));
  const ofWrites = pages.filter(({ key }) => !isDeployKey(key));
  const due = await findDue(content, ofWrites, stored, trusted);
  let written = await storeDeployPages(state, config, ofDeploys, commit);
  await withProgress("pages", pages.length, async (progress) => {
    progress.advance(pages.length - due.length);
    for (const chunk of chunksOf(due, KEYS_A_LOOKUP)) {
      await state.db.batch(
        forgetStored(
          state.db,
          chunk.map(({ key }) => key),
        ),
      );
    }
    const done: BuiltPage[] = [];
    const noteDone = async (pages: number) => {
      while (done.length > pages) {
        const noted = done.splice(0, KEYS_A_LOOKUP);
        await state.db.batch(markWritten(state.db, noted, commit, now()));
      }
    };
    // A thread finds its next chunk waiting.
    await eachInParallel(chunksToRender(due), 2 * threads.count, async (chunk) => {
      const stored = await threads.render(chunk, now());
      written += stored.written;
      done.push(...chunk.map((page, index) => ({ ...page, stored: stored.notes[index] ?? null })));
      progress.advance(chunk.length);
      await noteDone(KEYS_A_LOOKUP);
    });
    await noteDone(0);
  });
  const unnoted = await findUnwritten(content, ofDeploys, trusted);
  if (unnoted.length > 0) await state.db.batch(markWritten(state.db, unnoted, commit, now()));
  await removeExtras(state, pages, stored);
  return { pages: pages.length, written, unchanged: pages.length - written };
}

/** @param trusted the oldest commit whose pages need not be written again */
async function findDue(
  content: LocalState["db"],
  pages: readonly NamedPage[],
  stored: StoredObjects,
  trusted: number,
): Promise<DuePage[]> {
  const due: DuePage[] = [];
  for (const chunk of chunksOf(pages, KEYS_A_LOOKUP)) {
    const keys = chunk.map(({ key }) => key);
    const states = await readPageStates(content, keys, trusted);
    for (const page of chunk) {
      const row = states.get(page.key);
      const putAt = stored.get(page.key);
      // Whoever puts a page notes it afterwards: what was put later, something else has put.
      if (row?.isWritten && putAt !== undefined && putAt <= row.writtenAt) continue;
      due.push({ ...page, mustPut: row?.isTakenOver ?? false });
    }
  }
  return due;
}

/** Those of few pages whose rows do not say that they are written. */
async function findUnwritten(
  content: LocalState["db"],
  pages: readonly NamedPage[],
  trusted: number,
): Promise<NamedPage[]> {
  const keys = pages.map(({ key }) => key);
  const states = await readPageStates(content, keys, trusted);
  return pages.filter(({ key }) => !states.get(key)?.isWritten);
}

/** There are few of them, and KV does not say when they were put: they are always rendered. */
async function storeDeployPages(
  state: LocalState,
  config: Site,
  pages: readonly NamedPage[],
  commit: number,
): Promise<number> {
  const stored = new Map<string, StoredVersion>();
  for await (const [key, version] of listDeployVersions(state.site)) stored.set(key, version);
  const keys = pages.map(({ key }) => key);
  let written = 0;
  for (const [key, rendered] of await renderPages({ db: state.db, config }, keys)) {
    const page = encodePage(rendered);
    if (isSame(stored.get(key) ?? null, page)) continue;
    await putDeployPage(state.site, key, page, commit);
    written++;
  }
  for (const key of stored.keys()) {
    if (!keys.includes(key)) await removeDeployPage(state.site, key);
  }
  return written;
}

/** In their order: what a thread is given at once. */
export function chunksToRender<Page extends { readonly key: string }>(
  pages: readonly Page[],
): Page[][] {
  const chunks: Page[][] = [];
  let chunk: Page[] = [];
  let size = 0;
  for (const page of pages) {
    const more = 1 + partsOf(page.key).length;
    if (chunk.length === OBJECTS_A_CHUNK || (size > 0 && size + more > PAGES_A_CHUNK)) {
      chunks.push(chunk);
      chunk = [];
      size = 0;
    }
    chunk.push(page);
    size += more;
  }
  return chunk.length === 0 ? chunks : [...chunks, chunk];
}
