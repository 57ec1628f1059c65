/** Whether a request comes from this site's own pages. Pure. */

/** What browsers say of a form on the same origin, and of a request that no page caused. */
const OWN_SITES: readonly string[] = ["same-origin", "none"];

/**
 * Refuses what a page of another origin (a sister domain included) makes a browser send with our
 * cookies. A request with neither header comes from a script, which has no cookies to abuse.
 */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin !== null && origin !== new URL(request.url).origin) return false;
  return site === null || OWN_SITES.includes(site);
}
