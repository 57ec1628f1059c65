/** One thread of a build: reads the rows of pages, renders and compresses them, has them stored. */
import { parentPort, workerData } from "node:worker_threads";
import { preparePages } from "../src/consumer/publish-stale.ts";
import { encodePage } from "../src/pages/encode.ts";
import { openContentFile } from "./content-file.ts";
import { type PagePut, packPuts } from "./page-parcel.ts";
import type { Answer, Order, PageTask, ThreadSettings } from "./render-threads.ts";

const { contentFile, config, commit, storekeeper } = workerData as ThreadSettings;
const db = openContentFile(contentFile);

parentPort?.on("message", async ({ id, pages }: Order) => {
  const puts = await renderAll(pages);
  const written = storekeeper === null ? 0 : await store(storekeeper, puts);
  parentPort?.postMessage({ id, written } satisfies Answer);
});

async function renderAll(pages: readonly PageTask[]): Promise<PagePut[]> {
  const keys = pages.map(({ key }) => key);
  const prepared = await preparePages({ db, config }, keys);
  return pages.map((task) => {
    const page = encodePage(prepared.get(task.key)?.() ?? { type: "void" });
    return { ...task, page, commit };
  });
}

async function store(address: string, puts: readonly PagePut[]): Promise<number> {
  const answer = await fetch(address, { method: "POST", body: packPuts(puts) });
  if (!answer.ok) throw new Error(`storing pages: ${await answer.text()}`);
  return Number(await answer.text());
}
