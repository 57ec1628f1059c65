/**
 * What is stored of a link: which others are the same, and its domains. Pure; large, for its list of
 * suffixes, so only those import it who store links.
 */
import normalizeUrl from "normalize-url";
import { domainsOf } from "./domain.ts";
import type { Post } from "./entities.ts";
import { parseLink, siteOf } from "./link.ts";

/** Fragments by which a script, not the server, chose what was shown: `#!/user`, `#!topic/x`, `#/x`. */
const ROUTING_FRAGMENT = /^#[!/]/;

/** Parameters that say how a reader came, not what is read; of mail, advertisements and networks. */
const TRACKING = [
  /^utm_/i,
  /^(?:fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|ref_src)$/i,
  /^(?:mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi)$/i,
];

/**
 * Two links with one key are the same link: the scheme, `www.`, the case of the host, a trailing
 * slash, tracking parameters, the order of the others and a fragment that only scrolls do not
 * matter. Stored: whoever changes this function counts up `DERIVED_BY` (store/derive), so that all
 * rows are derived anew.
 */
export function linkKey(url: URL): string {
  const route = ROUTING_FRAGMENT.test(url.hash) ? url.hash : "";
  // Where a row of slashes begins, or each of many would be tried: imported links may be long.
  const path = url.pathname.replace(/(?<!\/)\/+$/, "");
  const key = normalizeUrl(`http://${siteOf(url)}${path}${url.search}`, {
    stripProtocol: true,
    stripWWW: false,
    removeQueryParameters: TRACKING,
  });
  return key + route;
}

/** What is stored of a post's link besides the link. */
export type LinkFacts = Pick<Post, "linkKey" | "domains">;

/** Of a text post, and of a link that was accepted before `linkFacts` refused it. */
export const NO_LINK: LinkFacts = { linkKey: null, domains: [] };

/**
 * Null for what is no link, or none that has a key. No address is known of which `normalizeUrl`
 * makes nothing; but one that somebody finds must be refused alone, and hold up nothing else.
 */
export function linkFacts(url: string | null): LinkFacts | null {
  if (url === null) return NO_LINK;
  const link = parseLink(url);
  if (!link) return null;
  try {
    return { linkKey: linkKey(link), domains: domainsOf(link) };
  } catch (error) {
    console.error(`no key for ${url}`, error);
    return null;
  }
}
