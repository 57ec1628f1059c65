/**
 * Keys: a page's key is its canonical path. What builds them, and the few facts about them that the
 * reader must know. Depends on the model only.
 */
import { isHost } from "../model/host.ts";
import {
  type CommunityKey,
  communityKey,
  type PersonKey,
  type PostId,
  personKey,
} from "../model/ids.ts";
import { COMMUNITY_KEY } from "../model/limits.ts";
import { type Ranking, type Scope, type SiteOrCommunity, scopePath } from "../model/listing.ts";
import { MAIN_PIECE } from "../model/piece.ts";

/** Orders of comments; the first is the default. */
export const COMMENT_SORTS = ["best", "top", "new", "controversial", "old"] as const;
export type CommentSort = (typeof COMMENT_SORTS)[number];

/** Posts on a page of a listing; Reddit's. */
export const PAGE_SIZE = 25;
/** Ranked listings are 1,000 posts deep: nobody reads further, and ranks beyond cost writes. */
export const MAX_RANKED_PAGES = 40;
export const RANKED_DEPTH = PAGE_SIZE * MAX_RANKED_PAGES;

/** Pages that only a deploy changes; the reader fetches these from KV, everything else from R2. */
export const DEPLOY_KEYS = {
  submit: "/submit",
  login: "/login",
  register: "/register",
  createCommunity: "/create-community",
  about: "/about",
  notFound: "/404",
  moderatorsOnly: "/403",
  beingPublished: "/being-published",
  exportReady: "/export-ready",
  robots: "/robots.txt",
} as const;

/** The index of the sitemaps; robots.txt names it. */
export const SITEMAP_KEY = "/sitemap.xml";

/** What is shown to somebody whose own page of this kind has nothing to show yet. */
export const NOBODYS_KEYS = {
  inbox: "~/inbox",
  written: "~/written",
  saved: "~/saved",
  hidden: "~/hidden",
  liked: "~/liked",
  disliked: "~/disliked",
  overlay: "~/overlay",
  unread: "~/unread",
} as const;

const DEPLOY_KEY_SET: ReadonlySet<string> = new Set([
  ...Object.values(DEPLOY_KEYS),
  ...Object.values(NOBODYS_KEYS),
]);

export function isDeployKey(key: string): boolean {
  return DEPLOY_KEY_SET.has(key);
}

/** `/r/programming/new` → programming and `/new`; `/` → the site and nothing. */
export function splitScope(key: string): {
  readonly scope: SiteOrCommunity;
  readonly rest: string;
} {
  const [, name, rest = ""] = /^\/r\/([^/]+)(\/.*)?$/.exec(key) ?? [];
  if (name !== undefined && COMMUNITY_KEY.test(name)) return { scope: communityKey(name), rest };
  return { scope: null, rest: key === "/" ? "" : key };
}

/** The same where domains have listings too: `/domain/example.com/new` → its scope and `/new`. */
export function splitListing(key: string): { readonly scope: Scope; readonly rest: string } {
  const [, host, rest = ""] = /^\/domain\/([^/]+)(\/.*)?$/.exec(key) ?? [];
  return host !== undefined && isHost(host) ? { scope: { domain: host }, rest } : splitScope(key);
}

const RANKED_PATHS: Readonly<Record<Ranking, string>> = {
  hot: "/hot",
  top: "/top/all",
  controversial: "/controversial",
};

/** Page 1 of hot is the scope's own page: `/`, `/r/programming`, `/domain/example.com`. */
export function rankedKey(ranking: Ranking, scope: Scope, page: number): string {
  const prefix = scopePath(scope);
  if (page > 1) return `${prefix}${RANKED_PATHS[ranking]}/${page}`;
  return ranking === "hot" ? prefix || "/" : prefix + RANKED_PATHS[ranking];
}

/** Blocks are numbered from the oldest, beginning with 1. */
export function blockKey(listing: string, block: number): string {
  return `${listing}/${block}`;
}

export function threadKey(id: PostId): string {
  return `/comments/${id}`;
}

/** The page of all posts of a link, if the post is the oldest of them; else what leads there. */
export function duplicatesKey(id: PostId): string {
  return `/duplicates/${id}`;
}

/** The rest of a thread: from the comment that it is named after. */
export function pieceKey(post: PostId, piece: string): string {
  return piece === MAIN_PIECE ? threadKey(post) : `${threadKey(post)}/_/${piece}`;
}

export function personPath(person: PersonKey): string {
  return `/user/${person}`;
}

/** `/user/ann/submitted` → ann and `/submitted`; null for any other key. */
export function splitPerson(
  key: string,
): { readonly person: PersonKey; readonly rest: string } | null {
  const [, name = "", rest = ""] = /^\/user\/([^/]+)(\/.*)?$/.exec(key) ?? [];
  const person = personKey(name);
  return person !== null && person === name ? { person, rest } : null;
}

/**
 * A private page's key begins with `~`, which no path does: only a session leads there.
 * @param rest of its address after `/me`
 */
export function ownKey(person: PersonKey, rest: string): string {
  return `~${person}${rest}`;
}

/** `~ann/saved/2` → ann and `/saved/2`; null for any other key. */
export function splitOwn(
  key: string,
): { readonly person: PersonKey; readonly rest: string } | null {
  const [, name = "", rest = ""] = /^~([a-z0-9_-]{1,30})(\/.+)$/.exec(key) ?? [];
  return name === "" ? null : { person: name as PersonKey, rest };
}

/** Whose page of this name it is: `~ann/overlay` and `/overlay` → ann; null for any other key. */
export function ownerOf(key: string, rest: string): PersonKey | null {
  const own = splitOwn(key);
  return own?.rest === rest ? own.person : null;
}

/** `~ann/saved/2` → `/me/saved/2`. */
export function ownPath(key: string): string {
  return `/me${splitOwn(key)?.rest ?? ""}`;
}

/** Of one's own: its object says since when one's sessions hold. */
export const INBOX_PATH = "/inbox";

/** For admins, as they are told apart by the page itself. */
export const STATUS_PATH = "/-/status";

/** Read by moderators: the page itself says by whom. No path and no session makes its key. */
export function guardedKey(path: string): string {
  return `~${path}`;
}

export function queuePath(community: CommunityKey): string {
  return `/r/${community}/about/reports`;
}

export function submitKey(community: CommunityKey): string {
  return `/r/${community}/submit`;
}

/** The address of a post: its key is `/comments/{id}`, whatever the community and the slug. */
export function threadPath(community: CommunityKey, id: PostId, slug: string): string {
  return `/r/${community}/comments/${id}/${encodeURIComponent(slug)}`;
}

/** An opaque token that names a page of a listing, as `after` and `before` carry it. */
export function pageToken(key: string): string {
  return btoa(key).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The key that a token names; null for anything that is no token. */
export function parsePageToken(token: string): string | null {
  if (!/^[\w-]{1,400}$/.test(token)) return null;
  try {
    const key = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    return isKey(key) ? key : null;
  } catch {
    return null;
  }
}

/** Longest key of any page, with room to spare; a domain alone may have 253 characters. */
const MAX_KEY_LENGTH = 300;

export function isKey(path: string): boolean {
  return path.length <= MAX_KEY_LENGTH && /^\/[a-z0-9_.\-/]*$/.test(path);
}

/** `parsePageNumber("7", 2)` → 7; null unless a plain number of at least `min`. */
export function parsePageNumber(text: string | undefined, min: number): number | null {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) return null;
  const page = Number(text);
  return page >= min ? page : null;
}
