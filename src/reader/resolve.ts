/**
 * A request's path and query become the key of a stored page and a representation, or the address
 * that should have been asked for. Pure. Knows the shape of keys, and no page type.
 */
import { canonicalHost } from "../model/host.ts";
import { type CommentId, commentFullname, isId, type PostId } from "../model/ids.ts";
import { SITE_WIDE_NAMES } from "../model/limits.ts";
import { TOP_WINDOWS } from "../model/window.ts";
import {
  COMMENT_SORTS,
  type CommentSort,
  DEPLOY_KEYS,
  guardedKey,
  isKey,
  parsePageToken,
  pieceKey,
  threadKey,
} from "../pages/key.ts";
import { type Part, placeOf } from "../pages/together.ts";
import { listingOf } from "./listing-of.ts";

export type Resolved =
  | {
      readonly type: "page";
      readonly key: string;
      /** The page that is asked for, where it is stored with the one that the key is named after. */
      readonly part: Part | null;
      readonly representation: RepresentationName;
      /** Of a thread: the order of its comments, if one is asked for. */
      readonly sort: CommentSort | null;
      /** The path that has what was asked for, if there is no such page or form of it, with an anchor. */
      readonly instead: Instead | null;
    }
  /** One's own: `rest` is its address after `/me`, which only a session makes a key. */
  | {
      readonly type: "own";
      readonly rest: string;
      readonly representation: RepresentationName;
    }
  /** For those whom the stored page itself names. */
  | {
      readonly type: "guarded";
      readonly key: string;
      readonly representation: RepresentationName;
    }
  /** Is everything well? In a word, for whoever watches. */
  | { readonly type: "health" }
  | { readonly type: "redirect"; readonly location: string }
  | { readonly type: "not_found" }
  | { readonly type: "invalid_token" };

export type RepresentationName = "default" | "json" | "atom";

export interface Instead {
  readonly path: string;
  readonly anchor: string;
}

const SUFFIXES = [
  { suffix: ".json", representation: "json" },
  { suffix: ".rss", representation: "atom" },
] as const;

/** Nothing in Cairn has a longer address, even percent-encoded. */
const MAX_PATH_LENGTH = 1000;

/** Paths that Reddit's readers and scripts know, and what they are here. */
const LEGACY: readonly (readonly [RegExp, string])[] = [
  [/^((?:\/(?:r|domain)\/[^/]+)?)\/hot(?:\/1)?$/, "$1"],
  [/^((?:\/r\/[^/]+)?)\/top(?:\/all\/1)?$/, "$1/top/all"],
  [/^((?:\/r\/[^/]+)?\/(?:rising|top\/(?:hour|day|week|month|year)))\/1$/, "$1"],
  [/^((?:\/r\/[^/]+)?)\/controversial\/1$/, "$1/controversial"],
  [/^(?:\/r\/[^/]+)?\/duplicates\/([^/]+)(?:\/[^/]*)?$/, "/duplicates/$1"],
  [/^\/(?:subreddits|communities|reddits)$/, "/r"],
  [/^\/r\/-\/1$/, "/r"],
  [/^\/u(?:ser)?\/([^/]+)(?:\/overview)?$/, "/user/$1"],
  [/^\/u\/([^/]+)\/(submitted|comments)$/, "/user/$1/$2"],
  [/^\/message(?:\/inbox)?$/, "/me/inbox"],
];

export function resolve(url: URL): Resolved {
  if (url.pathname.length > MAX_PATH_LENGTH) return { type: "not_found" };
  const asked = decodePath(url.pathname);
  if (asked === null || LEADS_ELSEWHERE.test(asked)) return { type: "not_found" };
  const { bare, suffix, representation } = splitSuffix(asked);
  const token = url.searchParams.get("after") || url.searchParams.get("before");
  const comment = commentAt(plainPath(bare));
  const path = comment ? comment.key : canonicalPath(bare, url.searchParams);
  // No redirect may lose it.
  if (token) return resolveToken(token, path, representation);
  // Programs get a page at any of its addresses: many follow no redirect.
  const isOther = path !== bare || NEEDLESS_ESCAPE.test(url.pathname);
  if (representation === "default" ? isOther : !asked.endsWith(suffix)) {
    const anchor = comment?.instead.anchor ?? "";
    const location = encodePath(path) + suffix + queryFor(path, url) + anchor;
    return { type: "redirect", location };
  }
  const resolved = resolveKey(path, representation, url.searchParams);
  return comment && resolved.type === "page" ? { ...resolved, instead: comment.instead } : resolved;
}

/** Forms that a script fills in from the query. */
const FILLED_FORMS: readonly string[] = [
  DEPLOY_KEYS.submit,
  DEPLOY_KEYS.login,
  DEPLOY_KEYS.register,
];

/** What a redirect keeps: caches hold a page once for each query, so no more than the page reads. */
function queryFor(path: string, { search, searchParams }: URL): string {
  if (path.startsWith("/api/") || FILLED_FORMS.includes(path)) return search;
  const sort = path.includes("/comments/") ? sortOf(searchParams) : null;
  return sort === null ? "" : `?sort=${sort}`;
}

/** Of what stands for itself (letters, digits, `-._`): another spelling, as upper case is. */
const NEEDLESS_ESCAPE = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f)/i;

/** Null for what is no UTF-8, and for control characters and escaped slashes, which are in no address. */
function decodePath(pathname: string): string | null {
  try {
    const path = decodeURIComponent(pathname);
    return /\p{Cc}/u.test(path) || /%2f/i.test(pathname) ? null : path;
  } catch {
    return null;
  }
}

/** A browser takes `//host` and `/\\host` for another site: they never become a `Location`. */
const LEADS_ELSEWHERE = /\/\/|\\/;

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** `/r/x/.json` and `/r/x.json` are both `/r/x` as JSON. */
function splitSuffix(asked: string) {
  const lower = asked.toLowerCase();
  const found = SUFFIXES.find(({ suffix }) => lower.endsWith(suffix));
  if (!found) return { bare: asked, suffix: "", representation: "default" as const };
  const stem = asked.slice(0, -found.suffix.length);
  return { bare: stem.length > 1 ? stem.replace(/\/$/, "") : stem, ...found };
}

/** Lower case, no slash at the end. */
function plainPath(asked: string): string {
  return asked.toLowerCase().replace(/\/+$/, "") || "/";
}

/** `/r/all/new` is `/new`; a thread's path says itself which community is right. */
const SITE_WIDE = new RegExp(`^/r/(?:${SITE_WIDE_NAMES.join("|")})(?=$|/(?!comments/[^-]))`);

/** The plain path, Reddit's other forms translated. */
function canonicalPath(asked: string, query: URLSearchParams): string {
  const plain = plainPath(asked).replace(SITE_WIDE, "");
  const path = canonicalDomain(plain).replace(/^\/$/, "");
  const ordered = path + sortSuffix(path, query);
  const sorted = ordered + windowSuffix(ordered, query);
  for (const [legacy, canonical] of LEGACY) {
    if (legacy.test(sorted)) return sorted.replace(legacy, canonical) || "/";
  }
  return sorted || "/";
}

/** `/domain/www.münchen.example:8080/new` → `/domain/xn--mnchen-3ya.example/new`. */
function canonicalDomain(path: string): string {
  const [, host = "", rest = ""] = /^\/domain\/([^/]+)(.*)$/.exec(path) ?? [];
  const canonical = canonicalHost(host);
  return canonical === null ? path : `/domain/${canonical}${rest}`;
}

/** `/r/x?sort=new` is `/r/x/new`; orders that have no page are ignored. */
function sortSuffix(path: string, query: URLSearchParams): string {
  const sort = query.get("sort") ?? "";
  const isDomain = /^\/domain\/[^/]+$/.test(path);
  const isListing = isDomain || path === "" || /^\/r\/[^/]+$/.test(path);
  const orders = isDomain ? ["new"] : ["new", "rising", "top", "controversial"];
  return isListing && orders.includes(sort) ? `/${sort}` : "";
}

/** `/top?t=day` is `/top/day`; of a window that is unknown, all time is shown. */
function windowSuffix(path: string, query: URLSearchParams): string {
  const window = /^(?:\/r\/[^/]+)?\/top$/.test(path) ? query.get("t") : null;
  return TOP_WINDOWS.some((known) => known === window) ? `/${window}` : "";
}

/**
 * Reddit's address of one comment, with any community and slug. It may be the first one of a piece;
 * else it has an anchor in its thread, unless it stands in a piece that others began.
 */
const COMMENT = /^(?:\/r\/[^/]+)?\/comments\/([0-9a-z]+)\/[^/]+\/([0-9a-z]+)$/;

function commentAt(path: string): { readonly key: string; readonly instead: Instead } | null {
  const [, thread, comment] = COMMENT.exec(path) ?? [];
  if (!isId(thread ?? "") || !isId(comment ?? "")) return null;
  const post = thread as PostId;
  const instead = { path: threadKey(post), anchor: `#${commentFullname(comment as CommentId)}` };
  return { key: pieceKey(post, comment as CommentId), instead };
}

/** `/r/x/comments/{id}/{slug}`; the page says which community and slug are right. */
const THREAD = /^(?:\/r\/[^/]+)?\/comments\/([^/]+)(?:\/[^/]*)?$/;

/** Orders that are unknown are ignored; `confidence` is Reddit's name of `best`. */
function sortOf(query: URLSearchParams): CommentSort | null {
  const asked = query.get("sort");
  const sort = asked === "confidence" ? "best" : asked;
  return COMMENT_SORTS.find((known) => known === sort) ?? null;
}

/** A token leads on in the listing that the path is a page of, and nowhere else. */
function resolveToken(token: string, path: string, representation: RepresentationName): Resolved {
  const key = parsePageToken(token);
  const listing = key === null ? null : listingOf(key);
  if (key === null || listing === null || listing !== listingOf(path)) {
    return { type: "invalid_token" };
  }
  return resolveOwn(key, representation) ?? pageAt(key, representation, null);
}

const OWN = /^\/me((?:\/[a-z0-9]+){0,2})$/;

function resolveOwn(path: string, representation: RepresentationName): Resolved | null {
  const rest = OWN.exec(path)?.[1];
  return rest === undefined ? null : { type: "own", rest, representation };
}

const HEALTH_PATH = "/health";
const GUARDED = /^(?:\/r\/[a-z0-9_.-]+\/about\/reports|\/-\/status)$/;

function resolveKey(
  path: string,
  representation: RepresentationName,
  query: URLSearchParams,
): Resolved {
  const own = resolveOwn(path, representation);
  if (own) return own;
  if (path === HEALTH_PATH) return { type: "health" };
  if (GUARDED.test(path)) return { type: "guarded", key: guardedKey(path), representation };
  const id = THREAD.exec(path)?.[1];
  const key = id !== undefined && isId(id) ? threadKey(id as PostId) : path;
  if (!isKey(key)) return { type: "not_found" };
  const sort = key.startsWith("/comments/") ? sortOf(query) : null;
  return pageAt(key, representation, sort);
}

function pageAt(
  path: string,
  representation: RepresentationName,
  sort: CommentSort | null,
): Resolved {
  return { type: "page", ...placeOf(path), representation, sort, instead: null };
}
