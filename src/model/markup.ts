/** Markdown to HTML that may stand on any page. Pure; markdown-it and sanitize-html do the work. */
import createMarkdownIt, { type MarkdownIt, type StateCore, type Token } from "markdown-it";
import sanitizeHtml from "sanitize-html";

/**
 * Deeper quotes are left out, and lists, of which each takes two: nobody reads them (of 30,000 real
 * texts none has ten), and each level costs time, for every line below it.
 */
const MAX_NESTING = 20;
/** A table's missing cells are filled in, so wide ones grow out of proportion: they stay text. */
const MAX_TABLE_COLUMNS = 20;
/**
 * HTML may be this much longer than its Markdown: real texts stay far below, and whatever grows more
 * is made to break pages. Shown as it was written instead.
 */
const MAX_GROWTH = 4;
/** For short texts: a link alone grows tenfold. Characters. */
const FREE_GROWTH = 2000;

/** Of addresses that may become links; what has no scheme leads to this site, or is `//host`. */
const SCHEMES = ["http", "https", "ftp", "mailto"];

const OPTIONS = { html: false, linkify: true, maxNesting: MAX_NESTING };
const markdown = aRenderer();
const withoutTables = aRenderer("table");

/** Images would load from elsewhere; one definition can be referred to thousands of times. */
function aRenderer(...disabled: readonly string[]): MarkdownIt {
  const renderer = createMarkdownIt("default", OPTIONS).disable([
    "image",
    "reference",
    ...disabled,
  ]);
  // What may not become a link stays as it was written.
  renderer.validateLink = (address) => {
    const scheme = /^([a-z][a-z0-9.+-]*):/i.exec(address)?.[1];
    return scheme === undefined || SCHEMES.includes(scheme.toLowerCase());
  };
  renderer.core.ruler.after("inline", "readable_links", makeLinksReadable);
  return renderer;
}

/** An image is a link to it, without the `!` before it; a link without words shows its address. */
function makeLinksReadable(state: StateCore): void {
  for (const block of state.tokens) {
    block.children &&= block.children.flatMap((token, index, all) => {
      const next = all[index + 1];
      if (token.type === "text" && next && isWrittenLink(next)) {
        token.content = token.content.replace(/!$/, "");
      }
      const isEmpty = token.type === "link_open" && next?.type === "link_close";
      return isEmpty ? [token, addressOf(token, state)] : [token];
    });
  }
}

function addressOf(link: Token, { Token }: StateCore): Token {
  const address = new Token("text", "", 0);
  address.content = String(link.attrGet("href"));
  address.level = link.level + 1;
  return address;
}

/** `[words](address)`, not `<address>`. */
function isWrittenLink({ type, info }: Token): boolean {
  return type === "link_open" && info !== "auto";
}

/** The page has its own first heading. */
const LOWER_HEADINGS = { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6" };

const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: [
    ...["p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "a"],
    ...["ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"],
    ...["table", "thead", "tbody", "tr", "th", "td"],
  ],
  allowedAttributes: { a: ["href", "rel"], ol: ["start"] },
  allowedSchemes: SCHEMES,
  transformTags: {
    a: sanitizeHtml.simpleTransform("a", { rel: "nofollow ugc" }),
    ...LOWER_HEADINGS,
  },
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
