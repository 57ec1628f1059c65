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

export interface Clocks extends Asof {
  /** Rising is being ordered as of its clock, and not everywhere yet. */
  readonly isSweeping: boolean;
}

/** As `readAsof`, for a tick. */
export async function readClocks(db: D1Database): Promise<Clocks> {
  const at = (clock: WindowClock) => `(SELECT at FROM asof WHERE clock = '${clock}') AS ${clock}`;
  const row = await db
    .prepare(`SELECT ${at("top")}, ${at("rising")}, rising_after IS NOT NULL AS sweeping FROM site`)
    .first<Asof & { sweeping: number }>();
  return { top: row?.top ?? null, rising: row?.rising ?? null, isSweeping: row?.sweeping === 1 };
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

/** What a tick has to order. */
export interface ToOrder {
  /** Those that have waited longest first. */
  readonly marked: DirtyScope[];
  /** Communities that are next in the sweep of rising, by key; null where there is no sweep. */
  readonly swept: CommunityKey[] | null;
}

const MARKED = "SELECT scope, windows FROM window_dirty ORDER BY since, scope LIMIT ?1";

// One row at most: the communities that come next are in it.
const SWEPT = `SELECT (SELECT json_group_array(key) FROM (
    SELECT c.key FROM community c WHERE c.key > rising_after
      AND EXISTS (SELECT 1 FROM post INDEXED BY post_community_age
        WHERE community = c.key AND created_at > rising_from)
    ORDER BY c.key LIMIT ?1)) AS keys
  FROM site WHERE rising_after IS NOT NULL`;

/** @param limits how many of each */
export async function readToOrder(
  db: D1Database,
  limits: { readonly marked: number; readonly swept: number },
): Promise<ToOrder> {
  const [marked, sweep] = await db.batch<{ scope: string; windows: number; keys: string }>([
    db.prepare(MARKED).bind(limits.marked),
    db.prepare(SWEPT).bind(limits.swept),
  ]);
  const [next] = sweep?.results ?? [];
  return {
    marked: (marked?.results ?? []).map(({ scope, windows }) => ({
      scope: scope === SITE ? null : (scope as CommunityKey),
      windows,
    })),
    swept: next ? (JSON.parse(next.keys) as CommunityKey[]) : null,
  };
}

/** Begins a sweep, of all communities with a post created after `from` (seconds since 1970). */
export function beginSweep(db: D1Database, from: number): D1PreparedStatement {
  return db.prepare("UPDATE site SET rising_after = '', rising_from = ?1").bind(from);
}

/** @param last the community that was ordered last; null when there is none left */
export function moveSweep(db: D1Database, last: CommunityKey | null): D1PreparedStatement {
  return db.prepare("UPDATE site SET rising_after = ?1").bind(last);
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
