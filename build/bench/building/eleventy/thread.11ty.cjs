/** Posts with their comments. */
const { escape, frame, postLine, commentTree } = require("./html.cjs");

exports.data = {
  pagination: { data: "threads", size: 1, alias: "thread" },
  permalink: ({ thread }) => `${thread.path}/`,
};

exports.render = function ({ thread: { path, post, text, comments } }) {
  const community = escape(post.community);
  const body = `<p class="up"><a href="/r/${community}">r/${community}</a></p>
${postLine(post)}
${text ? `<div class="text" dir="auto">${this.markdown(text)}</div>` : ""}
<form class="answer" method="post" action="/api/comment">
<input type="hidden" name="link" value="${escape(post.id)}"><input type="hidden" name="parent" value="${escape(post.id)}">
<textarea name="text" rows="3" required dir="auto" aria-label="Comment"></textarea>
<button>Comment</button> <button type="reset">cancel</button>
</form>
<div class="heading" id="comments"><h2>${post.comments} comments</h2></div>
${comments.map((comment) => commentTree(comment, this.markdown)).join("")}`;
  return frame(post.title, path, body);
};
