/** One thread of a build: reads the rows of pages, renders, compresses and stores them. */
import { parentPort, workerData } from "node:worker_threads";
import { preparePages } from "../src/consumer/prepare-pages.ts";
import { encodePage } from "../src/pages/encode.ts";
import { isSame } from "../src/pages/publish.ts";
import { noteOf } from "../src/pages/storage.ts";
import { openContentFile } from "./content-file.ts";
import { openObjectFiles } from "./object-files.ts";
import type { Answer, Order, PageTask, Stored, ThreadSettings } from "./render-threads.ts";

const { contentFile, config, commit, objects } = workerData as ThreadSettings;
const db = openContentFile(contentFile);
const files = objects && openObjectFiles(objects);

parentPort?.on("message", async ({ id, pages, now }: Order) => {
  const puts = await renderAll(pages);
  parentPort?.postMessage({ id, ...store(puts, now) } satisfies Answer);
});

async function renderAll(pages: readonly PageTask[]) {
  const keys = pages.map(({ key }) => key);
  const prepared = await preparePages({ db, config }, keys);
  return pages.map((task) => {
    const page = encodePage(prepared.get(task.key)?.() ?? { type: "void" });
    return { ...task, page, commit };
  });
}

/** Puts those that are not stored already, and those that must be. */
function store(puts: Awaited<ReturnType<typeof renderAll>>, now: number): Stored {
  if (!files) return { written: 0, notes: [] };
  const stored = files.readVersions(puts.map(({ key }) => key));
  const changed = puts.filter(
    ({ key, page, mustPut }) => mustPut || !isSame(stored.get(key) ?? null, page),
  );
  const put = files.putAll(changed, now);
  const notes = puts.map(({ key }) => {
    const version = put.get(key) ?? stored.get(key);
    return version ? noteOf(version) : null;
  });
  return { written: changed.length, notes };
}
