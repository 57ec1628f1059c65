/** The clock-driven listings as rows: where posts stand, what is dirty, and when it last ticked. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Post } from "../model/entities.ts";
import type { CommunityKey, PostId } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import { type Asof, WINDOWS, windowListing } from "../model/window.ts";
import { bindChunks, fromJson } from "./statements.ts";

export type WindowClock = keyof Asof;

/** A post's place: slots are counted from 1. */
export interface WindowPlace {
  readonly listing: string;
  readonly slot: number;
}

/** A list that is written as a whole: one row, however many of its posts have moved. */
export interface WindowList {
  readonly listing: string;
  /** Best first. */
  readonly posts: readonly PostId[];
}

/** Listings of a scope that the next tick orders anew. */
export interface DirtyScope {
  readonly scope: SiteOrCommunity;
  /** A bit for each window. */
  readonly windows: number;
}

/** The site's scope in rows; no community has this key. */
const SITE = "";

export function scopeColumn(scope: SiteOrCommunity): string {
  return scope ?? SITE;
}

export async function readAsof(db: D1Database): Promise<Asof> {
  const { results } = await db
    .prepare("SELECT clock, at FROM asof")
    .all<{ clock: WindowClock; at: number }>();
  const atOf = (clock: WindowClock) => results.find((row) => row.clock === clock)?.at ?? null;
  return { top: atOf("top"), rising: atOf("rising") };
}

/** Every place of these posts; a post is in lists of the site and of its community only. */
export async function readWindowPlaces(
  db: D1Database,
  posts: readonly Pick<Post, "id" | "community">[],
): Promise<WindowPlace[]> {
  if (posts.length === 0) return [];
  const asked = [...Map.groupBy(posts, ({ community }) => community), [null, posts] as const].map(
    ([scope, own]) => ({
      listings: WINDOWS.map((window) => windowListing(window, scope)),
      quoted: own.map(({ id }) => JSON.stringify(id)),
    }),
  );
  // By the commas before it: of a list taken apart, each post would be read as a row.
  const { results } = await db
    .prepare(
      `SELECT listing, 1 + length(before) - length(replace(before, ',', '')) AS slot FROM (
         SELECT w.listing, substr(w.posts, 1, instr(w.posts, p.value)) AS before
         FROM json_each(?1) q CROSS JOIN json_each(q.value -> 'listings') l
         CROSS JOIN window_list w ON w.listing = l.value
         CROSS JOIN json_each(q.value -> 'quoted') p)
       WHERE before <> ''`,
    )
    .bind(JSON.stringify(asked))
    .all<WindowPlace>();
  return results;
}

/** The posts of each listing, best first. */
export async function readWindowLists(
  db: D1Database,
  listings: readonly string[],
): Promise<PostId[][]> {
  const { results } = await db
    .prepare(
      `SELECT q.key AS list, w.posts FROM json_each(?1) q
       CROSS JOIN window_list w ON w.listing = q.value`,
    )
    .bind(JSON.stringify(listings))
    .all<{ list: number; posts: string }>();
  const lists = listings.map((): PostId[] => []);
  for (const { list, posts } of results) lists[list] = JSON.parse(posts) as PostId[];
  return lists;
}

/** Posts in each listing that has been ordered. */
export async function readWindowCounts(db: D1Database): Promise<Map<string, number>> {
  const { results } = await db
    .prepare("SELECT listing, json_array_length(posts) AS slots FROM window_list")
    .all<{ listing: string; slots: number }>();
  return new Map(results.map(({ listing, slots }) => [listing, slots]));
}

/** Those that have waited longest first. */
export async function readDirtyScopes(db: D1Database, limit: number): Promise<DirtyScope[]> {
  const { results } = await db
    .prepare("SELECT scope, windows FROM window_dirty ORDER BY since, scope LIMIT ?1")
    .bind(limit)
    .all<{ scope: string; windows: number }>();
  return results.map(({ scope, windows }) => ({
    scope: scope === SITE ? null : (scope as CommunityKey),
    windows,
  }));
}

/** A scope that is marked already is not written again: a thousand votes mark it once. */
export const ADD_WINDOWS = `ON CONFLICT (scope) DO UPDATE SET windows = windows | excluded.windows
  WHERE windows | excluded.windows <> windows`;

export function markDirty(
  db: D1Database,
  scopes: readonly DirtyScope[],
  commit: number,
): D1PreparedStatement[] {
  const rows = scopes.map(({ scope, windows }) => ({ scope: scopeColumn(scope), windows }));
  return bindChunks(
    db,
    `INSERT INTO window_dirty (scope, windows, since)
         SELECT ${fromJson("scope, windows")}, ?2 FROM json_each(?1) WHERE true ${ADD_WINDOWS}`,
    rows,
    commit,
  );
}

/** Has an import, or the very beginning, left windows without an order? */
export async function isOrderMissing(db: D1Database): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM window_dirty WHERE since = 0").first()) !== null;
}
