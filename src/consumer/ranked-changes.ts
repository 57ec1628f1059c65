/**
 * Which positions of the ranked listings a batch changes. Pure. Positions change only inside the
 * interval between a moved post's rank before and its rank after; both are exact, because the rank
 * after is the rank of the new key among the old rows, corrected by the other posts that moved.
 */
import {
  type RankedPost,
  type Ranking,
  rankingsIn,
  rankValue,
  type Scope,
  scopePath,
  scopesOf,
} from "../model/listing.ts";
import type { RankedChange } from "../pages/change.ts";
import { RANKED_DEPTH } from "../pages/key.ts";
import type { MovedPost } from "../store/moved.ts";
import type { SortKey } from "../store/places.ts";

/** A post's way through one listing: null where it was not, or is not, in it. */
interface Move {
  readonly before: SortKey | null;
  readonly after: SortKey | null;
}

export interface ListingMoves {
  readonly ranking: Ranking;
  readonly scope: Scope;
  readonly moves: readonly Move[];
}

/** A listing's posts, the best first. */
export interface Head {
  readonly keys: readonly SortKey[];
  /** There are no more than these. */
  readonly isWhole: boolean;
}

/** What must be known of the rows before the commit: how these listings begin. */
export interface RankQuestions {
  readonly listings: readonly ListingMoves[];
  /** How many posts of each must be known for answers within the depth to be right. */
  readonly depth: number;
}

export function askRanks(changes: readonly MovedPost[]): RankQuestions {
  const listings = [...changesByScope(changes)]
    .flatMap(({ scope, changes }) =>
      rankingsIn(scope).map((ranking) => ({ ranking, scope, moves: movesIn(ranking, changes) })),
    )
    .filter(({ moves }) => moves.length > 0);
  return { listings, depth: RANKED_DEPTH + changes.length };
}

interface ScopeChanges {
  readonly scope: Scope;
  readonly changes: MovedPost[];
}

function changesByScope(changes: readonly MovedPost[]): Iterable<ScopeChanges> {
  const scopes = new Map<string, ScopeChanges>();
  for (const change of changes) {
    for (const scope of scopesOf(change.after)) {
      const found = scopes.get(scopePath(scope)) ?? { scope, changes: [] };
      scopes.set(scopePath(scope), found);
      found.changes.push(change);
    }
  }
  return scopes.values();
}

function movesIn(ranking: Ranking, changes: readonly MovedPost[]): Move[] {
  return changes
    .map(({ before, after }) => ({
      before: before && sortKey(ranking, before),
      after: sortKey(ranking, after),
    }))
    .filter(({ before, after }) => before !== null || after !== null);
}

function sortKey(ranking: Ranking, post: RankedPost): SortKey | null {
  const value = rankValue(ranking, post);
  return value === null ? null : { value, createdAt: post.createdAt, id: post.id };
}

/** @param heads of `questions.listings` before the commit, in their order */
export function rankedChanges(
  { listings, depth }: RankQuestions,
  heads: readonly Head[],
): RankedChange[] {
  return listings.flatMap(({ ranking, scope, moves }, index) => {
    const keys = heads[index]?.keys ?? [];
    const length = Math.min(keys.length, depth);
    const lengthBefore = Math.min(length, RANKED_DEPTH);
    const lengthAfter = Math.min(length + growth(moves), RANKED_DEPTH);
    return moves.map((move) => {
      const before = move.before ? above(keys, move.before) : RANKED_DEPTH;
      const after = move.after ? above(keys, move.after) + correction(move, moves) : RANKED_DEPTH;
      const last = Math.max(lengthBefore, lengthAfter) - 1;
      return {
        ranking,
        scope,
        from: Math.min(before, after),
        to: Math.min(Math.max(before, after), last),
        lengthBefore,
        lengthAfter,
      };
    });
  });
}

/** How many of the keys, best first, stand above this one. */
export function above(keys: readonly SortKey[], key: SortKey): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAbove(keys[middle] as SortKey, key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function growth(moves: readonly Move[]): number {
  let posts = 0;
  for (const { before, after } of moves) posts += Number(after !== null) - Number(before !== null);
  return posts;
}

/** Posts that moved above the new key, less those that stood above it and left their place. */
function correction(move: Move, moves: readonly Move[]): number {
  const key = move.after as SortKey;
  let posts = 0;
  for (const other of moves) {
    if (other !== move && other.after && isAbove(other.after, key)) posts++;
    if (other.before && isAbove(other.before, key)) posts--;
  }
  return posts;
}

function isAbove(a: SortKey, b: SortKey): boolean {
  if (a.value !== b.value) return a.value > b.value;
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt;
  return a.id > b.id;
}
