/** What search engines and link previews show below a page's title: one line of plain text. Pure. */
import { beginningOf } from "../model/beginning.ts";

/** More is cut off by whoever shows it. Characters. */
const MAX_CHARS = 200;

export const SITE_DESCRIPTION = "Links and what people say about them, ordered by votes.";

/** One line of bounded length; null for nothing. */
export function describe(text: string): string | null {
  const line = text.replace(/\s+/gu, " ").trim();
  if (line.length <= MAX_CHARS) return line || null;
  return `${beginningOf(line, MAX_CHARS)} …`;
}

/** What stands within a line; everything else begins a new one. */
const INLINE = /<\/?(?:a|code|em|s|strong)(?: [^>]*)?>/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&amp;": "&",
};

/** The text of HTML that our sanitiser made. It escapes `<` and `>` wherever they are no tag's. */
export function textOf(html: string): string {
  const text = html.replace(INLINE, "").replace(/<[^>]*>/g, " ");
  return text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => ENTITIES[entity] ?? "");
}
