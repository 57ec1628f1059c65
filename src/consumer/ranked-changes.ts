/**
 * Which positions of the ranked listings a batch changes. Pure. Positions change only inside the
 * interval between a moved post's rank before and its rank after; both are exact, because the rank
 * after is the rank of the new key among the old rows, corrected by the other posts that moved.
 */
import { hotOf, isVisible, type Post, score } from "../model/entities.ts";
import { RANKINGS, type Ranking, type Scope } from "../model/listing.ts";
import type { PostChange, RankedChange } from "../pages/change.ts";
import { RANKED_DEPTH } from "../pages/key.ts";
import type { RankRequest, SortKey } from "../store/places.ts";

const VALUE: Readonly<Record<Ranking, (post: Post) => number>> = { hot: hotOf, top: score };

/** A post's way through one listing: null where it was not, or is not, in it. */
interface Move {
  readonly before: SortKey | null;
  readonly after: SortKey | null;
}

interface ListingMoves {
  readonly ranking: Ranking;
  readonly scope: Scope;
  readonly moves: readonly Move[];
}

/** What must be known of the rows before the commit. */
export interface RankQuestions {
  readonly listings: readonly ListingMoves[];
  readonly ranks: readonly RankRequest[];
  readonly scopes: readonly Scope[];
  /** Where counting may stop, without an answer within the depth becoming wrong. */
  readonly limit: number;
}

export function askRanks(changes: readonly PostChange[]): RankQuestions {
  const scopes: Scope[] = [...new Set(changes.map(({ after }) => after.community))];
  if (changes.length > 0) scopes.push(null);
  const listings = RANKINGS.flatMap((ranking) =>
    scopes.map((scope) => ({ ranking, scope, moves: movesIn(ranking, scope, changes) })),
  );
  const ranks = listings.flatMap(({ ranking, scope, moves }) =>
    moves.flatMap(({ before, after }) =>
      [before, after].flatMap((key) => (key ? [{ ranking, scope, key }] : [])),
    ),
  );
  return { listings, ranks, scopes, limit: RANKED_DEPTH + changes.length };
}

function movesIn(ranking: Ranking, scope: Scope, changes: readonly PostChange[]): Move[] {
  return changes
    .filter(({ after }) => scope === null || after.community === scope)
    .map(({ before, after }) => ({
      before: before && sortKey(ranking, before),
      after: sortKey(ranking, after),
    }))
    .filter(({ before, after }) => before !== null || after !== null);
}

function sortKey(ranking: Ranking, post: Post): SortKey | null {
  if (!isVisible(post)) return null;
  return { value: VALUE[ranking](post), createdAt: post.createdAt, id: post.id };
}

/**
 * @param ranks answers to `questions.ranks`, in their order
 * @param lengths visible posts of each scope before the commit, counted up to `questions.limit`
 */
export function rankedChanges(
  questions: RankQuestions,
  ranks: readonly number[],
  lengths: ReadonlyMap<Scope, number>,
): RankedChange[] {
  let next = 0;
  const answer = (key: SortKey | null) => (key ? (ranks[next++] ?? 0) : null);
  return questions.listings.flatMap(({ ranking, scope, moves }) => {
    const length = lengths.get(scope) ?? 0;
    const lengthBefore = Math.min(length, RANKED_DEPTH);
    const lengthAfter = Math.min(length + growth(moves), RANKED_DEPTH);
    return moves.map((move) => {
      const before = answer(move.before) ?? RANKED_DEPTH;
      const above = answer(move.after);
      const after = above === null ? RANKED_DEPTH : above + correction(move, moves);
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
