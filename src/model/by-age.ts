/** The order of the chronological listings. Pure. */

interface Aged {
  readonly id: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

/** The older first: equal seconds are common, and the order must be one. */
export function byAge(a: Aged, b: Aged): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
