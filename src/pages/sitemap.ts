/**
 * Sitemaps: every post's address, in blocks numbered from the oldest as `/new` numbers them, and an
 * index of the blocks. A vote or an edit changes none; a new post changes one, or two.
 */
import { chunksOf } from "../model/chunks-of.ts";
import { isVisible } from "../model/entities.ts";
import { newListing } from "../model/listing.ts";
import { slugOf } from "../model/slug.ts";
import type { Reads } from "../store/reads.ts";
import type { Address } from "../store/sitemap.ts";
import type { Change } from "./change.ts";
import { parsePageNumber, SITEMAP_KEY, threadPath } from "./key.ts";
import { definePage, pageOf, type Rendered, type Site } from "./page-type.ts";
import { renderTemplate } from "./templates.ts";

/** Addresses in a block: 50,000 are allowed, but each new post writes the last block anew. */
export const BLOCK_SIZE = 1000;
/** Blocks read by one query: bounds its answer. */
const BLOCKS_A_QUERY = 10;

const LISTING = newListing(null);

export function sitemapKey(block: number): string {
  return `/sitemap/${block}.xml`;
}

function blockOf(slot: number): number {
  return Math.ceil(slot / BLOCK_SIZE);
}

export const sitemapIndexPage = definePage<object, number>({
  name: "sitemap",
  path: SITEMAP_KEY,
  tier: "write",
  parse: (key) => (key === SITEMAP_KEY ? {} : null),
  lane: () => "slow",
  *affectedBy({ chronological }) {
    for (const { listing, countBefore, countAfter } of chronological) {
      if (listing === LISTING && blockOf(countBefore) !== blockOf(countAfter)) yield SITEMAP_KEY;
    }
  },
  async *every() {
    yield SITEMAP_KEY;
  },
  load: async (reads, params) => {
    const blocks = await countBlocks(reads);
    return params.map(() => blocks);
  },
  view(_, blocks, { origin }) {
    const keys = Array.from({ length: blocks }, (_each, index) => sitemapKey(index + 1));
    return xml(renderTemplate("sitemap-index", { hrefs: keys.map((key) => origin + key) }));
  },
});

export const sitemapBlockPage = definePage<number, readonly Address[]>({
  name: "sitemap block",
  path: "/sitemap/{n}.xml",
  tier: "write",
  parse: (key) => parsePageNumber(/^\/sitemap\/(\d+)\.xml$/.exec(key)?.[1], 1),
  lane: () => "slow",
  affectedBy: affectedBlocks,
  async *every(reads) {
    const blocks = await countBlocks(reads);
    for (let block = 1; block <= blocks; block++) yield sitemapKey(block);
  },
  load: loadBlocks,
  view: (_, addresses, site) => viewBlock(addresses, site),
});

function* affectedBlocks({ chronological, posts }: Change): Iterable<string> {
  const hasComeOrGone = posts.some(
    ({ before, after }) => before !== null && isVisible(before) !== isVisible(after),
  );
  for (const { listing, from, to, countBefore } of chronological) {
    // New slots, or numbers that move up; anything else is a post that is shown differently.
    if (listing !== LISTING || (to <= countBefore && !hasComeOrGone)) continue;
    for (let block = blockOf(from); block <= blockOf(to); block++) yield sitemapKey(block);
  }
}

async function countBlocks(reads: Reads): Promise<number> {
  const [slots = 0] = await reads.slotCounts([LISTING]);
  return blockOf(slots);
}

async function loadBlocks(
  reads: Reads,
  blocks: readonly number[],
): Promise<(readonly Address[] | null)[]> {
  const existing = await countBlocks(reads);
  const addresses: (readonly Address[])[] = [];
  for (const asked of chunksOf(blocks, BLOCKS_A_QUERY)) {
    const ranges = asked.map((block) => ({
      listing: LISTING,
      from: (block - 1) * BLOCK_SIZE + 1,
      to: block * BLOCK_SIZE,
    }));
    addresses.push(...(await reads.addresses(ranges)));
  }
  return blocks.map((block, index) => (block <= existing ? (addresses[index] ?? []) : null));
}

function viewBlock(addresses: readonly Address[], { origin }: Site): Rendered {
  const hrefs = addresses.map(
    ({ community, id, title }) => origin + threadPath(community, id, slugOf(title)),
  );
  return xml(renderTemplate("sitemap", { hrefs }));
}

function xml(body: string): Rendered {
  return pageOf({ type: "xml", body });
}
