/** What is known of the addresses that are asked for again and again. */
import { type Resolved, resolve } from "./resolve.ts";

/** Then all are forgotten: no list that somebody can fill is worth keeping in order. */
const MAX_ADDRESSES = 1000;

export interface Address {
  readonly text: string;
  readonly url: URL;
  readonly resolved: Resolved;
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
    const address = { text, url, resolved: resolve(url) };
    this.#known.set(text, address);
    return address;
  }
}
