/** Renders every page of the site afresh, in chunks: for the audit. */
import { setImmediate } from "node:timers/promises";
import { everyPage } from "../src/consumer/name-all.ts";
import { renderPages } from "../src/consumer/prepare-pages.ts";
import { chunksOf } from "../src/model/chunks-of.ts";
import type { Rendered, Site } from "../src/pages/page-type.ts";
import { pageTypeOf } from "../src/pages/table.ts";
import type { NamedPage } from "../src/store/page-rows.ts";
import { openReads } from "../src/store/reads.ts";
import type { LocalState } from "./local.ts";
import type { Progress } from "./progress.ts";

/** Pages rendered together: enough to read in few queries, few enough to hold. */
const CHUNK = 200;

export interface FreshPage extends NamedPage {
  readonly isDeployPage: boolean;
  readonly rendered: Rendered;
}

export async function listPages(db: LocalState["db"]): Promise<NamedPage[]> {
  const pages: NamedPage[] = [];
  for await (const page of everyPage(openReads(db))) pages.push(page);
  return pages;
}

export async function* renderSite(
  db: LocalState["db"],
  config: Site,
  pages: readonly NamedPage[],
  progress: Progress,
): AsyncGenerator<FreshPage[]> {
  for (const chunk of chunksOf(pages, CHUNK)) {
    const keys = chunk.map(({ key }) => key);
    const rendered = await renderPages({ db, config }, keys);
    yield chunk.map((page) => {
      const fresh = rendered.get(page.key) ?? { type: "void" as const };
      const isDeployPage = pageTypeOf(page.key)?.tier === "deploy";
      return { ...page, isDeployPage, rendered: fresh };
    });
    progress.advance(chunk.length);
    // Reading files lets nothing else have its turn: the progress bar, and connections that have ended.
    await setImmediate();
  }
}
