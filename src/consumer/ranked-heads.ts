/**
 * The beginnings of the ranked listings, kept in memory from one commit to the next: where a post
 * stands is then a search in an array, and costs the database nothing. What was read at a commit is
 * true until the next one, and a commit that was decided on older rows fails: so these are as
 * certain as rows that have just been read. Each commit notes what it moved, for other isolates.
 * Depends on the store for what it does not have.
 */
import { scopePath } from "../model/listing.ts";
import type { ContentDb } from "../store/database.ts";
import { COMMITS_KEPT, readMoved } from "../store/moved.ts";
import { readHeads, type SortKey } from "../store/places.ts";
import type { RankedListing } from "../store/ranked.ts";
import { above, askRanks, type Head, type ListingMoves } from "./ranked-changes.ts";

/** Read beyond what is asked, so that posts may leave before the listing is read again. */
const SLACK = 300;
/** Bounds the memory: an isolate has 128 MB, and a key takes about 100 bytes. */
const MAX_KEYS = 200_000;

export class RankedHeads {
  /** The one whose rows these are. */
  #commit = 0;
  /** By name; those used last come last. */
  readonly #heads = new Map<string, Head>();
  #size = 0;

  /**
   * @param commit that everything else was read at
   * @param depth how many posts of each are asked about; a head is shorter only if it is whole
   */
  async at(
    db: ContentDb,
    commit: number,
    listings: readonly RankedListing[],
    depth: number,
  ): Promise<readonly Head[]> {
    if (commit !== this.#commit) await this.#comeTo(db, commit);
    const found = listings.map((listing) => this.#find(nameOf(listing), depth));
    const missing = listings.filter((_, index) => found[index] === undefined);
    const read = missing.length === 0 ? [] : await this.#read(db, commit, missing, depth + SLACK);
    const rest = read.values();
    return found.map((head) => head ?? (rest.next().value as Head));
  }

  /** As far as it is known what other isolates have moved since; else all is forgotten. */
  async #comeTo(db: ContentDb, commit: number): Promise<void> {
    const from = this.#commit;
    const isNear = this.#size > 0 && from < commit && commit <= from + COMMITS_KEPT;
    const moved = isNear ? await readMoved(db, from, commit) : null;
    if (moved === null || this.#commit !== from) {
      // Unless somebody else in this isolate has come there meanwhile.
      if (this.#commit !== commit) this.#forgetAll();
    } else {
      for (const posts of moved) this.#move(askRanks(posts).listings);
    }
    this.#commit = commit;
  }

  /** What was read beside a later commit is not kept: that commit's moves are in it already. */
  async #read(
    db: ContentDb,
    commit: number,
    listings: readonly RankedListing[],
    limit: number,
  ): Promise<Head[]> {
    const { commit: readAt, heads } = await readHeads(db, listings, limit);
    const read = heads.map((keys): Head => ({ keys, isWhole: keys.length < limit }));
    if (readAt === commit && commit === this.#commit) {
      for (const [index, listing] of listings.entries()) {
        this.#keep(nameOf(listing), read[index] as Head);
      }
    }
    return read;
  }

  /** The next commit after `readAt` has moved these posts. */
  advance(readAt: number, listings: readonly ListingMoves[]): void {
    if (readAt !== this.#commit) return;
    this.#commit = readAt + 1;
    this.#move(listings);
  }

  #move(listings: readonly ListingMoves[]): void {
    for (const listing of listings) {
      const name = nameOf(listing);
      const head = this.#heads.get(name);
      if (!head) continue;
      this.#keep(name, { ...head, keys: moved(head, listing) });
    }
  }

  #find(name: string, depth: number): Head | undefined {
    const head = this.#heads.get(name);
    if (!head || (head.keys.length < depth && !head.isWhole)) return undefined;
    this.#keep(name, head);
    return head;
  }

  #keep(name: string, head: Head): void {
    this.#forget(name);
    this.#heads.set(name, head);
    this.#size += head.keys.length;
    for (const oldest of this.#heads.keys()) {
      if (this.#size <= MAX_KEYS) return;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#size -= this.#heads.get(name)?.keys.length ?? 0;
    this.#heads.delete(name);
  }

  #forgetAll(): void {
    this.#heads.clear();
    this.#size = 0;
  }
}

function nameOf({ ranking, scope }: RankedListing): string {
  return `${ranking} ${scopePath(scope)}`;
}

/** What comes in below the last one that is known has its place among those that are not. */
function moved({ keys: before, isWhole }: Head, { moves }: ListingMoves): SortKey[] {
  const keys = [...before];
  for (const { before: left } of moves) {
    const place = left ? above(keys, left) : 0;
    if (left && keys[place]?.id === left.id) keys.splice(place, 1);
  }
  for (const { after } of moves) {
    const place = after ? above(keys, after) : 0;
    if (after && (isWhole || place < keys.length)) keys.splice(place, 0, after);
  }
  return keys;
}
