/** Stored pages as HTTP: representation, encoding, conditional requests, headers. */
import { ownPath } from "../pages/key.ts";
import type { PageHead, StoredPage, StoredRepresentation } from "../pages/storage.ts";
import type { Part } from "../pages/together.ts";
import { allowsGzip } from "./codings.ts";
import { PUBLIC_CACHE, pageHeaders, QUIET_CACHE, SECURITY_HEADERS } from "./headers.ts";
import type { KeptPage } from "./recent.ts";
import type { RepresentationName, Resolved } from "./resolve.ts";

/** A page is quiet when it was written so long ago. Milliseconds. */
const QUIET_AFTER_MS = 600_000;
/** The first pages of the site and its communities change all the time, and each fetch of one is for many. */
const FIRST_PAGES = /^\/(?:r\/[^/]+)?$/;

/**
 * Of a plain body for a client without gzip, whose header says otherwise by then: by that the front
 * cache tells its copies apart (`Vary`), and all others would get this one.
 */
const FOR_ONE_CLIENT = { "Cloudflare-CDN-Cache-Control": "no-store" };

/** What the headers of a representation take, four times prepared. Bytes, roughly. */
const BYTES_OF_HEADERS = 4096;

/** What of a page was asked for. */
export type Asked = Omit<Resolved & { type: "page" }, "type" | "instead">;

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
  const oneInit = { status, headers: new Headers({ ...headers, ...FOR_ONE_CLIENT }) };
  const notModified = { ...plainInit, status: 304 };
  const gzip = new Headers({ ...headers, "Content-Encoding": "gzip" });
  const gzipInit = { status, headers: gzip, encodeBody: "manual" } as const;
  // Clients without gzip are few: whoever comes first unpacks for all.
  let plain: ArrayBuffer | null = null;
  const answerPlain = async (init: ResponseInit) => {
    const body = await new Response(unzipped(bytes)).arrayBuffer();
    if (!plain) keepsMore(body.byteLength);
    plain ??= body;
    return new Response(plain, init);
  };
  return (request) => {
    // What is gone is so whatever the client has (RFC 9110, 13.2.1).
    if (status === 200 && matches(request, etag)) return new Response(null, notModified);
    if (acceptsGzip(request)) return new Response(bytes, gzipInit);
    const init = headerAllowsGzip(request) ? oneInit : plainInit;
    return plain ? new Response(plain, init) : answerPlain(init);
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

function matches(request: Request, etag: string): boolean {
  const asked = request.headers.get("If-None-Match");
  if (asked === null) return false;
  if (asked.trim() === "*") return true;
  const weak = (tag: string) => tag.trim().replace(/^W\//, "");
  return asked.split(",").some((tag) => weak(tag) === weak(etag));
}

export function answerBody(
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
  const plain = headerAllowsGzip(request) ? { ...headers, ...FOR_ONE_CLIENT } : headers;
  return new Response(unzipped(bytes), { status, headers: plain });
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
  return headerAllowsGzip(request) && allowsGzip(clientAcceptEncoding ?? "gzip");
}

function headerAllowsGzip({ headers }: Request): boolean {
  return allowsGzip(headers.get("Accept-Encoding") ?? "");
}

export function answerRedirect(status: number, location: string): Response {
  return new Response(null, {
    status,
    headers: { ...SECURITY_HEADERS, "Cache-Control": PUBLIC_CACHE, Location: location },
  });
}
