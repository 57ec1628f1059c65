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

/** Neighbouring slices cost one read; positions between distant ones would be read for nothing. */
const MAX_GAP = 100;

/** A run of slices of one listing, read at once. */
interface Span {
  readonly slices: readonly RankedSlice[];
  readonly from: number;
  readonly end: number;
}

export async function readRankedSlices(
  db: D1Database,
  slices: readonly RankedSlice[],
): Promise<Post[][]> {
  if (slices.length === 0) return [];
  const listings = Map.groupBy(slices, ({ ranking, scope }) => `${ranking} ${scope}`);
  const spans = [...listings.values()].flatMap(spansOf);
  const answers = await db.batch<PostRow>(spans.map((span) => rankedStatement(db, span)));
  const posts = new Map<RankedSlice, Post[]>();
  spans.forEach((span, index) => {
    const rows = answers[index]?.results ?? [];
    for (const slice of span.slices) {
      const from = slice.from - span.from;
      posts.set(slice, rows.slice(from, from + slice.count).map(fromPostRow));
    }
  });
  return slices.map((slice) => posts.get(slice) ?? []);
}

function spansOf(slices: readonly RankedSlice[]): Span[] {
  const spans: Span[] = [];
  for (const slice of [...slices].sort((a, b) => a.from - b.from)) {
    const end = slice.from + slice.count;
    const last = spans.at(-1);
    if (last && slice.from - last.end <= MAX_GAP) {
      const joined = { slices: [...last.slices, slice], from: last.from };
      spans[spans.length - 1] = { ...joined, end: Math.max(last.end, end) };
    } else {
      spans.push({ slices: [slice], from: slice.from, end });
    }
  }
  return spans;
}

function rankedStatement(db: D1Database, { slices, from, end }: Span): D1PreparedStatement {
  const { ranking, scope } = slices[0] as RankedSlice;
  const inScope = scope === null ? "" : "AND p.community = ?3";
  const statement = db.prepare(
    `${SELECT_POST} FROM post p WHERE p.standing = 'visible' ${inScope}
     ORDER BY p.${RANK_COLUMN[ranking]} DESC, p.created_at DESC, p.id DESC LIMIT ?1 OFFSET ?2`,
  );
  const count = end - from;
  return scope === null ? statement.bind(count, from) : statement.bind(count, from, scope);
}
