/** What is known of the addresses that are asked for again and again. */
import { type Resolved, resolve } from "./resolve.ts";

/** Then all are forgotten: no list that somebody can fill is worth keeping in order. */
const MAX_ADDRESSES = 1000;
/**
 * A thread's with its slug of fifty letters, each of nine characters when it is escaped, has hardly
 * more; longer ones are read anew each time. Characters.
 */
const MAX_REMEMBERED_CHARS = 600;

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
    const url = new URL(text);
    const address = { text, url, resolved: resolve(url) };
    if (text.length > MAX_REMEMBERED_CHARS) return address;
    if (this.#known.size >= MAX_ADDRESSES) this.#known.clear();
    this.#known.set(text, address);
    return address;
  }
}
