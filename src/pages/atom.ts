/**
 * What a page shows as an Atom feed (RFC 4287), for those pages that something new comes to: heads
 * of listings and threads. Pure: every time in it comes from rows. No score is in it, so that a vote
 * which moves nothing leaves a feed as it was.
 */
import { type Comment, isVisible, type Post } from "../model/entities.ts";
import {
  communityName,
  lastingLink,
  permalink,
  postUnder,
  type Surroundings,
  tombstone,
} from "./comment-line.ts";
import { threadKey } from "./key.ts";
import type { Representation, Site } from "./page-type.ts";
import { authorPath, isoTime, postPath } from "./post-line.ts";
import { renderTemplate } from "./templates.ts";
import { beginningHtml, textHtml } from "./text-html.ts";
import { contentOf, type Thing } from "./thing.ts";

export interface Feed extends Surroundings {
  readonly title: string;
  /** The site's own have its name in their titles; to all others it is added, as on their pages. */
  readonly isOfSite?: boolean;
  /** Of the page that it is a representation of. */
  readonly path: string;
  /** The page's key, where its path may change: whoever follows a feed knows it by its id. */
  readonly key?: string;
  /** When it began to be, in seconds since 1970; null where no row says so for good. */
  readonly begunAt: number | null;
  /** In their order on the page. */
  readonly things: readonly Thing[];
}

/** What XML cannot say in any way; a text can have some as `&#12;`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** The Atom representation's path; the front page's has a slash before the dot. */
export function feedPath(path: string): string {
  return `${path}.rss`;
}

export function atomFeed(feed: Feed, site: Site): Representation {
  const { title, isOfSite = false, path, key = path, begunAt, things, ...rows } = feed;
  const xml = renderTemplate("atom", {
    title: isOfSite ? title : `${title} · Cairn`,
    id: site.origin + key,
    href: site.origin + path,
    selfHref: site.origin + feedPath(path),
    updated: isoTime(things.length === 0 ? (begunAt ?? 0) : Math.max(...things.map(updatedAt))),
    entries: things.map((thing) => entryOf(thing, rows, site)),
  });
  return { type: "atom", body: xml.replace(NOT_XML, "") };
}

/** Seconds since 1970. */
function updatedAt(thing: Thing): number {
  const { createdAt, edit } = contentOf(thing);
  return edit === null ? createdAt : Math.max(createdAt, Math.floor(edit.at / 1000));
}

function entryOf(thing: Thing, rows: Surroundings, site: Site): object {
  const { author, createdAt } = contentOf(thing);
  const personPath = authorPath(author);
  return {
    author,
    authorHref: personPath && site.origin + personPath,
    published: isoTime(createdAt),
    updated: isoTime(updatedAt(thing)),
    ...(thing.type === "post" ? ofPost(thing.post, site) : ofComment(thing.comment, rows, site)),
    ...categoryOf(thing, rows),
  };
}

function categoryOf(thing: Thing, { posts, communities }: Surroundings): object {
  const post = thing.type === "post" ? thing.post : posts.get(thing.comment.post);
  if (!post) return {};
  const name = communityName(post.community, communities);
  return { community: post.community, communityLabel: `r/${name}` };
}

/** What no IRI has anywhere (RFC 3987): a percent sign begins the code of a byte. */
const NOT_IRI = /[<>"{}|\\^`]|%(?![\da-f]{2})/gi;
/** Brackets are of hosts, and one number sign begins the fragment. */
const NOT_BEYOND_HOST = /[[\]#]/g;
const PARTS = /^((?:[a-z]+:\/\/)?[^/?#]*)([^#]*)(#?)(.*)$/is;

/** Links are kept as they were written; XML takes all of them, but Atom's addresses must be IRIs. */
function iri(url: string): string {
  const [, host = "", ...beyond] = PARTS.exec(url) ?? [];
  const [path = "", mark = "", fragment = ""] = beyond;
  const escaped = [path, fragment].map((part) => part.replace(NOT_BEYOND_HOST, encodeURIComponent));
  return (host + escaped.join(mark)).replace(NOT_IRI, encodeURIComponent);
}

/** The id is the key's address, which outlives a change of what slugs look like. */
function ofPost(post: Post, { origin }: Site): object {
  const href = origin + postPath(post);
  return {
    id: origin + threadKey(post.id),
    title: post.title,
    href,
    url: post.url && iri(post.url),
    html: renderTemplate("feed-post", {
      textHtml: absolute(beginningHtml(post), href),
      url: post.url,
      href,
    }),
  };
}

function ofComment(comment: Comment, { posts }: Surroundings, { origin }: Site): object {
  const post = postUnder(comment, posts);
  const href = origin + permalink(comment, post);
  return {
    id: origin + lastingLink(comment),
    title: `${comment.author} on ${isVisible(post) ? post.title : tombstone(post)}`,
    href,
    url: null,
    html: absolute(textHtml(comment), href),
  };
}

const HAS_SCHEME = /^[a-z][a-z\d+.-]*:/i;

/**
 * Readers of feeds show the text elsewhere: what a link means depends on its page, so it is said in
 * full. The sanitiser writes `href` first, and what it escapes (`&amp;`) a URL leaves as it is.
 * @param page where the text stands
 */
function absolute(html: string, page: string): string {
  return html.replaceAll(/<a href="([^"]*)"/g, (link, href: string) => {
    const url = HAS_SCHEME.test(href) ? null : URL.parse(href, page);
    return url === null ? link : `<a href="${url.href}"`;
  });
}
