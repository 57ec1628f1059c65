/** A store of pages that counts what is read and put, and how soon again. */
import type { PageStore } from "../../../src/pages/storage.ts";

export interface PageCounts {
  /** Looks at what is stored. */
  reads: number;
  /** Objects put, by key. */
  readonly byKey: Map<string, number>;
  /** Least milliseconds between two puts of one key. */
  leastPause: number;
}

export function countedPages(pages: PageStore, counts: PageCounts, now: () => number): PageStore {
  const last = new Map<string, number>();
  const put = async (key: string, ...rest: unknown[]) => {
    const at = now();
    counts.byKey.set(key, (counts.byKey.get(key) ?? 0) + 1);
    counts.leastPause = Math.min(
      counts.leastPause,
      at - (last.get(key) ?? Number.NEGATIVE_INFINITY),
    );
    last.set(key, at);
    return (pages.put as (...args: unknown[]) => Promise<unknown>)(key, ...rest);
  };
  return new Proxy(pages, {
    get: (_, name) => {
      if (name === "put") return put;
      if (name === "get" || name === "head") counts.reads++;
      const value = pages[name as keyof PageStore];
      return typeof value === "function" ? value.bind(pages) : value;
    },
  });
}
