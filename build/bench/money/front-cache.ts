/** How often the front cache has a page. Pure arithmetic. */

/** After how many seconds a page is fetched anew, while the old one is served. */
export interface Freshness {
  readonly busy: number;
  /** Of a page that has not changed for QUIET_AFTER_SECONDS. */
  readonly quiet: number;
}

/** Of the headers that the reader sends (src/reader/headers.ts). */
export const FRESH: Freshness = { busy: 10, quiet: 50 };
const QUIET_AFTER_SECONDS = 600;

export interface Audience {
  readonly viewsPerSecond: number;
  /** Of them, shares that send the same `Accept-Encoding`, and so share what is cached; they add up to 1. */
  readonly codings: readonly number[];
  /** Shares of all views; they add up to 1. */
  readonly shares: readonly Share[];
}

/** Views that fall on so many pages, the n-th of which is seen 1/n as often as the first (Zipf). */
export interface Share {
  readonly share: number;
  readonly pages: number;
  /** Of such a page, between two views; infinite where it counts as busy in any case. */
  readonly changesAView: number;
}

/**
 * Of all views, how many run the reader: a page that is seen r times a second, by chance, is fetched
 * r / (1 + r × fresh) times a second. It changes by chance as well, the more often the more it is seen.
 */
export function missShare(audience: Audience, fresh: Freshness): number {
  const { viewsPerSecond, codings, shares } = audience;
  const fetched = shares.reduce(
    (all, each) => all + fetchesPerSecond(viewsPerSecond * each.share, codings, each, fresh),
    0,
  );
  return fetched / viewsPerSecond;
}

function fetchesPerSecond(
  viewsPerSecond: number,
  codings: readonly number[],
  { pages, changesAView }: Share,
  { busy, quiet }: Freshness,
): number {
  let harmonic = 0;
  for (let rank = 1; rank <= pages; rank++) harmonic += 1 / rank;
  let fetched = 0;
  for (let rank = 1; rank <= pages; rank++) {
    const rate = viewsPerSecond / rank / harmonic;
    const isQuiet = Math.exp(-rate * changesAView * QUIET_AFTER_SECONDS);
    for (const coding of codings) {
      const asked = rate * coding;
      const at = (freshSeconds: number) => asked / (1 + asked * freshSeconds);
      fetched += isQuiet * at(quiet) + (1 - isQuiet) * at(busy);
    }
  }
  return fetched;
}
