/** Reads the pages that the bench has written, and gives the templates Markdown and a layout. */
import { readFileSync } from "node:fs";
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false, linkify: true });

const read = (file) => readFileSync(file, "utf8").trimEnd().split("\n").map(JSON.parse);

export default function (config) {
  config.addGlobalData("listings", () => read("listing.ndjson"));
  config.addGlobalData("threads", () => read("thread.ndjson"));
  config.addJavaScriptFunction("markdown", (text) => markdown.render(text));
  config.ignores.add("node_modules/**");
}
