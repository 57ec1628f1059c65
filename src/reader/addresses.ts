/** What is known of the addresses that are asked for again and again. */
import type { StoredPage } from "../pages/storage.ts";
import { type Resolved, resolve } from "./resolve.ts";
import type { Answer } from "./respond.ts";

/** Then all are forgotten: no list that somebody can fill is worth keeping in order. */
const MAX_ADDRESSES = 1000;

export interface Address {
  readonly url: URL;
  readonly resolved: Resolved;
  /** Empty for what is no page. */
  readonly key: string;
  /** The stored page that `answer` was prepared from. */
  page: StoredPage | null;
  answer: Answer | null;
}

export class Addresses {
  readonly #known = new Map<string, Address>();

  known(text: string): Address | undefined {
    return this.#known.get(text);
  }

  find(text: string): Address {
    const known = this.known(text);
    if (known) return known;
    if (this.#known.size >= MAX_ADDRESSES) this.#known.clear();
    const url = new URL(text);
    const resolved = resolve(url);
    const key = resolved.type === "page" ? resolved.key : "";
    const address = { url, resolved, key, page: null, answer: null };
    this.#known.set(text, address);
    return address;
  }
}
