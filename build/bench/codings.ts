/** Whether brotli beside gzip would be worth a second copy of every page. */
import { brotliCompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { threadKey } from "../../src/pages/key.ts";
import { readPage, type StoredPage } from "../../src/pages/storage.ts";
import { type Part, placeOf } from "../../src/pages/together.ts";
import type { Reads } from "../../src/store/reads.ts";
import type { LocalState } from "../local.ts";
import { kilobytes, type Table } from "./table.ts";

/** As it is stored: gzipped. @param part of the pages stored together, the one */
export function htmlOf(page: StoredPage | null, part: Part | null = null): Uint8Array {
  const html = page?.head.representations.find((each) => (each.part ?? null) === part);
  return page && html ? new Uint8Array(page.body, html.offset, html.length) : new Uint8Array();
}

/** Pages of each kind that are compressed again. */
const SAMPLE = 200;
/** What a server may send before the client has acknowledged any: ten segments, RFC 6928. Bytes. */
const FIRST_FLIGHT = 14_600;
/** Better ones take ten times as long for 1 % less. */
const BROTLI_QUALITY = 5;

/** Brotli is worth a second copy of every page where it saves a round trip. */
export async function benchCodings(pages: LocalState["pages"], reads: Reads): Promise<Table> {
  const [front = []] = await reads.rankedSlices([
    { ranking: "hot", scope: null, from: 0, count: SAMPLE },
  ]);
  const listings = Array.from({ length: 40 }, (_, index) => `/hot/${index + 1}`).with(0, "/");
  const threads = front.map(({ id }) => threadKey(id));
  const rows = await Promise.all([
    codingRow("front pages", pages, listings),
    codingRow("threads on them", pages, threads),
  ]);
  return {
    title: "HTML as gzip and as brotli: means of a page",
    columns: ["", "gzip", "CPU", "brotli", "CPU", "pages that brotli brings a round trip sooner"],
    rows,
  };
}

async function codingRow(
  what: string,
  pages: LocalState["pages"],
  paths: readonly string[],
): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const { key, part } = placeOf(path);
      return htmlOf(await readPage(pages, key), part);
    }),
  );
  const texts = found.filter(({ length }) => length > 0);
  const bodies = texts.map((bytes) => gunzipSync(bytes));
  const gzip = compressAll(bodies, (body) => gzipSync(body, { level: 6 }));
  const brotli = compressAll(bodies, (body) =>
    brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  );
  const sooner = gzip.sizes.filter(
    (size, index) => flights(size) > flights(brotli.sizes[index] ?? size),
  ).length;
  const mean = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0) / sizes.length;
  return [
    `${what} (${bodies.length})`,
    kilobytes(mean(gzip.sizes)),
    `${gzip.milliseconds.toFixed(2)} ms`,
    kilobytes(mean(brotli.sizes)),
    `${brotli.milliseconds.toFixed(2)} ms`,
    String(sooner),
  ];
}

function compressAll(bodies: readonly Uint8Array[], compress: (body: Uint8Array) => Uint8Array) {
  const before = process.cpuUsage();
  const sizes = bodies.map((body) => compress(body).length);
  const { user, system } = process.cpuUsage(before);
  return { sizes, milliseconds: (user + system) / 1000 / bodies.length };
}

/** Round trips until all of it is there: each time the server may send twice as much. */
function flights(bytes: number): number {
  return Math.ceil(Math.log2(bytes / FIRST_FLIGHT + 1));
}
