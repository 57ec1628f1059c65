/** Reads of the ranked listings: visible posts in the order of an index. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Post } from "../model/entities.ts";
import type { Ranking, Scope } from "../model/listing.ts";
import { fromPostRow, type PostRow, SELECT_POST } from "./post-row.ts";

/** Positions of a ranked listing: 0-based, best first. */
export interface RankedSlice {
  readonly ranking: Ranking;
  readonly scope: Scope;
  readonly from: number;
  readonly count: number;
}

/** The columns that order each ranking, from the best; each pair has an index. */
export const RANK_COLUMN: Readonly<Record<Ranking, string>> = { hot: "hot", top: "score" };

/** One query for each listing, over all positions asked of it: neighbouring pages cost one read. */
export async function readRankedSlices(
  db: D1Database,
  slices: readonly RankedSlice[],
): Promise<Post[][]> {
  const listings = [...Map.groupBy(slices, ({ ranking, scope }) => `${ranking} ${scope}`).values()];
  if (listings.length === 0) return [];
  const spans = listings.map(spanOf);
  const answers = await db.batch<PostRow>(spans.map((span) => rankedStatement(db, span)));
  const posts = new Map<RankedSlice, Post[]>();
  listings.forEach((ofListing, index) => {
    const first = spans[index]?.from ?? 0;
    const rows = answers[index]?.results ?? [];
    for (const slice of ofListing) {
      const from = slice.from - first;
      posts.set(slice, rows.slice(from, from + slice.count).map(fromPostRow));
    }
  });
  return slices.map((slice) => posts.get(slice) ?? []);
}

/** The shortest slice of a listing that holds all of them. */
function spanOf(slices: readonly RankedSlice[]): RankedSlice {
  const from = Math.min(...slices.map((slice) => slice.from));
  const end = Math.max(...slices.map((slice) => slice.from + slice.count));
  const { ranking, scope } = slices[0] as RankedSlice;
  return { ranking, scope, from, count: end - from };
}

function rankedStatement(
  db: D1Database,
  { ranking, scope, from, count }: RankedSlice,
): D1PreparedStatement {
  const inScope = scope === null ? "" : "AND p.community = ?3";
  const statement = db.prepare(
    `${SELECT_POST} FROM post p WHERE p.standing = 'visible' ${inScope}
     ORDER BY p.${RANK_COLUMN[ranking]} DESC, p.created_at DESC, p.id DESC LIMIT ?1 OFFSET ?2`,
  );
  return scope === null ? statement.bind(count, from) : statement.bind(count, from, scope);
}
