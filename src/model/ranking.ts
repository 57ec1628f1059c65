/**
 * The ranking formulas, as Reddit published them in `_sorts.pyx`. Pure: the same numbers wherever
 * they are computed, because D1's SQLite has no `log10`.
 */

/** Reddit's epoch of the hot rank: 8 December 2005, seconds since 1970. */
const HOT_EPOCH_SECONDS = 1_134_028_003;
/** Ten times the score is worth 12.5 hours of age. */
const HOT_SECONDS_PER_DECADE = 45_000;
/** Reddit's: finer than a second of age. */
const HOT_DIGITS = 7;

/** @param createdAt seconds since 1970; the result is rounded to 7 digits */
export function hotRank(ups: number, downs: number, createdAt: number): number {
  const score = ups - downs;
  const order = Math.sign(score) * Math.log10(Math.max(Math.abs(score), 1));
  const age = (createdAt - HOT_EPOCH_SECONDS) / HOT_SECONDS_PER_DECADE;
  return Number((order + age).toFixed(HOT_DIGITS));
}

/** z of an 80 % confidence interval. */
const WILSON_Z = 1.281551565545;

/** Wilson's lower bound of the share of upvotes: `best`. 0 without votes, never below 0. */
export function bestRank(ups: number, downs: number): number {
  // Exactly 0 without upvotes: the formula's rounding errors would order such comments at random.
  if (ups === 0) return 0;
  const n = ups + downs;
  const share = ups / n;
  const z2 = WILSON_Z ** 2;
  const left = share + z2 / (2 * n);
  const right = WILSON_Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return Math.max(0, (left - right) / (1 + z2 / n));
}

/** High for many votes that disagree; 0 when one side has none. */
export function controversialRank(ups: number, downs: number): number {
  if (ups <= 0 || downs <= 0) return 0;
  return (ups + downs) ** (Math.min(ups, downs) / Math.max(ups, downs));
}
