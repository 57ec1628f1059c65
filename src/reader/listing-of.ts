/** Which listing a path is a page of, by its shape alone: tokens lead on in one listing. Pure. */

const SITE_OR_COMMUNITY = "(?:/r/[^/]+)?";
const ANY_SCOPE = "(?:/(?:r|domain)/[^/]+)?";

/** What the pages of a listing have in common, and how those that have a number go on. */
const LISTINGS: readonly (readonly [name: string, numbered: string])[] = [
  // Hot, whose first page is the scope's own.
  [ANY_SCOPE, "/hot/\\d+"],
  [`${ANY_SCOPE}/new`, "/\\d+"],
  [`${SITE_OR_COMMUNITY}/(?:top/[a-z]+|controversial|rising)`, "/\\d+"],
  [`${SITE_OR_COMMUNITY}/comments`, "/-/\\d+"],
  ["/user/[^/]+/(?:submitted|comments)", "/\\d+"],
  ["/r/[^/]+/about/log", "/\\d+"],
  // Of communities.
  ["/r", "/-/\\d+"],
  ["/me/[a-z]+", "/\\d+"],
];

const PATTERNS = LISTINGS.map(([name, numbered]) => new RegExp(`^(${name})(?:${numbered})?$`));

/** `/r/x/new/7` → `/r/x/new`, `/hot/2` → an empty name; null for what is no listing's page. */
export function listingOf(path: string): string | null {
  const stem = path === "/" ? "" : path;
  for (const pattern of PATTERNS) {
    const name = pattern.exec(stem)?.[1];
    if (name !== undefined) return name;
  }
  return null;
}
