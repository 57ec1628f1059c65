/**
 * Pages kept for about a second inside the isolate, so that a crowd costs one storage read: while one
 * request reads a page again, the others get the page that it is about to replace. (A request may
 * not wait for what another one reads: Workers give up the other one's I/O with it.)
 */
import type { StoredPage, StoredRepresentation } from "../pages/storage.ts";
import type { Address } from "./addresses.ts";
import type { Answer } from "./respond.ts";

/**
 * An isolate has 128 MB; hardly any object has more than 0.3 MB. Of pages, with what was unpacked of
 * them for clients that do not. Bytes.
 */
const MAX_BYTES = 24 * 1024 * 1024;
/** What a page takes besides: its index. Bytes, roughly. */
const BYTES_BESIDES = 4096;

export class KeptPage {
  readonly page: StoredPage;
  /** When somebody reads it again, and how long others go on with it. Milliseconds since 1970. */
  readonly staleAt: number;
  until: number;
  /**
   * Anybody can make up addresses of one page, with another query each; so there is one answer for
   * each representation, and an address is known here no longer than by whoever remembers addresses.
   */
  readonly #answers = new WeakMap<Address, Answer | null>();
  readonly #bodies = new Map<StoredRepresentation, Answer>();

  constructor(page: StoredPage, until: number) {
    this.page = page;
    this.staleAt = until;
    this.until = until;
  }

  known(address: Address): Answer | null {
    return this.#answers.get(address) ?? null;
  }

  answer(address: Address, prepare: () => Answer | null): Answer | null {
    const known = this.#answers.get(address);
    if (known !== undefined) return known;
    const answer = prepare();
    this.#answers.set(address, answer);
    return answer;
  }

  body(stored: StoredRepresentation, prepare: () => Answer): Answer {
    const known = this.#bodies.get(stored);
    if (known) return known;
    const answer = prepare();
    this.#bodies.set(stored, answer);
    return answer;
  }
}

interface Entry {
  readonly kept: KeptPage;
  bytes: number;
}

export class RecentPages {
  /** In the order in which they were last read. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  fresh(key: string, now: number): KeptPage | null {
    const kept = this.#entries.get(key)?.kept;
    return kept && now < kept.until ? kept : null;
  }

  /**
   * The page if it is fresh, or if somebody else is reading it; whoever gets null reads it. One that
   * nobody has asked for meanwhile may have been taken down long ago, and is nobody's any more.
   * @param now milliseconds since 1970
   */
  find(key: string, now: number, keepMs: number): KeptPage | null {
    const kept = this.#entries.get(key)?.kept;
    if (!kept || now < kept.until) return kept ?? null;
    const last = kept.staleAt + keepMs;
    if (now < last) kept.until = last;
    else this.forget(key);
    return null;
  }

  keep(key: string, page: StoredPage, until: number): KeptPage {
    this.forget(key);
    const kept = new KeptPage(page, until);
    this.#entries.set(key, { kept, bytes: 0 });
    this.grow(key, kept, page.body.byteLength + key.length + BYTES_BESIDES);
    return kept;
  }

  /** A page takes more than it did; one that is no longer kept takes nothing here. */
  grow(key: string, kept: KeptPage, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry?.kept !== kept) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
