/** Answers that are no page of their address: what is not there, not yet, or not for whoever asks. */
import type { StoredPage } from "../pages/storage.ts";
import { CONTENT_TYPES, PUBLIC_CACHE, pageHeaders, SECURITY_HEADERS } from "./headers.ts";
import { answerBody } from "./respond.ts";

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
  return answerError(request, page, 403, { "Cache-Control": "no-store" });
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
