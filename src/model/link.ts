/** Links: which are accepted, and how they are shown. Pure. */
import { bareHost, MAX_HOST_LENGTH } from "./host.ts";

/** What is pasted brings marks along, of direction and the like, that would be part of the address. */
const UNSEEN_ENDS =
  /^[\s\p{Default_Ignorable_Code_Point}]+|[\s\p{Default_Ignorable_Code_Point}]+$/gu;

/** The address alone. */
export function trimLink(text: string): string {
  return text.replace(UNSEEN_ENDS, "");
}

/**
 * An address as `new URL` understands it, if a browser may be sent there. `javascript:`, `data:`
 * and the like are refused; so is everything that is no absolute address, and no host can have.
 */
export function parseLink(text: string): URL | null {
  const url = URL.parse(text.trim());
  if (!url) return null;
  if (url.protocol !== "http:" && url.protocol !== "https:" && url.protocol !== "ftp:") return null;
  return url.hostname === "" || url.hostname.length > MAX_HOST_LENGTH ? null : url;
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

/**
 * The host a reader sees beside the title: without `www.`, with an unusual port. Cut, not replaced:
 * a host may have a `$&`.
 */
export function siteOf({ host, hostname }: URL): string {
  return bareHost(hostname) + host.slice(hostname.length);
}
