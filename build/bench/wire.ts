/** What a first view costs over the wire, and what the site takes in storage. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { readPage } from "../../src/pages/storage.ts";
import type { LocalState } from "../local.ts";
import type { Table } from "./table.ts";

const ASSETS = "templates/public/assets/1";

export async function benchWire({ pages }: LocalState): Promise<Table> {
  const front = (await readPage(pages, "/"))?.head.representations[0]?.length ?? 0;
  const css = gzipped("site.css");
  const js = gzipped("site.js");
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
  return {
    title: "First view of the front page, gzipped",
    columns: ["", "size"],
    rows: [
      ["html", kilobytes(front)],
      ["css", kilobytes(css)],
      ["js", kilobytes(js)],
      ["together", kilobytes(front + css + js)],
    ],
  };
}

function gzipped(asset: string): number {
  return gzipSync(readFileSync(`${ASSETS}/${asset}`)).length;
}
