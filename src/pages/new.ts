/**
 * Newest posts. Blocks are numbered from the oldest and sealed when full, so that an insertion
 * writes the head and seldom more, however deep the listing. The head shows the newest full block
 * and what has come since: 25 to 49 posts. The block after the last full one leads to the head.
 */
import type { Community, Post } from "../model/entities.ts";
import { isVisible } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import { newListing, type Scope } from "../model/listing.ts";
import type { Reads } from "../store/reads.ts";
import type { Change } from "./change.ts";
import { blockKey, PAGE_SIZE, parsePageNumber, splitScope } from "./key.ts";
import { readCommunitiesOf } from "./listing-communities.ts";
import { viewListing } from "./listing-view.ts";
import { definePage } from "./page-type.ts";

/** `block` is null for the head. */
interface Params {
  readonly scope: Scope;
  readonly block: number | null;
}

type Model =
  | { readonly type: "to_head" }
  | {
      readonly type: "posts";
      /** Newest first. */
      readonly posts: readonly Post[];
      readonly olderBlock: number;
      readonly communities: ReadonlyMap<CommunityKey, Community>;
    };

export const newPage = definePage<Params, Model>({
  name: "new",
  path: "/new · /new/{n} · /r/{community}/new · /r/{community}/new/{n}",
  tier: "write",
  parse: parseNewKey,
  lane: ({ block }) => (block === null ? "fast" : "slow"),
  affectedBy: affectedBlocks,
  every: everyBlock,
  load: loadBlocks,
  view({ scope, block }, model, site) {
    const listing = newListing(scope);
    if (model.type === "to_head") return { type: "redirect", status: 302, location: listing };
    return viewListing(
      {
        scope,
        tab: "new",
        key: block === null ? listing : blockKey(listing, block),
        page: block,
        posts: model.posts,
        communities: model.communities,
        before: block === null ? null : blockKey(listing, block + 1),
        after: model.olderBlock > 0 ? blockKey(listing, model.olderBlock) : null,
      },
      site,
    );
  },
});

function parseNewKey(key: string): Params | null {
  const { scope, rest } = splitScope(key);
  if (rest === "/new") return { scope, block: null };
  const block = rest.startsWith("/new/") ? parsePageNumber(rest.slice("/new/".length), 1) : null;
  return block === null ? null : { scope, block };
}

function fullBlocks(count: number): number {
  return Math.floor(count / PAGE_SIZE);
}

function blockOf(slot: number): number {
  return Math.ceil(slot / PAGE_SIZE);
}

/** The first slot that the head shows. */
function headStart(count: number): number {
  return Math.max(fullBlocks(count) - 1, 0) * PAGE_SIZE + 1;
}

function* affectedBlocks(change: Change): Iterable<string> {
  for (const { key } of change.communities) {
    yield newListing(key);
    yield blockKey(newListing(key), 1);
  }
  for (const { listing, from, to, countBefore, countAfter } of change.chronological) {
    if (!isPostListing(listing)) continue;
    const full = fullBlocks(countAfter);
    for (let block = blockOf(from); block <= Math.min(blockOf(to), full); block++) {
      yield blockKey(listing, block);
    }
    if (to >= headStart(countAfter)) yield listing;
    for (let block = fullBlocks(countBefore) + 1; block <= full; block++) {
      yield blockKey(listing, block + 1);
    }
  }
}

function isPostListing(listing: string): boolean {
  return parseNewKey(listing) !== null;
}

async function* everyBlock(reads: Reads): AsyncIterable<string> {
  const communities = await reads.allCommunities();
  const listings = [newListing(null), ...communities.map(({ key }) => newListing(key))];
  const counts = await reads.slotCounts(listings);
  for (const [index, listing] of listings.entries()) {
    yield listing;
    const last = fullBlocks(counts[index] ?? 0) + 1;
    for (let block = 1; block <= last; block++) yield blockKey(listing, block);
  }
}

async function loadBlocks(reads: Reads, params: readonly Params[]): Promise<(Model | null)[]> {
  const listings = [...new Set(params.map(({ scope }) => newListing(scope)))];
  const counts = await reads.slotCounts(listings);
  const countOf = (scope: Scope) => counts[listings.indexOf(newListing(scope))] ?? 0;
  const ranges = params.map(({ scope, block }) => ({
    listing: newListing(scope),
    ...(block === null
      ? { from: headStart(countOf(scope)), to: countOf(scope) }
      : { from: (block - 1) * PAGE_SIZE + 1, to: block * PAGE_SIZE }),
  }));
  const slots = await reads.slotRanges(ranges);
  const communities = await readCommunitiesOf(reads, params, slots.flat());
  return params.map(({ scope, block }, index) => {
    if (scope !== null && !communities.has(scope)) return null;
    const full = fullBlocks(countOf(scope));
    if (block !== null && block > full) return block === full + 1 ? { type: "to_head" } : null;
    const posts = (slots[index] ?? []).filter(isVisible).reverse();
    return { type: "posts", posts, olderBlock: (block ?? full) - 1, communities };
  });
}
