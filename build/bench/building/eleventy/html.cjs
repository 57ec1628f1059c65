/** What both templates share: the frame of a page, and lines of posts and comments. */

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => ESCAPES[character]);

function frame(title, path, body) {
  const address = `http://localhost:8787${path}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escape(title)} · Cairn</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/assets/1/site.css">
<link rel="icon" href="/assets/1/cairn.svg" type="image/svg+xml">
<script src="/assets/1/site.js" type="module"></script>
<link rel="canonical" href="${escape(address)}">
<meta property="og:url" content="${escape(address)}">
<meta property="og:site_name" content="Cairn">
<meta property="og:title" content="${escape(title)}">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="site">
<a class="logo" href="/">Cairn</a>
<nav aria-label="Site">
<a href="/new">new</a>
<a href="/top/all">top</a>
<a href="/comments">comments</a>
<a href="/r">communities</a>
<a class="do" href="/submit">submit</a>
</nav>
<div class="me" id="me"><noscript><a href="/me/inbox">inbox</a></noscript> <a href="/login">log in</a> <a href="/register">register</a></div>
</header>
<main id="main">
${body}
</main>
<p id="status" role="status"></p>
<footer>
<a href="/about">about</a>
</footer>
</body>
</html>
`;
}

const by = ({ author }) => `<a class="by" href="/user/${escape(author)}">${escape(author)}</a>`;
const time = ({ createdAt }) => `<time datetime="${createdAt}">${createdAt.slice(0, 10)}</time>`;
const more = ({ id }) => `<a href="/api/thing?id=${escape(id)}">more</a>`;
const vote = ({ id, score }) =>
  `<form class=vote method=post action=/api/vote><input type=hidden name=id value="${escape(id)}"><button name=dir value=1>upvote</button> <output>${score}</output> <button name=dir value=-1>downvote</button></form>`;

function postLine(post) {
  const domain = escape(post.domain);
  const community = escape(post.community);
  return `<article class="entry">
<h2><a class="title" dir="auto" href="${escape(post.href)}"${post.rel ? ` rel="${post.rel}"` : ""}>${escape(post.title)}</a> <small><a href="/domain/${domain}">${domain}</a></small></h2>
<p class="facts">${post.isAdult ? "<strong>NSFW</strong> " : ""}${time(post)} by ${by(post)} in <a href="/r/${community}">${community}</a> ·&nbsp;<a href="${escape(post.path)}">${post.comments} comments</a> ·&nbsp;${more(post)}</p>
${vote(post)}
</article>`;
}

function commentLine(comment, markdown) {
  const path = escape(comment.postPath);
  return `<article class="entry" id="${escape(comment.id)}">
<p class="facts">${by(comment)} <a href="${path}">${time(comment)}</a> on <a class="title" dir="auto" href="${path}">${escape(comment.postTitle)}</a> ·&nbsp;${more(comment)}</p>
${vote(comment)}
<div class="text" dir="auto">${markdown(comment.text)}</div>
</article>`;
}

function commentTree(comment, markdown) {
  const id = escape(comment.id);
  const replies = comment.replies.map((reply) => commentTree(reply, markdown)).join("");
  return `<article id="${id}">
${vote(comment)}
<details open><summary>${by(comment)} <a href="#${id}">${time(comment)}</a></summary><div class=text dir=auto>${markdown(comment.text)}</div><p><a class=reply href="/api/comment?parent=${id}">reply</a> ${more(comment)}
${replies}
</details></article>`;
}

module.exports = { escape, frame, postLine, commentLine, commentTree };
