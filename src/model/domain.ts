/** The domains that a link's host belongs to. Pure; tldts knows the list of public suffixes. */
import { parse } from "tldts";
import { bareHost, isHost } from "./host.ts";
import type { Domain } from "./ids.ts";

/** A host of a hundred labels would cost a hundred pages a vote. */
const MAX_DOMAINS = 5;

/**
 * The host without `www.`, then its parents up to the registrable one: `news.bbc.co.uk`, `bbc.co.uk`.
 * Suffixes that companies offer count as registrable, so `foo.github.io` is in `github.io` too: it
 * has its own pages in either case, and people look for the whole. An IP address has no parents; a
 * public suffix, and a host that fits no path, have no pages.
 */
export function domainsOf(url: URL): Domain[] {
  const host = bareHost(url.hostname);
  if (!isHost(host)) return [];
  const { domain, isIp } = parse(host, { extractHostname: false, validateHostname: false });
  if (isIp) return [host];
  if (domain === null) return [];
  const parents = parentsOf(host, domain).filter(isHost);
  // The host itself and the shortest of its parents.
  return [host, ...parents.slice(-(MAX_DOMAINS - 1))];
}

/** The longest first; none of the registrable domain itself. */
function parentsOf(host: string, registrable: string): string[] {
  if (host === registrable) return [];
  const parent = host.slice(host.indexOf(".") + 1);
  return [parent, ...parentsOf(parent, registrable)];
}
