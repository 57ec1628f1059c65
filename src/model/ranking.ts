/**
 * The ranking formulas, as Reddit published them in `_sorts.pyx`. Pure: the same numbers wherever
 * they are computed, because D1's SQLite has no `log10`.
 */

/** Reddit's epoch of the hot rank: 8 December 2005, seconds since 1970. */
const HOT_EPOCH_SECONDS = 1_134_028_003;
/** Ten times the score is worth 12.5 hours of age. */
const HOT_SECONDS_PER_DECADE = 45_000;
const HOT_DIGITS = 7;

/** @param createdAt seconds since 1970; the result is rounded to 7 digits */
export function hotRank(ups: number, downs: number, createdAt: number): number {
  const score = ups - downs;
  const order = Math.sign(score) * Math.log10(Math.max(Math.abs(score), 1));
  const age = (createdAt - HOT_EPOCH_SECONDS) / HOT_SECONDS_PER_DECADE;
  return Number((order + age).toFixed(HOT_DIGITS));
}
