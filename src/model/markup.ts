/** Markdown to HTML that may stand on any page. Pure; markdown-it and sanitize-html do the work. */
import MarkdownIt from "markdown-it";
import sanitizeHtml from "sanitize-html";

/** Quotes and lists nested deeper are shown flat: nobody reads them, and nesting costs time. */
const MAX_NESTING = 20;

const markdown = new MarkdownIt("default", {
  html: false,
  linkify: true,
  maxNesting: MAX_NESTING,
}).disable("image");

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
  return sanitizeHtml(markdown.render(text), ALLOWED);
}
