/**
 * A Worker of the build's own, beside the local bindings: lists what is stored, a thousand objects an
 * answer. Through Miniflare's proxies every listed object costs a round trip of its own.
 */
import type { PageStore } from "../src/pages/storage.ts";
import { listVersions } from "../src/pages/storage.ts";

export default {
  async fetch(_: Request, { PAGES }: { readonly PAGES: PageStore }): Promise<Response> {
    const versions = [];
    for await (const version of listVersions(PAGES)) versions.push(version);
    return Response.json(versions);
  },
};
