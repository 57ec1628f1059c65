/**
 * A Worker of the build's own, beside the local bindings: lists what is stored and puts many pages an
 * answer. Through Miniflare's proxies every object costs a round trip and a millisecond of CPU.
 */

import { isSame } from "../src/pages/publish.ts";
import { listPuts, type PageStore, putPage, readVersion } from "../src/pages/storage.ts";
import { type PagePut, unpackPuts } from "./page-parcel.ts";

interface Env {
  readonly PAGES: PageStore;
}

export default {
  async fetch(request: Request, { PAGES }: Env): Promise<Response> {
    if (request.method === "POST") {
      return new Response(String(await putAll(PAGES, await request.arrayBuffer())));
    }
    const after = new URL(request.url).searchParams.get("after");
    return Response.json(await listPuts(PAGES, after));
  },
};

/** Puts under way at once: where the local simulator stops gaining. */
const PARALLEL_PUTS = 16;

/** @returns how many were written */
async function putAll(pages: PageStore, parcel: ArrayBuffer): Promise<number> {
  let written = 0;
  const queue = unpackPuts(parcel).values();
  const worker = async () => {
    for (const put of queue) if (await putOne(pages, put)) written++;
  };
  await Promise.all(Array.from({ length: PARALLEL_PUTS }, worker));
  return written;
}

/** The simulator drops a put now and then: the page is looked at again, and put if it must be. */
const MAX_ATTEMPTS = 3;

/** @returns false when the same is stored already */
async function putOne(pages: PageStore, put: PagePut): Promise<boolean> {
  const { key, page, commit, isStored, mustPut } = put;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const stored = isStored || attempt > 1 ? await readVersion(pages, key) : null;
    if (!mustPut && isSame(stored, page)) return false;
    const isPut = await putPage(pages, key, page, commit, stored).catch(() => false);
    if (isPut) return true;
  }
  throw new Error(`${key} could not be put`);
}
