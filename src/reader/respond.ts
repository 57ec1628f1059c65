/** Stored pages as HTTP: representation, encoding, conditional requests, headers. */
import { ownPath } from "../pages/key.ts";
import type { PageHead, StoredPage, StoredRepresentation } from "../pages/storage.ts";
import type { RepresentationName, Resolved } from "./resolve.ts";

/**
 * Fresh for ten seconds and, for fifty more, served while the front cache fetches anew: together
 * never above the minute that a removal may take to leave the caches.
 */
const PUBLIC_CACHE = "public, max-age=10, stale-while-revalidate=50";

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
  text: "text/plain; charset=utf-8",
};

/** What of a page was asked for. */
export type Asked = Pick<Resolved & { type: "page" }, "representation" | "sort">;

/** Null when the page is a void, or has no such representation. */
export function answerPage(
  request: Request,
  url: URL,
  page: StoredPage,
  { representation: name, sort }: Asked,
): Response | null {
  const { head } = page;
  const query = sort === null ? "" : `?sort=${sort}`;
  if (head.location !== null) {
    return answerRedirect(head.status, head.location + suffixOf(name) + query);
  }
  const stored = pick(head, name, sort);
  if (!stored) return null;
  if (head.path !== null && !isSamePath(url.pathname, head.path + suffixOf(name))) {
    return answerRedirect(301, head.path + suffixOf(name) + query);
  }
  const headers = pageHeaders(stored);
  if (matches(request, stored.etag)) return new Response(null, { status: 304, headers });
  return answerBody(request, page, stored, head.status, headers);
}

/** A private page; null when it is a void, or has no such representation. */
export function answerOwnPage(
  request: Request,
  page: StoredPage,
  name: RepresentationName,
): Response | null {
  const { status, location } = page.head;
  if (location !== null) return answerRedirect(status, ownPath(location) + suffixOf(name));
  const stored = pick(page.head, name, null);
  if (!stored) return null;
  const headers = pageHeaders(stored);
  headers.delete("ETag");
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
  name: RepresentationName,
  sort: string | null,
): StoredRepresentation | undefined {
  const [first] = representations;
  if (name !== "default") return representations.find(({ type }) => type === name);
  if (sort === null) return first;
  return representations.find((each) => each.type === "html" && each.sort === sort) ?? first;
}

function suffixOf(name: RepresentationName): string {
  return name === "default" ? "" : name === "json" ? ".json" : ".rss";
}

/** Compares what was asked for, in any encoding and with a slash before the dot, with a page's path. */
function isSamePath(asked: string, path: string): boolean {
  const normal = decodeURIComponent(asked).replace(/\/(\.[a-z]+)$/i, "$1");
  return normal === decodeURIComponent(path);
}

function pageHeaders(stored: StoredRepresentation): Headers {
  return new Headers({
    ...SECURITY_HEADERS,
    "Cache-Control": PUBLIC_CACHE,
    "Content-Type": CONTENT_TYPES[stored.type] ?? "application/octet-stream",
    ETag: stored.etag,
    Vary: "Accept-Encoding",
  });
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
  headers: Headers,
): Response {
  const bytes = new Uint8Array(page.body, stored.offset, stored.length);
  if (acceptsGzip(request)) {
    headers.set("Content-Encoding", "gzip");
    return new Response(bytes, { status, headers, encodeBody: "manual" });
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

const GZIP = /^\s*(?<name>gzip|\*)\s*(?:;\s*q=(?<weight>[\d.]+)\s*)?$/i;

/** What is said of gzip itself counts more than what is said of any coding. */
function allowsGzip(accepted: string): boolean {
  const codings = accepted.split(",").map((coding) => GZIP.exec(coding)?.groups);
  const found = ["gzip", "*"].map((name) =>
    codings.find((coding) => coding?.name?.toLowerCase() === name),
  );
  const coding = found[0] ?? found[1];
  return coding !== undefined && Number(coding.weight ?? 1) > 0;
}

export function answerRedirect(status: number, location: string): Response {
  return new Response(null, {
    status,
    headers: { ...SECURITY_HEADERS, "Cache-Control": PUBLIC_CACHE, Location: location },
  });
}

/** @param page the site's own 404 page; null before the first build */
export function answerNotFound(request: Request, page: StoredPage | null): Response {
  return answerError(request, page, 404, { "Cache-Control": PUBLIC_CACHE });
}

/** Not published yet: the browser asks again in a second. */
export function answerBeingPublished(request: Request, page: StoredPage | null): Response {
  return answerError(request, page, 202, { "Cache-Control": "no-store", Refresh: "1" });
}

function answerError(
  request: Request,
  page: StoredPage | null,
  status: number,
  extra: Record<string, string>,
): Response {
  const stored = page?.head.representations[0];
  if (!page || !stored) {
    const headers = { ...SECURITY_HEADERS, ...extra, "Content-Type": "text/plain" };
    return new Response(status === 404 ? "Not found" : "Being published", { status, headers });
  }
  const headers = pageHeaders(stored);
  headers.delete("ETag");
  for (const [name, value] of Object.entries(extra)) headers.set(name, value);
  return answerBody(request, page, stored, status, headers);
}

export function answerToken(): Response {
  return Response.json(
    { error: { reason: "after_invalid", message: "`after` is no token of this site" } },
    { status: 400, headers: { ...SECURITY_HEADERS, "Cache-Control": "no-store" } },
  );
}

export function answerMethod(): Response {
  return new Response("Only GET and HEAD here; forms go to /api/…", {
    status: 405,
    headers: { ...SECURITY_HEADERS, Allow: "GET, HEAD", "Content-Type": "text/plain" },
  });
}
