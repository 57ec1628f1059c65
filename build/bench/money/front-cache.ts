/** How often the front cache has a page. Pure arithmetic. */

/** Of the reader's `Cache-Control`: after that a page is fetched anew, while the old one is served. */
export const FRESH_SECONDS = 10;

export interface Audience {
  readonly viewsPerSecond: number;
  /** Shares of all views; they add up to 1. */
  readonly shares: readonly Share[];
}

/** Views that fall on so many pages, the n-th of which is seen 1/n as often as the first (Zipf). */
export interface Share {
  readonly share: number;
  readonly pages: number;
}

/**
 * Of all views, how many run the reader: a page that is seen r times a second, by chance, is fetched
 * r / (1 + r × fresh) times a second.
 */
export function missShare({ viewsPerSecond, shares }: Audience, freshSeconds: number): number {
  const fetched = shares.reduce(
    (all, each) => all + fetchesPerSecond(viewsPerSecond * each.share, each.pages, freshSeconds),
    0,
  );
  return fetched / viewsPerSecond;
}

function fetchesPerSecond(viewsPerSecond: number, pages: number, freshSeconds: number): number {
  let harmonic = 0;
  for (let rank = 1; rank <= pages; rank++) harmonic += 1 / rank;
  let fetched = 0;
  for (let rank = 1; rank <= pages; rank++) {
    const rate = viewsPerSecond / rank / harmonic;
    fetched += rate / (1 + rate * freshSeconds);
  }
  return fetched;
}
