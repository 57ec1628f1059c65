/** Markdown to HTML that may stand on any page. Pure; markdown-it and sanitize-html do the work. */
import MarkdownIt from "markdown-it";
import sanitizeHtml from "sanitize-html";

/** Deeper quotes and lists are left out: nobody reads them, and nesting costs time. */
const MAX_NESTING = 100;
/** A table's missing cells are filled in, so wide ones grow out of proportion: they stay text. */
const MAX_TABLE_COLUMNS = 20;
/**
 * HTML may be this much longer than its Markdown: real texts stay far below, and whatever grows more
 * is made to break pages. Shown as it was written instead.
 */
const MAX_GROWTH = 4;
/** For short texts: a link alone grows tenfold. Characters. */
const FREE_GROWTH = 2000;

// Images would load from elsewhere; one definition can be referred to thousands of times.
const OPTIONS = { html: false, linkify: true, maxNesting: MAX_NESTING };
const markdown = new MarkdownIt("default", OPTIONS).disable(["image", "reference"]);
const withoutTables = new MarkdownIt("default", OPTIONS).disable(["image", "reference", "table"]);

const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: [
    ...["p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "a"],
    ...["ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"],
    ...["table", "thead", "tbody", "tr", "th", "td"],
  ],
  allowedAttributes: { a: ["href", "rel"], ol: ["start"] },
  allowedSchemes: ["http", "https", "ftp", "mailto"],
  transformTags: { a: sanitizeHtml.simpleTransform("a", { rel: "nofollow ugc" }) },
};

export function renderMarkdown(text: string): string {
  const hasWideTable = text.split("\n").some((line) => line.split("|").length > MAX_TABLE_COLUMNS);
  const html = (hasWideTable ? withoutTables : markdown).render(text);
  if (html.length > MAX_GROWTH * text.length + FREE_GROWTH) return asWritten(text);
  return sanitizeHtml(html, ALLOWED);
}

function asWritten(text: string): string {
  return `<pre>${markdown.utils.escapeHtml(text)}</pre>`;
}
