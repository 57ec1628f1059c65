/**
 * Pages kept for about a second inside the isolate, so that a crowd costs one storage read: while one
 * request reads a page again, the others get the page that it is about to replace. (A request may
 * not wait for what another one reads: Workers give up the other one's I/O with it.)
 */
import type { StoredPage } from "../pages/storage.ts";
import type { Answer } from "./respond.ts";

/** An isolate has 128 MB; hardly any object has more than 0.3 MB. Bytes. */
const MAX_BYTES = 24 * 1024 * 1024;
/** Addresses of one object: its pages, their representations and orders, and whatever a query may add. */
const MAX_ANSWERS = 60;

export class KeptPage {
  readonly page: StoredPage;
  /** Milliseconds since 1970. */
  until: number;
  readonly #answers = new Map<string, Answer | null>();

  constructor(page: StoredPage, until: number) {
    this.page = page;
    this.until = until;
  }

  /** @param address the whole of it, with its query */
  known(address: string): Answer | null {
    return this.#answers.get(address) ?? null;
  }

  answer(address: string, prepare: (page: StoredPage) => Answer | null): Answer | null {
    const known = this.#answers.get(address);
    if (known !== undefined) return known;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    const answer = prepare(this.page);
    this.#answers.set(address, answer);
    return answer;
  }
}

export class RecentPages {
  /** In the order in which they were last read. */
  readonly #kept = new Map<string, KeptPage>();
  #bytes = 0;

  fresh(key: string, now: number): KeptPage | null {
    const kept = this.#kept.get(key);
    return kept && now < kept.until ? kept : null;
  }

  /**
   * The page if it is fresh, or if somebody else is reading it; whoever gets null reads it.
   * @param now milliseconds since 1970
   */
  find(key: string, now: number, keepMs: number): KeptPage | null {
    const kept = this.#kept.get(key);
    if (!kept || now < kept.until) return kept ?? null;
    // Others may go on with it as long as a page may be kept; then one of them tries.
    kept.until = now + keepMs;
    return null;
  }

  keep(key: string, page: StoredPage, until: number): KeptPage {
    this.forget(key);
    const kept = new KeptPage(page, until);
    this.#kept.set(key, kept);
    this.#bytes += page.body.byteLength;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
    return kept;
  }

  forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.page.body.byteLength ?? 0;
    this.#kept.delete(key);
  }
}
