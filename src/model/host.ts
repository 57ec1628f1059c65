/**
 * Hosts of links, and how the addresses of their pages write them. Pure; knows no list of suffixes,
 * because the reader carries this file too.
 */
import type { Domain } from "./ids.ts";

/** DNS has no longer names. Characters. */
export const MAX_HOST_LENGTH = 253;

/**
 * What fits a path: no IPv6 address, whose colons and brackets are in no key, and nothing that reads
 * as another representation of a page.
 */
const HOST = /^(?!.*\.(?:json|rss)$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/** However often; but of `www.com` the whole is the name. */
const WWW = /^(?:www\.)+(?=[^.]+\.[^.])/;

/** May be a domain's name, in lower case and without `www.`. */
export function isHost(text: string): text is Domain {
  return text.length <= MAX_HOST_LENGTH && HOST.test(text) && !WWW.test(text);
}

/** Without `www.`, and without the dot that ends a full name; still a host, whatever it was. */
export function bareHost(hostname: string): string {
  return hostname.replace(WWW, "").replace(/(?<=[^.])\.$/, "");
}

/** Anything that would be more of an address than its host and port. */
const BEYOND_HOST = /[/\\?#@]/;

/**
 * The host as its pages are named: `WWW.Example.com:8080` → `example.com`, `münchen.example` →
 * `xn--mnchen-3ya.example`. Null for what is no host.
 */
export function canonicalHost(text: string): string | null {
  const url = BEYOND_HOST.test(text) ? null : URL.parse(`http://${text}`);
  const host = url && bareHost(url.hostname);
  return host !== null && isHost(host) ? host : null;
}
