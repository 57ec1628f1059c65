/**
 * Pages kept for about a second inside the isolate, so that a crowd costs one storage read: while one
 * request reads a page again, the others get the page that it is about to replace. (A request may
 * not wait for what another one reads: Workers give up the other one's I/O with it.)
 */
import type { StoredPage } from "../pages/storage.ts";

/** An isolate has 128 MB; the largest page is 0.3 MB. Bytes. */
const MAX_BYTES = 24 * 1024 * 1024;

interface Kept {
  readonly page: StoredPage;
  /** Milliseconds since 1970. */
  until: number;
}

export class RecentPages {
  /** In the order in which they were last read. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  fresh(key: string, now: number): StoredPage | null {
    const kept = this.#kept.get(key);
    return kept && now < kept.until ? kept.page : null;
  }

  /**
   * The page if it is fresh, or if somebody else is reading it; whoever gets null reads it.
   * @param now milliseconds since 1970
   */
  find(key: string, now: number, keepMs: number): StoredPage | null {
    const kept = this.#kept.get(key);
    if (!kept) return null;
    if (now < kept.until) return kept.page;
    // Others may go on with it as long as a page may be kept; then one of them tries.
    kept.until = now + keepMs;
    return null;
  }

  keep(key: string, page: StoredPage, now: number, keepMs: number): void {
    this.forget(key);
    if (keepMs === 0) return;
    this.#kept.set(key, { page, until: now + keepMs });
    this.#bytes += page.body.byteLength;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.page.body.byteLength ?? 0;
    this.#kept.delete(key);
  }
}
