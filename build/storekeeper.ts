/**
 * A Worker of the build's own, beside the local bindings: lists what is stored and puts many pages an
 * answer. Through Miniflare's proxies every object costs a round trip and a millisecond of CPU.
 */
import type { PageStore, StoredVersion } from "../src/pages/storage.ts";
import { listVersions, putPage } from "../src/pages/storage.ts";
import { unpackPuts } from "./page-parcel.ts";

interface Env {
  readonly PAGES: PageStore;
}

export default {
  async fetch(request: Request, { PAGES }: Env): Promise<Response> {
    return request.method === "POST"
      ? Response.json(await putAll(PAGES, await request.arrayBuffer()))
      : Response.json(await listAll(PAGES));
  },
};

async function listAll(pages: PageStore): Promise<[string, StoredVersion][]> {
  const versions: [string, StoredVersion][] = [];
  for await (const version of listVersions(pages)) versions.push(version);
  return versions;
}

/** Puts under way at once: where the local simulator stops gaining. */
const PARALLEL_PUTS = 16;

/** The keys whose object is not the expected one any more, or could not be put. */
async function putAll(pages: PageStore, parcel: ArrayBuffer): Promise<string[]> {
  const failed: string[] = [];
  const queue = unpackPuts(parcel).values();
  const worker = async () => {
    for (const { key, page, commit, expected } of queue) {
      const isPut = await putPage(pages, key, page, commit, expected).catch(() => false);
      if (!isPut) failed.push(key);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_PUTS }, worker));
  return failed;
}
