/** Listings of posts and comments. */
const { escape, frame, postLine, commentLine } = require("./html.cjs");

exports.data = {
  pagination: { data: "listings", size: 1, alias: "listing" },
  permalink: ({ listing }) => (listing.path === "/" ? "/index/" : `${listing.path}/`),
};

exports.render = function ({ listing: { path, lines, before, after } }) {
  const items = lines.map(({ post, comment }) => {
    const line = post ? postLine(post) : commentLine(comment, this.markdown);
    return `<li>\n${line}\n</li>\n`;
  });
  const pager = `<nav class="pager" aria-label="Pages">
${before ? `<a href="${escape(before)}" rel="prev">← newer</a>` : ""}
${after ? `<a href="${escape(after)}" rel="next">older →</a>` : ""}
</nav>`;
  return frame(path, path, `<h1>${escape(path)}</h1>\n<ol>\n${items.join("")}</ol>\n${pager}`);
};
