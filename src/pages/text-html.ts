/**
 * The text of a post or comment as HTML. Pure, with a memory: a thread shows the same texts in several
 * representations, and is published again with each vote on it.
 */
import { beginningOf } from "../model/beginning.ts";
import { renderMarkdown } from "../model/markup.ts";

interface Written {
  /** Markdown. */
  readonly text: string | null;
}

/** Bounds the memory: an isolate has 128 MB. Characters of texts and HTML together. */
const MAX_CHARS = 4_000_000;

/** By text; those rendered last come last. */
const rendered = new Map<string, string>();
let chars = 0;

/** Empty for a link without a text. */
export function textHtml({ text }: Written): string {
  if (text === null) return "";
  const known = rendered.get(text);
  if (known !== undefined) return known;
  const html = renderMarkdown(text);
  rendered.set(text, html);
  chars += text.length + html.length;
  forgetOldest();
  return html;
}

/** Enough to read, little enough to render with every vote, or a hundred of them. Characters. */
const MAX_BEGINNING_CHARS = 2000;

/** The rest is on its page. */
export function beginningHtml({ text }: Written): string {
  if (text === null || text.length <= MAX_BEGINNING_CHARS) return textHtml({ text });
  return renderMarkdown(`${beginningOf(text, MAX_BEGINNING_CHARS)} …`);
}

function forgetOldest(): void {
  for (const [text, html] of rendered) {
    if (chars <= MAX_CHARS) return;
    rendered.delete(text);
    chars -= text.length + html.length;
  }
}
