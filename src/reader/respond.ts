/** Stored pages as HTTP: representation, encoding, conditional requests, headers. */
import { ownPath } from "../pages/key.ts";
import type { PageHead, StoredPage, StoredRepresentation } from "../pages/storage.ts";
import type { Part } from "../pages/together.ts";
import { allowsGzip } from "./codings.ts";
import type { KeptPage } from "./recent.ts";
import type { RepresentationName, Resolved } from "./resolve.ts";

/** What a removal may take to leave the caches. */
const MOST_SECONDS = 60;

/**
 * For the rest of that minute a cache may go on with it while it fetches anew, or while that fails:
 * Workers Cache would do the latter for ever if nothing was said of it
 * (developers.cloudflare.com/workers/cache/configuration).
 */
function freshFor(seconds: number): string {
  const rest = MOST_SECONDS - seconds;
  return `max-age=${seconds}, stale-while-revalidate=${rest}, stale-if-error=${rest}`;
}

const PUBLIC_CACHE = `public, ${freshFor(10)}`;
/**
 * For the front cache alone, which takes the header away: what has not changed for a while it need not
 * fetch so often. Browsers go on asking after ten seconds.
 */
const QUIET_CACHE = { "Cloudflare-CDN-Cache-Control": freshFor(50) };
/** A page is quiet when it was written so long ago. Milliseconds. */
const QUIET_AFTER_MS = 600_000;
/** The first pages of the site and its communities change all the time, and each fetch of one is for many. */
const FIRST_PAGES = /^\/(?:r\/[^/]+)?$/;

const SECURITY_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
} as const;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json; charset=utf-8",
  atom: "application/atom+xml; charset=utf-8",
  xml: "application/xml; charset=utf-8",
  text: "text/plain; charset=utf-8",
};

/** What the headers of a representation take, three times prepared. Bytes, roughly. */
const BYTES_OF_HEADERS = 4096;

/** What of a page was asked for. */
export type Asked = Omit<Resolved & { type: "page" }, "type">;

/** All that is the same for everybody who asks for one address. */
export type Answer = (request: Request) => Response | Promise<Response>;

/**
 * Null when the page is a void, or has no such representation; what is gone is so in all of them.
 * @param now milliseconds since 1970
 * @param keepsMore is told how many bytes are kept from then on besides the page's own
 */
export function prepareAnswer(
  pathname: string,
  kept: KeptPage,
  asked: Asked,
  now: number,
  keepsMore: (bytes: number) => void,
): Answer | null {
  const { page } = kept;
  const { head } = page;
  const { representation: name, sort } = asked;
  const query = sort === null ? "" : `?sort=${sort}`;
  if (head.location !== null) {
    const location = head.location + suffixOf(name) + query;
    return () => answerRedirect(head.status, location);
  }
  const stored = pick(head, asked) ?? (head.status === 410 ? head.representations[0] : null);
  if (!stored) return null;
  // Programs get a thread whatever community and slug they name: its id says which it is.
  if (name === "default" && head.path !== null && !isSamePath(pathname, head.path)) {
    const location = head.path + query;
    return () => answerRedirect(301, location);
  }
  return kept.body(stored, () => {
    keepsMore(BYTES_OF_HEADERS);
    const isQuiet = now - (page.storedAt ?? now) > QUIET_AFTER_MS && !FIRST_PAGES.test(asked.key);
    const headers = { ...pageHeaders(stored), ...(isQuiet && QUIET_CACHE) };
    return prepareBody(page, stored, headers, keepsMore);
  });
}

/**
 * Of a block that leads to its listing's head for now, the head's path: many programs follow no
 * redirect. Null for any other page, and for browsers.
 */
export function headInstead(
  { head }: StoredPage,
  { key, representation }: Pick<Asked, "key" | "representation">,
): string | null {
  if (representation === "default" || head.location === null) return null;
  return key.startsWith(`${head.location}/`) ? head.location : null;
}

function prepareBody(
  page: StoredPage,
  { etag, offset, length }: StoredRepresentation,
  headers: Record<string, string>,
  keepsMore: (bytes: number) => void,
): Answer {
  const { status } = page.head;
  const bytes = new Uint8Array(page.body, offset, length);
  // Headers are copied faster than plain objects are read.
  const plainInit = { status, headers: new Headers(headers) };
  const notModified = { ...plainInit, status: 304 };
  const gzip = new Headers({ ...headers, "Content-Encoding": "gzip" });
  const gzipInit = { status, headers: gzip, encodeBody: "manual" } as const;
  // Clients without gzip are few: whoever comes first unpacks for all.
  let plain: ArrayBuffer | null = null;
  const answerPlain = async () => {
    const body = await new Response(unzipped(bytes)).arrayBuffer();
    if (!plain) keepsMore(body.byteLength);
    plain ??= body;
    return new Response(plain, plainInit);
  };
  return (request) => {
    // What is gone is so whatever the client has (RFC 9110, 13.2.1).
    if (status === 200 && matches(request, etag)) return new Response(null, notModified);
    if (acceptsGzip(request)) return new Response(bytes, gzipInit);
    return plain ? new Response(plain, plainInit) : answerPlain();
  };
}

/** A private page; null when it is a void, or has no such representation. */
export function answerOwnPage(
  request: Request,
  page: StoredPage,
  name: RepresentationName,
  part: Part | null,
): Response | null {
  const { status, location } = page.head;
  if (location !== null) return answerRedirect(status, ownPath(location) + suffixOf(name));
  const stored = pick(page.head, { part, representation: name, sort: null });
  if (!stored) return null;
  const { ETag: _, ...headers } = pageHeaders(stored);
  return answerBody(request, page, stored, status, headers);
}

/** No cache keeps what one person may see. */
export function answerPrivately(response: Response): Response {
  response.headers.set("Cache-Control", "private, no-store");
  return response;
}

/** A thread whose orders are all the same has one representation for them. */
function pick(
  { representations }: PageHead,
  { part, representation: name, sort }: Omit<Asked, "key">,
): StoredRepresentation | undefined {
  const ofPage = representations.filter((each) => (each.part ?? null) === part);
  const [first] = ofPage;
  if (name !== "default") return ofPage.find(({ type }) => type === name);
  if (sort === null) return first;
  return ofPage.find((each) => each.type === "html" && each.sort === sort) ?? first;
}

export function suffixOf(name: RepresentationName): string {
  return name === "default" ? "" : name === "json" ? ".json" : ".rss";
}

/** Compares what was asked for, in any encoding, with a page's path. */
function isSamePath(asked: string, path: string): boolean {
  return decodeURIComponent(asked) === decodeURIComponent(path);
}

function pageHeaders(stored: StoredRepresentation) {
  return {
    ...SECURITY_HEADERS,
    "Cache-Control": PUBLIC_CACHE,
    "Content-Type": CONTENT_TYPES[stored.type] ?? "application/octet-stream",
    ETag: stored.etag,
    Vary: "Accept-Encoding",
  };
}

function matches(request: Request, etag: string): boolean {
  const asked = request.headers.get("If-None-Match");
  if (asked === null) return false;
  if (asked.trim() === "*") return true;
  const weak = (tag: string) => tag.trim().replace(/^W\//, "");
  return asked.split(",").some((tag) => weak(tag) === weak(etag));
}

function answerBody(
  request: Request,
  page: StoredPage,
  stored: StoredRepresentation,
  status: number,
  headers: Record<string, string>,
): Response {
  const bytes = new Uint8Array(page.body, stored.offset, stored.length);
  if (acceptsGzip(request)) {
    const gzip = { ...headers, "Content-Encoding": "gzip" };
    return new Response(bytes, { status, headers: gzip, encodeBody: "manual" });
  }
  return new Response(unzipped(bytes), { status, headers });
}

function unzipped(bytes: Uint8Array<ArrayBuffer>): ReadableStream | null {
  return new Response(bytes).body?.pipeThrough(new DecompressionStream("gzip")) ?? null;
}

export function textOf({ body }: StoredPage, stored: StoredRepresentation): Promise<string> {
  return new Response(unzipped(new Uint8Array(body, stored.offset, stored.length))).text();
}

/** Who may read a guarded page, as it says itself: keys of people, one a line. */
export async function readReaders(page: StoredPage): Promise<readonly string[]> {
  const stored = page.head.representations.find(({ type }) => type === "text");
  return stored ? (await textOf(page, stored)).split("\n") : [];
}

/**
 * Cloudflare rewrites the header on its way, and `cf` has what the client sent; locally the header
 * is the client's, and `cf` is made up. So both must agree.
 */
function acceptsGzip(request: Request): boolean {
  const { clientAcceptEncoding } = (request.cf ?? {}) as { clientAcceptEncoding?: string };
  return (
    allowsGzip(request.headers.get("Accept-Encoding") ?? "") &&
    allowsGzip(clientAcceptEncoding ?? "gzip")
  );
}

export function answerRedirect(status: number, location: string): Response {
  return new Response(null, {
    status,
    headers: { ...SECURITY_HEADERS, "Cache-Control": PUBLIC_CACHE, Location: location },
  });
}

/** Whoever asks for JSON is told so in JSON; what is not there has no representations. */
export function asksForJson({ url }: Request): boolean {
  return /^[^?]*\.json(?:\?|$)/i.test(url);
}

/** As Reddit says it. */
export function answerNotFoundJson(): Response {
  return answerJson({ message: "Not Found", error: 404 }, 404, PUBLIC_CACHE);
}

/** @param page the site's own page that says so; null before the first build */
export function answerForbidden(request: Request, page: StoredPage | null): Response {
  return answerError(request, page, 403, {});
}

/** As Reddit says it. */
export function answerForbiddenJson(): Response {
  const error = { message: "Forbidden", error: 403, reason: "not_a_moderator" };
  return answerJson(error, 403, "no-store");
}

export function answerTokenJson(): Response {
  const error = { reason: "after_invalid", message: "`after` is no token of this listing" };
  return answerJson({ error }, 400, "no-store");
}

function answerJson(value: object, status: number, cacheControl: string): Response {
  const headers = { "Cache-Control": cacheControl, "Content-Type": String(CONTENT_TYPES.json) };
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...SECURITY_HEADERS, ...headers },
  });
}

/** @param page the site's own 404 page; null before the first build */
export function answerNotFound(request: Request, page: StoredPage | null): Response {
  return answerError(request, page, 404, { "Cache-Control": PUBLIC_CACHE });
}

/** @param page the site's own 404 page: what the token leads to is not there either */
export function answerToken(request: Request, page: StoredPage | null): Response {
  return answerError(request, page, 400, { "Cache-Control": "no-store" });
}

/** Not published yet: the browser asks again in a second. @param path what it asks then, if not the same */
export function answerBeingPublished(
  request: Request,
  page: StoredPage | null,
  path: string | null = null,
): Response {
  const refresh = path === null ? "1" : `1; url=${path}`;
  return answerError(request, page, 202, { "Cache-Control": "no-store", Refresh: refresh });
}

/** To a script: no page, and when to ask again. */
export function answerBeingPublishedJson(): Response {
  const answer = answerJson({ message: "Being published" }, 202, "no-store");
  answer.headers.set("Retry-After", "1");
  return answer;
}

/** Before the first build. */
const PLAIN_ERRORS = {
  202: "Being published",
  400: "No such page",
  403: "For moderators",
  404: "Not found",
} as const;

function answerError(
  request: Request,
  page: StoredPage | null,
  status: keyof typeof PLAIN_ERRORS,
  extra: Record<string, string>,
): Response {
  const stored = page?.head.representations[0];
  if (!page || !stored) {
    const headers = { ...SECURITY_HEADERS, ...extra, "Content-Type": "text/plain" };
    return new Response(PLAIN_ERRORS[status], { status, headers });
  }
  const { ETag: _, ...headers } = pageHeaders(stored);
  return answerBody(request, page, stored, status, { ...headers, ...extra });
}

/** For monitors, which look at the status. */
export function answerHealthy(isWell: boolean): Response {
  return answerJson({ status: isWell ? "ok" : "not well" }, isWell ? 200 : 503, "no-store");
}

const PLAIN_HEADERS = {
  ...SECURITY_HEADERS,
  "Cache-Control": "no-store",
  "Content-Type": "text/plain",
};

export function answerMethod(): Response {
  return new Response("Only GET and HEAD here; forms go to /api/…", {
    status: 405,
    headers: { ...PLAIN_HEADERS, Allow: "GET, HEAD" },
  });
}

/** The storage did not answer, or the reader has a bug; the next request may fare better. */
export function answerFault(request: Request): Response {
  if (asksForJson(request)) {
    return answerJson({ message: "Internal Server Error", error: 500 }, 500, "no-store");
  }
  const text = "Something went wrong here. Please try again.";
  return new Response(text, { status: 500, headers: PLAIN_HEADERS });
}
