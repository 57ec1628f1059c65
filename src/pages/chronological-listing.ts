/**
 * What the chronological listings share. Blocks, mostly of 25, are numbered from the oldest and sealed
 * when full, so that an insertion writes the head and seldom more, however deep the listing. The head
 * shows the newest full block and what has come since: 25 to 49. The block after the last full one
 * leads to the head.
 */
import type { Lane } from "../store/page-rows.ts";
import type { Reads } from "../store/reads.ts";
import type { Change, ChronologicalChange } from "./change.ts";
import { PAGE_SIZE, parsePageNumber } from "./key.ts";
import { definePage, type PageType, type Rendered, type Site } from "./page-type.ts";

/** `block` is null for the head. */
export interface Block {
  readonly listing: string;
  readonly block: number | null;
}

/** A page of the listing: its own key, and its neighbours' (`before` is newer). */
export interface BlockPage extends Block {
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
  /** In the listing. */
  readonly slots: number;
}

/** What stands in the slots of a page. */
export interface SlotsOfPage {
  readonly listing: string;
  /** Newest first. */
  readonly ids: readonly string[];
}

export interface ChronologicalDefinition<Things> {
  readonly name: string;
  readonly path: string;
  /** What stands between a listing's name and the number of a block: `/`, or `/-/`. */
  readonly separator: "/" | "/-/";
  /**
   * There are very many listings of this type, most of them short or empty: an empty one has no
   * page, and no block leads to the head before one is full.
   */
  readonly isSparse: boolean;
  /** Although it is sparse, an empty one has a page: its head is part of one that is there anyway. */
  readonly isShownEmpty?: true;
  /** Slots of a block; 25, as on every page, unless very many are written and few read. */
  readonly blockSize?: number;
  /** Of the head, and of the numbered blocks from when they are full; fast and slow by default. */
  readonly lanes?: { readonly head: Lane; readonly block: Lane };
  /** Is this the name of a listing of this type? */
  owns(listing: string): boolean;
  /** The names of all listings of this type. */
  every(reads: Reads): Promise<readonly string[]>;
  /** The names of listings that are there from this change on, although they are empty. */
  begun(change: Change): readonly string[];
  /** The names of listings whose heads show something else besides what is listed. */
  retitled?(change: Change): readonly string[];
  /**
   * What each page shows, given what stands in its slots; null where there is no such listing.
   * Whatever nobody may see is left out.
   */
  load(reads: Reads, pages: readonly SlotsOfPage[]): Promise<readonly (Things | null)[]>;
  view(page: BlockPage, things: Things, site: Site): Rendered;
}

type Model<Things> =
  | { readonly type: "to_head" }
  | {
      readonly type: "things";
      readonly things: Things;
      readonly olderBlock: number;
      readonly slots: number;
    };

const PUBLIC_LANES = { head: "fast", block: "slow" } as const;
/** Of people and domains. */
export const SIDE_LANES = { head: "side", block: "slow" } as const;

export function defineChronologicalListing<Things>(
  type: ChronologicalDefinition<Things>,
): PageType {
  return defineBlocks(type, () => true);
}

/** For heads that are stored with another page: they are a type of their own. */
export function splitChronologicalListing<Things>(
  paths: { readonly heads: string; readonly blocks: string },
  type: Omit<ChronologicalDefinition<Things>, "path">,
): { readonly heads: PageType; readonly blocks: PageType } {
  return {
    heads: defineBlocks({ ...type, path: paths.heads }, ({ block }) => block === null),
    blocks: defineBlocks({ ...type, path: paths.blocks }, ({ block }) => block !== null),
  };
}

/** @param has is this one of the type's pages? */
function defineBlocks<Things>(
  type: ChronologicalDefinition<Things>,
  has: (block: Block) => boolean,
): PageType {
  const keyOf = ({ listing, block }: Block) =>
    block === null ? listing : `${listing}${type.separator}${block}`;
  return definePage<Block, Model<Things>>({
    name: type.name,
    path: type.path,
    tier: "write",
    parse(key) {
      const block = parseBlock(type, key);
      return block && has(block) ? block : null;
    },
    lane({ listing, block }, grown = []) {
      const lanes = type.lanes ?? PUBLIC_LANES;
      const isHead = block === null || isSealed(type, listing, block, grown);
      return lanes[isHead ? "head" : "block"];
    },
    *affectedBy(change) {
      for (const block of affectedBlocks(type, change)) if (has(block)) yield keyOf(block);
    },
    async *every(reads) {
      for await (const block of everyBlock(type, reads)) if (has(block)) yield keyOf(block);
    },
    load: (reads, blocks) => loadBlocks(type, reads, blocks),
    view({ listing, block }, model, site) {
      if (model.type === "to_head") return { type: "redirect", status: 302, location: listing };
      const { things, olderBlock, slots } = model;
      const page: BlockPage = {
        listing,
        block,
        key: keyOf({ listing, block }),
        before: block === null ? null : keyOf({ listing, block: block + 1 }),
        after: olderBlock > 0 ? keyOf({ listing, block: olderBlock }) : null,
        slots,
      };
      return type.view(page, things, site);
    },
  });
}

type Naming = Pick<
  ChronologicalDefinition<unknown>,
  "owns" | "separator" | "isSparse" | "isShownEmpty" | "begun" | "retitled" | "blockSize"
>;

function parseBlock({ owns, separator }: Naming, key: string): Block | null {
  if (owns(key)) return { listing: key, block: null };
  const at = key.lastIndexOf(separator);
  const block = at < 0 ? null : parsePageNumber(key.slice(at + separator.length), 1);
  const listing = key.slice(0, Math.max(at, 0));
  return block !== null && owns(listing) ? { listing, block } : null;
}

function sizeOf({ blockSize = PAGE_SIZE }: Naming): number {
  return blockSize;
}

function fullBlocks(naming: Naming, count: number): number {
  return Math.floor(count / sizeOf(naming));
}

function blockOf(naming: Naming, slot: number): number {
  return Math.ceil(slot / sizeOf(naming));
}

function hasHead({ isSparse, isShownEmpty }: Naming, count: number): boolean {
  return count > 0 || !isSparse || isShownEmpty === true;
}

/** The last block that has a page: after the full ones, the one that leads to the head. */
function lastBlock(naming: Naming, count: number): number {
  const full = fullBlocks(naming, count);
  return naming.isSparse && full === 0 ? 0 : full + 1;
}

/** The first slot that the head shows. */
function headStart(naming: Naming, count: number): number {
  return Math.max(fullBlocks(naming, count) - 1, 0) * sizeOf(naming) + 1;
}

/**
 * Has the block become full? What is stored still leads to the head, which will soon show the
 * block's slots no more: it waits no longer than the head does.
 */
function isSealed(
  naming: Naming,
  listing: string,
  block: number,
  grown: readonly ChronologicalChange[],
): boolean {
  return grown.some(
    (each) =>
      each.listing === listing &&
      block > fullBlocks(naming, each.countBefore) &&
      block <= fullBlocks(naming, each.countAfter),
  );
}

function* affectedBlocks(naming: Naming, change: Change): Iterable<Block> {
  for (const listing of naming.begun(change)) yield* [null, 1].map((block) => ({ listing, block }));
  for (const listing of naming.retitled?.(change) ?? []) yield { listing, block: null };
  for (const { listing, from, to, countBefore, countAfter } of change.chronological) {
    if (!naming.owns(listing)) continue;
    const full = fullBlocks(naming, countAfter);
    const last = lastBlock(naming, countAfter);
    // The whole listing may have come or gone, with the block that leads to its head.
    if (from === 1 && to === countAfter && last > full) yield { listing, block: last };
    const lastChanged = Math.min(blockOf(naming, to), full);
    for (let block = blockOf(naming, from); block <= lastChanged; block++) {
      yield { listing, block };
    }
    if (to >= headStart(naming, countAfter)) yield { listing, block: null };
    for (let block = fullBlocks(naming, countBefore) + 1; block <= full; block++) {
      yield { listing, block: block + 1 };
    }
  }
}

async function* everyBlock<Things>(
  type: ChronologicalDefinition<Things>,
  reads: Reads,
): AsyncIterable<Block> {
  const listings = await type.every(reads);
  const counts = await reads.slotCounts(listings);
  for (const [index, listing] of listings.entries()) {
    const count = counts[index] ?? 0;
    if (hasHead(type, count)) yield { listing, block: null };
    const last = lastBlock(type, count);
    for (let block = 1; block <= last; block++) yield { listing, block };
  }
}

async function loadBlocks<Things>(
  type: ChronologicalDefinition<Things>,
  reads: Reads,
  blocks: readonly Block[],
): Promise<(Model<Things> | null)[]> {
  const listings = [...new Set(blocks.map(({ listing }) => listing))];
  const answers = await reads.slotCounts(listings);
  const counts = new Map(listings.map((listing, index) => [listing, answers[index] ?? 0]));
  const countOf = (listing: string) => counts.get(listing) ?? 0;
  const ids = await reads.slotIds(
    blocks.map(({ listing, block }) => ({
      listing,
      from: block === null ? headStart(type, countOf(listing)) : (block - 1) * sizeOf(type) + 1,
      to: block === null ? countOf(listing) : block * sizeOf(type),
    })),
  );
  const things = await type.load(
    reads,
    blocks.map(({ listing }, index) => ({ listing, ids: [...(ids[index] ?? [])].reverse() })),
  );
  return blocks.map(({ listing, block }, index) => {
    const shown = things[index] ?? null;
    if (shown === null || !hasHead(type, countOf(listing))) return null;
    const full = fullBlocks(type, countOf(listing));
    if (block !== null && block > full) {
      return block <= lastBlock(type, countOf(listing)) ? { type: "to_head" } : null;
    }
    const slots = countOf(listing);
    return { type: "things", things: shown, olderBlock: (block ?? full) - 1, slots };
  });
}
