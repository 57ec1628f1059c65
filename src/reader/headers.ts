/** The headers that answers have in common. */
import { CONTENT_SECURITY_POLICY } from "../model/content-security-policy.ts";
import type { StoredRepresentation } from "../pages/storage.ts";

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

export const PUBLIC_CACHE = `public, ${freshFor(10)}`;
/**
 * For the front cache alone, which takes the header away: what has not changed for a while it need not
 * fetch so often. Browsers go on asking after ten seconds.
 */
export const QUIET_CACHE = { "Cloudflare-CDN-Cache-Control": freshFor(50) };

export const SECURITY_HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
} as const;

export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json; charset=utf-8",
  atom: "application/atom+xml; charset=utf-8",
  xml: "application/xml; charset=utf-8",
  text: "text/plain; charset=utf-8",
};

export function pageHeaders(stored: StoredRepresentation) {
  return {
    ...SECURITY_HEADERS,
    "Cache-Control": PUBLIC_CACHE,
    "Content-Type": CONTENT_TYPES[stored.type] ?? "application/octet-stream",
    ETag: stored.etag,
    Vary: "Accept-Encoding",
  };
}
