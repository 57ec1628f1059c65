/** The text of a post or comment as HTML, made once however many representations show it. Pure. */
import { renderMarkdown } from "../model/markup.ts";

interface Written {
  /** Markdown. */
  readonly text: string | null;
}

/** Rows are read anew for every publication, so that nothing stays here for long. */
const rendered = new WeakMap<Written, string>();

/** Empty for a link without a text. */
export function textHtml(thing: Written): string {
  const known = rendered.get(thing);
  if (known !== undefined) return known;
  const html = thing.text === null ? "" : renderMarkdown(thing.text);
  rendered.set(thing, html);
  return html;
}
