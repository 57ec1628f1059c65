/** What a submitted post consists of besides its title: an address or a text. Pure. */
import { charCount, cleanBlock } from "../model/clean-text.ts";
import { MAX_TEXT_CHARS, MAX_URL_CHARS } from "../model/limits.ts";
import { parseLink, trimLink } from "../model/link.ts";
import { allOf, optionalField, optionalText } from "./fields.ts";
import { isRefusal, type Refusal } from "./refusal.ts";

/** Exactly one of them is a string. */
export type PostContent =
  | { readonly url: string; readonly text: null }
  | { readonly url: null; readonly text: string };

const TEXT = { clean: cleanBlock, maxChars: MAX_TEXT_CHARS };
const KINDS = ["link", "self"];
/** What `parseLink` accepts, for the answer. */
const SCHEMES = ["http", "https", "ftp"];

/**
 * Without a `kind`, what was filled in decides; both filled in is a question, not an answer. With
 * one, a title alone may be a text post; what was filled in for the other kind is never left out.
 */
export function readPostContent(fields: URLSearchParams): PostContent | Refusal {
  const sent = allOf({
    kind: optionalField(fields, "kind"),
    url: optionalField(fields, "url"),
    text: optionalText(fields, "text", TEXT),
  });
  if (isRefusal(sent)) return sent;
  const { kind, text } = sent;
  const url = trimLink(sent.url);
  if (kind !== "" && !KINDS.includes(kind)) {
    return { type: "not_a_choice", field: "kind", allowed: KINDS };
  }
  if (url !== "" && text !== "") return { type: "url_and_text", field: "url" };
  if (kind === "self") return url === "" ? { url: null, text } : { type: "missing", field: "text" };
  if (kind === "link") return readLink(url);
  if (url === "" && text === "") return { type: "no_url_and_no_text", field: "url" };
  return text === "" ? readLink(url) : { url: null, text };
}

/** The address as the browser will send it; it may be longer than what was typed. */
function readLink(typed: string): PostContent | Refusal {
  if (typed === "") return { type: "missing", field: "url" };
  const url = parseLink(typed);
  const chars = Math.max(charCount(typed), url?.href.length ?? 0);
  if (chars > MAX_URL_CHARS) return { type: "too_long", field: "url", chars, max: MAX_URL_CHARS };
  if (!url) return { type: "not_a_link", field: "url", allowed: SCHEMES };
  return { url: url.href, text: null };
}
