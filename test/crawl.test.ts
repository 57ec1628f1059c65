/**
 * A crawler that knows the front page and follows links: it comes to every post, however old, and
 * to nothing that is not there.
 */
import { parseFeed } from "@rowanmanning/feed-parser";
import { expect, it } from "vitest";
import type { PostId } from "../src/model/ids.ts";
import { aSubmission } from "./makers.ts";
import {
  aComment,
  aCommunity,
  aDeletion,
  aWholeSite,
  ORIGIN,
  type WholeSite,
} from "./memory/whole-site.ts";
import { seededRandom } from "./rebuild/random.ts";

const COMMUNITIES = ["Cats", "dogs", "Birds_of_Prey", "empty"];
const PEOPLE = ["ann", "Bob", "cleo", "Dan-2"];
const POSTS = 330;
/** One below the other: more levels than a page has. */
const DEEP = 25;

async function aBusySite() {
  const random = seededRandom(1);
  const site = await aWholeSite();
  await site.send(...COMMUNITIES.map((name) => aCommunity(name, `All about ${name}.`)));
  const posts = Array.from({ length: POSTS }, (_, index) => {
    const own = random.chance(0.3) ? { url: null, text: "[link](/r/cats) & *text*" } : {};
    const title = random.chance(0.1) ? `Wölfe “${index}” 犬 & <b>` : `Stone ${index}`;
    const community = random.pick(COMMUNITIES.slice(0, 3));
    return aSubmission({ community, by: random.pick(PEOPLE), title, ...own });
  });
  await site.send(...posts);
  const comments = posts
    .filter(() => random.chance(0.3))
    .map(({ post }) => aComment(post, { by: random.pick(PEOPLE) }));
  const [first] = posts as [(typeof posts)[number]];
  for (let depth = 0; depth < DEEP; depth++) {
    const parent = depth === 0 ? null : (comments.at(-1)?.comment ?? null);
    comments.push(aComment(first.post, { parent, by: random.pick(PEOPLE) }));
  }
  await site.send(...comments);
  const gone = posts.filter(() => random.chance(0.1));
  const silenced = comments.filter(() => random.chance(0.1));
  await site.send(
    ...gone.map(({ post, by }) => aDeletion({ post }, by)),
    ...silenced.map(({ comment, by }) => aDeletion({ comment }, by)),
  );
  await site.publish();
  return { site, posts: posts.filter((post) => !gone.includes(post)) };
}

interface Found {
  /** The last address, when redirects end. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly redirects: number;
  readonly text: string;
}

async function follow(site: WholeSite, path: string, redirects = 0): Promise<Found> {
  const answer = await site.get(path);
  const location = answer.headers.get("location");
  if (location !== null && redirects < 5) return follow(site, pathOf(location), redirects + 1);
  const type = answer.headers.get("content-type") ?? "";
  return { path, status: answer.status, type, redirects, text: await answer.text() };
}

function pathOf(address: string): string {
  const { pathname, search } = new URL(address, ORIGIN);
  return pathname + search;
}

/** Addresses on this site; forms are the intake's, and what is below `/assets` no page. */
function ownPaths(addresses: Iterable<string>): string[] {
  return [...addresses]
    .map((address) => address.replaceAll("&amp;", "&"))
    .filter((address) => address.startsWith(`${ORIGIN}/`) || /^\/(?!\/)/.test(address))
    .map(pathOf)
    .filter((path) => !/^\/(?:api|assets)\//.test(path));
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, address]) => String(address));
}

/** What a person can click on. */
function linksIn(html: string): string[] {
  return ownPaths(matches(html, /<a\b[^>]* href="([^"#]+)[^"]*"/g));
}

/** What programs are told of: other representations, and the one address of a page. */
function headLinksIn(html: string): string[] {
  return ownPaths(matches(html, /<link rel="(?:alternate|canonical)"[^>]* href="([^"]+)"/g));
}

function tokensIn(json: string, path: string): string[] {
  return matches(json, /"(?:before|after)":"([^"]+)"/g).map((token) => `${path}?after=${token}`);
}

/** What any representation leads to. */
function addressesIn({ text, type, path }: Found): string[] {
  if (type.startsWith("text/html")) return [...linksIn(text), ...headLinksIn(text)];
  if (type.startsWith("application/xml")) return ownPaths(matches(text, /<loc>([^<]+)</g));
  if (type.startsWith("text/plain")) return ownPaths(matches(text, /Sitemap: (.*)/g));
  if (type.startsWith("application/json")) {
    const permalinks = ownPaths(matches(text, /"permalink":"([^"]+)"/g));
    return [...permalinks, ...tokensIn(text, path.split("?")[0] ?? path)];
  }
  const { items, url } = parseFeed(text);
  return ownPaths([url, ...items.map((item) => item.url)].filter((each) => each !== null));
}

async function crawl(
  site: WholeSite,
  start: readonly string[],
  next: (found: Found) => readonly string[],
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const waiting = [...start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const answer = await follow(site, path);
    found.set(path, answer);
    waiting.push(...next(answer));
  }
  return found;
}

it("every post can be reached by links from the front page, and no address is broken", async () => {
  const { site, posts } = await aBusySite();
  const clicked = await crawl(site, ["/"], ({ text, type }) =>
    type.startsWith("text/html") ? linksIn(text) : [],
  );
  expect(missingFrom(clicked, posts)).toEqual([]);
  // Ranked listings end at 1,000 posts, so they must not be needed.
  const newest = await crawl(site, ["/"], ({ text, path }) =>
    path === "/" || /^\/new\b/.test(path) ? linksIn(text) : [],
  );
  expect(missingFrom(newest, posts)).toEqual([]);

  const told = await crawl(site, ["/", "/robots.txt"], addressesIn);
  const broken = [...told].filter(([, { status, redirects }]) => status !== 200 || redirects > 1);
  expect(broken.map(([path, { status, redirects }]) => [path, status, redirects])).toEqual([]);
  for (const path of [
    "/.rss",
    "/.json",
    "/sitemap.xml",
    "/sitemap/1.xml",
    "/user/dan-2/comments",
  ]) {
    expect([...told.keys()]).toContain(path);
  }
  expect([...told.keys()].filter((path) => path.includes("/_/"))).not.toEqual([]);
  const types = new Set([...told.values()].map(({ type }) => type.split(";")[0]));
  expect([...types].sort()).toEqual([
    "application/atom+xml",
    "application/json",
    "application/xml",
    "text/html",
    "text/plain",
  ]);
  expect(unlikeCanonical(told)).toEqual([]);
  const titles = matches(
    [...told.values()].map(({ text }) => text).join(),
    /<title>(.*)<\/title>/g,
  );
  expect(titles.filter((title) => matches(title, /(Cairn)/g).length > 1)).toEqual([]);
  const unlike = [...told.values()].filter(({ path, text }) => {
    const number = NUMBERED.exec(path)?.[1];
    return number && text.includes("<title>") && !text.includes(`, page ${number}`);
  });
  expect(unlike.map(({ path }) => path)).toEqual([]);
});

/** Not those of threads, whose ids may look like numbers. */
const NUMBERED =
  /\/(?:new|hot|-|log|submitted|top\/\w+|controversial|user\/[^/]+\/comments)\/(\d+)$/;

function missingFrom(found: ReadonlyMap<string, Found>, posts: readonly { post: PostId }[]) {
  const reached = [...found.keys()].map((path) => /\/comments\/([0-9a-z]+)\//.exec(path)?.[1]);
  return posts.filter(({ post }) => !reached.includes(post));
}

/** Pages whose canonical link is missing, or is another address than the one they were found at. */
function unlikeCanonical(found: ReadonlyMap<string, Found>): string[] {
  const pages = [...found.values()].filter(({ type }) => type.startsWith("text/html"));
  return pages
    .filter(({ path, text }) => {
      const [canonical] = matches(text, /<link rel="canonical" href="([^"]+)"/g);
      const [url] = matches(text, /<meta property="og:url" content="([^"]+)"/g);
      const [plain] = path.split("?");
      const isOwn = canonical === ORIGIN + plain && url === canonical;
      return !(path.includes("?after=") ? canonical : isOwn);
    })
    .map(({ path }) => path);
}
