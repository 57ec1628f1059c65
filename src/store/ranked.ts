/** The ranked listings: what each holds, in SQL, and reads of them in the order of an index. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Post } from "../model/entities.ts";
import type { CommunityKey } from "../model/ids.ts";
import { isDomainScope, type Ranking, type Scope, scopePath } from "../model/listing.ts";
import { fromPostRow, type PostRow, SELECT_POST } from "./post-row.ts";

export interface RankedListing {
  readonly ranking: Ranking;
  readonly scope: Scope;
}

/** Positions of a ranked listing: 0-based, best first. */
export interface RankedSlice extends RankedListing {
  readonly from: number;
  readonly count: number;
}

/** The columns that order each ranking, from the best; each has an index for each kind of scope. */
export const RANK_COLUMN: Readonly<Record<Ranking, string>> = {
  hot: "hot",
  top: "score",
  controversial: "controversial",
};

export type ScopeKind = "site" | "community" | "domain";

export function scopeKind(scope: Scope): ScopeKind {
  if (scope === null) return "site";
  return isDomainScope(scope) ? "domain" : "community";
}

/** What tells a scope from others of its kind. */
export function scopeValue(scope: Scope): string | null {
  return isDomainScope(scope) ? scope.domain : scope;
}

/**
 * Rows with id, time and rank of what a listing holds; `value` is SQL for the scope's value.
 * `<> 0` rather than `> 0`: a range of its own would keep SQLite from seeking a rank in the index.
 */
export function rowsIn(ranking: Ranking, kind: ScopeKind, value: string): string {
  if (kind === "domain") return `FROM domain_post WHERE domain = ${value}`;
  const inScope = kind === "site" ? "" : `AND community = ${value}`;
  const isListed = ranking === "controversial" ? "AND controversial <> 0" : "";
  return `FROM post WHERE standing = 'visible' ${inScope} ${isListed}`;
}

/** Neighbouring slices cost one read; positions between distant ones would be read for nothing. */
const MAX_GAP = 100;

/** A run of slices of one listing, read at once. */
interface Span {
  readonly slices: readonly RankedSlice[];
  readonly from: number;
  readonly end: number;
}

/** Visible posts, best first. */
export async function readRankedSlices(
  db: D1Database,
  slices: readonly RankedSlice[],
): Promise<Post[][]> {
  if (slices.length === 0) return [];
  const listings = Map.groupBy(slices, ({ ranking, scope }) => `${ranking} ${scopePath(scope)}`);
  const spans = [...listings.values()].flatMap(spansOf);
  const reads = [...Map.groupBy(spans, kindOfRead).values()];
  const answers = await db.batch<PostRow & { span: number }>(
    reads.map((together) => rankedStatement(db, together)),
  );
  const posts = new Map<RankedSlice, Post[]>();
  reads.forEach((together, index) => {
    const bySpan = Map.groupBy(answers[index]?.results ?? [], ({ span }) => span);
    for (const [number, { slices, from }] of together.entries()) {
      const rows = bySpan.get(number) ?? [];
      for (const slice of slices) {
        const shown = rows.slice(slice.from - from, slice.from - from + slice.count);
        posts.set(slice, shown.map(fromPostRow));
      }
    }
  });
  return slices.map((slice) => posts.get(slice) ?? []);
}

/** The same positions of many listings are one read: a build asks for the first of thousands. */
function kindOfRead({ slices, from, end }: Span): string {
  const { ranking, scope } = slices[0] as RankedSlice;
  return `${ranking} ${scopeKind(scope)} ${from} ${end}`;
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

/**
 * Positions come from an index alone; only the posts that are shown are read.
 * @param spans of one kind
 */
function rankedStatement(db: D1Database, spans: readonly Span[]): D1PreparedStatement {
  const { slices, from, end } = spans[0] as Span;
  const { ranking, scope } = slices[0] as RankedSlice;
  const column = RANK_COLUMN[ranking];
  const scopes = spans.map((span) => scopeValue((span.slices[0] as RankedSlice).scope));
  return db
    .prepare(
      `${SELECT_POST}, q.key AS span FROM json_each(?1) q CROSS JOIN post p ON p.id IN
         (SELECT id ${rowsIn(ranking, scopeKind(scope), "q.value")}
          ORDER BY ${column} DESC, created_at DESC, id DESC LIMIT ?2 OFFSET ?3)
       ORDER BY q.key, p.${column} DESC, p.created_at DESC, p.id DESC`,
    )
    .bind(JSON.stringify(scopes), end - from, from);
}

/** Posts in a ranking by community, for those that have any. */
export async function readRankedCounts(
  db: D1Database,
  ranking: Ranking,
): Promise<Map<CommunityKey, number>> {
  const { results } = await db
    .prepare(
      `SELECT community, count(*) AS posts ${rowsIn(ranking, "site", "")} GROUP BY community`,
    )
    .all<{ community: CommunityKey; posts: number }>();
  return new Map(results.map(({ community, posts }) => [community, posts]));
}
