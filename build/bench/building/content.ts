/**
 * The site's pages as data, for generators that write HTML of the same content: made of the JSON
 * representations of pages rendered from the same rows. Whatever has none (redirects, tombstones,
 * sitemaps, forms) is left out.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { renderPages } from "../../../src/consumer/prepare-pages.ts";
import { chunksOf } from "../../../src/model/chunks-of.ts";
import { domainsOf } from "../../../src/model/domain.ts";
import { TRUSTED_SCORE } from "../../../src/model/limits.ts";
import { parseLink } from "../../../src/model/link.ts";
import { controversialRank, hotRank } from "../../../src/model/ranking.ts";
import { parsePageToken } from "../../../src/pages/key.ts";
import type { Rendered, Site } from "../../../src/pages/page-type.ts";
import { pathOf } from "../../../src/pages/together.ts";
import { listPages } from "../../render-site.ts";

const CHUNK = 200;

/** What a line about a post shows, as templates/post-line.eta does. */
export interface PostFields {
  readonly id: string;
  readonly title: string;
  readonly href: string;
  readonly rel: string;
  readonly domain: string;
  readonly score: number;
  readonly author: string;
  readonly createdAt: string;
  readonly community: string;
  readonly path: string;
  readonly isAdult: boolean;
  readonly comments: number;
}

export interface CommentFields {
  readonly id: string;
  readonly author: string;
  readonly score: number;
  readonly createdAt: string;
  /** Markdown: each generator renders it itself. */
  readonly text: string;
  readonly postTitle: string;
  readonly postPath: string;
  readonly replies: readonly CommentFields[];
}

export type Line = { readonly post: PostFields } | { readonly comment: CommentFields };

export type ContentPage =
  | {
      readonly type: "listing";
      readonly path: string;
      readonly lines: readonly Line[];
      readonly before: string | null;
      readonly after: string | null;
    }
  | {
      readonly type: "thread";
      readonly path: string;
      readonly post: PostFields;
      /** What listings order it by, and where it is listed. */
      readonly hot: number;
      readonly controversial: number;
      readonly domains: readonly string[];
      /** Markdown. */
      readonly text: string;
      readonly comments: readonly CommentFields[];
    };

/** Of each page of the site what it shows; null for what shows nothing of the kind. */
export async function* readContent(
  db: D1Database,
  config: Site,
): AsyncGenerator<(ContentPage | null)[]> {
  for (const chunk of chunksOf(await listPages(db), CHUNK)) {
    const keys = chunk.map(({ key }) => key);
    const rendered = await renderPages({ db, config }, keys);
    const pages = [...rendered].flatMap(([key, object]) => pagesIn(key, object));
    yield pages.map(([path, page]) => contentOf(path, page));
  }
}

/** Of an object in which several are stored together, each, by its path. */
function pagesIn(key: string, object: Rendered): [string, Rendered][] {
  if (object.type !== "page") return [[key, object]];
  const byPart = Map.groupBy(object.representations, ({ part }) => part ?? null);
  return [...byPart].map(([part, representations]) => [
    pathOf({ key, part }),
    { ...object, representations },
  ]);
}

interface Thing {
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

interface Listing {
  readonly kind: "Listing";
  readonly data: {
    readonly before: string | null;
    readonly after: string | null;
    readonly children: readonly Thing[];
  };
}

function contentOf(key: string, rendered: Rendered): ContentPage | null {
  if (rendered.type !== "page" || rendered.status !== 200) return null;
  const body = rendered.representations.find(({ type }) => type === "json")?.body;
  if (body === undefined || rendered.representations[0]?.type !== "html") return null;
  const json = JSON.parse(body) as unknown;
  if (isListing(json)) return listingOf(key, [json]);
  if (!Array.isArray(json) || !json.every(isListing)) return null;
  const [posts, comments] = json as Listing[];
  const [post] = posts?.data.children ?? [];
  if (!post || !comments || key.startsWith("/duplicates/")) return listingOf(key, json);
  return {
    type: "thread",
    path: key,
    post: postFields(post),
    ...placesOf(post),
    text: String(post.data.selftext ?? ""),
    comments: commentsOf(comments),
  };
}

function isListing(json: unknown): json is Listing {
  return (json as Partial<Listing> | null)?.kind === "Listing";
}

function listingOf(path: string, listings: readonly Listing[]): ContentPage {
  const children = listings.flatMap(({ data }) => data.children);
  const lines = children.flatMap((thing): Line[] => {
    if (thing.kind === "t3") return [{ post: postFields(thing) }];
    return thing.kind === "t1" ? [{ comment: commentFields(thing) }] : [];
  });
  const [first] = listings;
  const keyOf = (token: string | null | undefined) => (token ? parsePageToken(token) : null);
  const before = keyOf(first?.data.before);
  return { type: "listing", path, lines, before, after: keyOf(first?.data.after) };
}

/** The fields are Reddit's, as src/pages/reddit-json writes them. */
function postFields({ data }: Thing): PostFields {
  const score = Number(data.score);
  return {
    id: String(data.name),
    title: String(data.title),
    href: String(data.is_self ? data.permalink : data.url),
    rel: !data.is_self && score < TRUSTED_SCORE ? "nofollow ugc" : "",
    domain: String(data.domain),
    score,
    author: String(data.author),
    createdAt: isoTime(data.created_utc),
    community: String(data.subreddit),
    path: String(data.permalink),
    isAdult: data.over_18 === true,
    comments: Number(data.num_comments),
  };
}

function placesOf({ data }: Thing) {
  const [ups, downs] = [Number(data.ups), Number(data.downs)];
  const link = data.is_self ? null : parseLink(String(data.url));
  return {
    hot: hotRank(ups, downs, Number(data.created_utc)),
    controversial: controversialRank(ups, downs),
    domains: link ? domainsOf(link) : [],
  };
}

function commentFields({ data }: Thing): CommentFields {
  return {
    id: String(data.name),
    author: String(data.author),
    score: Number(data.score),
    createdAt: isoTime(data.created_utc),
    text: String(data.body),
    postTitle: String(data.link_title),
    postPath: String(data.permalink),
    replies: isListing(data.replies) ? commentsOf(data.replies) : [],
  };
}

function commentsOf({ data }: Listing): CommentFields[] {
  return data.children.filter(({ kind }) => kind === "t1").map(commentFields);
}

function isoTime(seconds: unknown): string {
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}
