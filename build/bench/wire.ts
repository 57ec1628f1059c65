/** What a first view costs over the wire, with everything that it loads. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { threadKey } from "../../src/pages/key.ts";
import { readPage } from "../../src/pages/storage.ts";
import { openReads } from "../../src/store/reads.ts";
import type { LocalState } from "../local.ts";
import { benchCodings, htmlOf } from "./codings.ts";
import { threadOfAbout } from "./long-thread.ts";
import { kilobytes, type Table } from "./table.ts";

const ASSETS = "templates/public/assets/2";
const ASKED_COMMENTS = 100;

export interface WireTables {
  readonly tables: readonly Table[];
  /** Of about a hundred comments. */
  readonly thread: { readonly what: string; readonly path: string };
}

export async function benchWire({ db, pages }: LocalState): Promise<WireTables> {
  const reads = openReads(db);
  const thread = await threadOfAbout(ASKED_COMMENTS, reads);
  const threadName = `thread of ${thread.comments} comments`;
  const named: readonly (readonly [string, string])[] = [
    ["front page", "/"],
    [threadName, threadKey(thread.id)],
  ];
  const stored = await Promise.all(named.map(([, key]) => readPage(pages, key)));
  const [css = 0, script = 0, icon = 0] = ["site.css", "site.js", "cairn.svg"].map(
    (asset) => gzipSync(readFileSync(`${ASSETS}/${asset}`)).length,
  );
  const views: Table = {
    title: "First view, gzipped",
    columns: ["", "HTML", "CSS", "script", "icon", "together"],
    rows: named.map(([what], index) => {
      const html = htmlOf(stored[index] ?? null).length;
      return [what, ...[html, css, script, icon, html + css + script + icon].map(kilobytes)];
    }),
  };
  const path = stored[1]?.head.path ?? threadKey(thread.id);
  return {
    tables: [views, await benchCodings(pages, reads)],
    thread: { what: threadName, path },
  };
}
