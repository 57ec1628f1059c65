/** Posts are Markdown files; listings are data that one template pages through. */
import { readFileSync } from "node:fs";
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false, linkify: true });

export default function (config) {
  config.setLibrary("md", markdown);
  config.addFilter("markdown", (text) => markdown.render(text));
  config.addGlobalData("listings", () =>
    readFileSync("listings.ndjson", "utf8").trimEnd().split("\n").map(JSON.parse),
  );
  config.ignores.add("node_modules/**");
}

/** What people wrote is no template. */
export const config = { markdownTemplateEngine: false };
