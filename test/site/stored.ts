/** What is stored, seen from inside: for when nothing runs. */
import { gunzipSync } from "node:zlib";
import { openLocalState } from "../../build/local.ts";
import { eachInParallel } from "../../src/consumer/each-in-parallel.ts";
import { readPage } from "../../src/pages/storage.ts";
import { storedKeys } from "../stored-keys.ts";
import type { Home } from "./cairn.ts";

/** Where the local simulator stops gaining. */
const PARALLEL_READS = 16;

/** Every representation that R2 holds, by the key of its page. */
export async function storedTexts(home: Home): Promise<[string, string][]> {
  const state = await openLocalState(home.stateDir);
  try {
    const texts: [string, string][] = [];
    const keys: string[] = [];
    for await (const key of storedKeys(state.pages)) keys.push(key);
    await eachInParallel(keys, PARALLEL_READS, async (key) => {
      const page = await readPage(state.pages, key);
      for (const { offset, length } of page?.head.representations ?? []) {
        if (page)
          texts.push([key, gunzipSync(new Uint8Array(page.body, offset, length)).toString()]);
      }
    });
    return texts;
  } finally {
    await state.dispose();
  }
}
