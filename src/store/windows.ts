/** The clock-driven listings as rows: where posts stand, what is dirty, and when it last ticked. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { CommunityKey, PostId } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import type { Asof } from "../model/window.ts";
import { fromJson, jsonChunks } from "./statements.ts";

export type WindowClock = keyof Asof;

/** A post's place: slots are counted from 1. */
export interface WindowEntry {
  readonly listing: string;
  readonly slot: number;
  readonly post: PostId;
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

/** Every place of these posts. */
export async function readWindowPlaces(
  db: D1Database,
  posts: readonly PostId[],
): Promise<WindowEntry[]> {
  if (posts.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT e.listing, e.slot, e.post FROM json_each(?1) q
       CROSS JOIN window_entry e ON e.post = q.value`,
    )
    .bind(JSON.stringify(posts))
    .all<WindowEntry>();
  return results;
}

/** The posts of each listing, best first. */
export async function readWindowLists(
  db: D1Database,
  listings: readonly string[],
): Promise<PostId[][]> {
  const { results } = await db
    .prepare(
      `SELECT q.key AS list, e.post FROM json_each(?1) q
       CROSS JOIN window_entry e ON e.listing = q.value ORDER BY q.key, e.slot`,
    )
    .bind(JSON.stringify(listings))
    .all<{ list: number; post: PostId }>();
  const lists = listings.map((): PostId[] => []);
  for (const { list, post } of results) lists[list]?.push(post);
  return lists;
}

/** Posts in each listing that has any. */
export async function readWindowCounts(db: D1Database): Promise<Map<string, number>> {
  const { results } = await db
    .prepare("SELECT listing, max(slot) AS slots FROM window_entry GROUP BY listing")
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
  return jsonChunks(rows).map((json) =>
    db
      .prepare(
        `INSERT INTO window_dirty (scope, windows, since)
         SELECT ${fromJson("scope, windows")}, ?2 FROM json_each(?1) WHERE true ${ADD_WINDOWS}`,
      )
      .bind(json, commit),
  );
}

/** Has an import, or the very beginning, left windows without an order? */
export async function isOrderMissing(db: D1Database): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM window_dirty WHERE since = 0").first()) !== null;
}
