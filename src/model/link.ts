/** Links: which are accepted, which are the same, and how they are shown. Pure. */
import normalizeUrl from "normalize-url";
import { domainsOf } from "./domain.ts";
import type { Post } from "./entities.ts";
import { bareHost } from "./host.ts";

/**
 * An address as `new URL` understands it, if a browser may be sent there. `javascript:`, `data:`
 * and the like are refused; so is everything that is no absolute address.
 */
export function parseLink(text: string): URL | null {
  const url = URL.parse(text.trim());
  if (!url) return null;
  if (url.protocol !== "http:" && url.protocol !== "https:" && url.protocol !== "ftp:") return null;
  return url.hostname === "" ? null : url;
}

/** What any browser reads as an absolute address, whatever page it stands on. */
const PLAIN_LINK = /^([a-z]+):(\/\/[\x21-\x7e]+)$/i;

/**
 * The address as it was written, because `new URL` adds slashes and re-escapes; only the scheme
 * becomes lower case. Anything unusual (spaces, other scripts, `http:host`) is as `url` has it.
 */
export function linkText(url: URL, written: string): string {
  const plain = PLAIN_LINK.exec(written.trim());
  return plain ? url.protocol + plain[2] : url.href;
}

/** Fragments by which a script, not the server, chose what was shown: `twitter.com/#!/user`. */
const ROUTING_FRAGMENT = /^#!?\//;

/** Parameters that say how a reader came, not what is read; of mail, advertisements and networks. */
const TRACKING = [
  /^utm_/i,
  /^(?:fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|ref_src)$/i,
  /^(?:mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi)$/i,
];

/**
 * Two links with one key are the same link: the scheme, `www.`, the case of the host, a trailing
 * slash, tracking parameters, the order of the others and a fragment that only scrolls do not
 * matter. Stored: a change of this function needs a migration that has all rows derived anew.
 */
export function linkKey(url: URL): string {
  const route = ROUTING_FRAGMENT.test(url.hash) ? url.hash : "";
  const path = url.pathname.replace(/\/+$/, "");
  const key = normalizeUrl(`http://${siteOf(url)}${path}${url.search}`, {
    stripProtocol: true,
    stripWWW: false,
    removeQueryParameters: TRACKING,
  });
  return key + route;
}

/** What is stored of a post's link besides the link. */
export function linkFacts(url: string | null): Pick<Post, "linkKey" | "domains"> {
  const link = url === null ? null : parseLink(url);
  return link ? { linkKey: linkKey(link), domains: domainsOf(link) } : NO_LINK;
}

const NO_LINK = { linkKey: null, domains: [] } as const;

/** The host a reader sees beside the title: without `www.`, with an unusual port. */
export function siteOf(url: URL): string {
  return url.host.replace(url.hostname, bareHost(url.hostname));
}
