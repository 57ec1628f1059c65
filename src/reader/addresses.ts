/** What is known of the addresses that are asked for again and again. */
import type { StoredPage } from "../pages/storage.ts";
import { type Resolved, resolve } from "./resolve.ts";
import type { Answer } from "./respond.ts";

/** Then all are forgotten: no list that somebody can fill is worth keeping in order. */
const MAX_ADDRESSES = 1000;

export interface Address {
  readonly url: URL;
  readonly resolved: Resolved;
  /** The stored page that `answer` was prepared from. */
  page: StoredPage | null;
  answer: Answer | null;
}

export class Addresses {
  readonly #known = new Map<string, Address>();

  find(text: string): Address {
    const known = this.#known.get(text);
    if (known) return known;
    if (this.#known.size >= MAX_ADDRESSES) this.#known.clear();
    const url = new URL(text);
    const address = { url, resolved: resolve(url), page: null, answer: null };
    this.#known.set(text, address);
    return address;
  }
}
