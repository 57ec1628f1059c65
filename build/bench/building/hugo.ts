/**
 * Hugo over the same content, as its documentation does it: a content file for each post, taxonomies
 * for communities, domains and authors, lists that it orders and cuts into pages itself. What has no
 * equal there (people, comments) is a content file a page. Layouts are beside this file.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ContentPage } from "./content.ts";
import { runTool } from "./run-tool.ts";

const LAYOUTS = "build/bench/building/hugo/layouts";

/** Nothing but the pages themselves; a slow machine may take its time for them. */
const CONFIG = {
  baseURL: "http://localhost:8787/",
  languageCode: "en",
  title: "Cairn",
  taxonomies: { community: "r", domain: "domain", author: "submitted" },
  disableKinds: ["sitemap", "RSS", "home", "404", "robotsTXT"],
  disableHugoGeneratorInject: true,
  timeout: "600s",
};
/** Files in a folder. */
const SHARD = 1000;

/** @returns what it calls itself; null where it is not installed */
export function hugoVersion(): string | null {
  const { status, stdout } = spawnSync("hugo", ["version"], { encoding: "utf8" });
  return status === 0 ? (/v[\d.]+/.exec(stdout)?.[0] ?? "") : null;
}

/** @returns a function that takes pages to write as content */
export function openHugoSite(folder: string): (pages: readonly ContentPage[]) => void {
  mkdirSync(folder, { recursive: true });
  cpSync(LAYOUTS, join(folder, "layouts"), { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(CONFIG));
  let written = 0;
  return (pages) => {
    for (const page of pages) {
      const content = page.type === "thread" ? threadOf(page) : listingOf(page);
      if (content === null) continue;
      const shard = join(folder, "content", content.section, String(Math.floor(written / SHARD)));
      const file = content.isList ? join(String(written), "_index.md") : `${written}.md`;
      const path = join(shard, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${JSON.stringify(content.params, null, 1)}\n`);
      written++;
    }
  };
}

interface Content {
  readonly section: string;
  /** Hugo finds what is on it, and cuts it into pages. */
  readonly isList: boolean;
  readonly params: object;
}

function threadOf({ path, ...page }: ContentPage & { type: "thread" }): Content {
  const { post, domains } = page;
  const places = { r: [post.community.toLowerCase()], domain: domains, submitted: [post.author] };
  const params = { title: post.title, date: post.createdAt, url: `${path}/`, ...places, ...page };
  return { section: "posts", isList: false, params };
}

/** A listing of posts in one order: `/r/cats/top/all`; the numbered pages after it are left out. */
const LISTING =
  /^(?:\/(?<taxonomy>r|domain)\/(?<term>[^/]+))?(?:\/(?<order>hot|new|top|controversial)(?:\/all)?)?(?<number>\/\d+)?$/;
const SUBMITTED = /^\/user\/[^/]+\/submitted/;

/** Null for what Hugo makes by itself: the pages of its taxonomies, and what follows on a first page. */
function listingOf({ path, ...page }: ContentPage & { type: "listing" }): Content | null {
  const groups = LISTING.exec(path === "/" ? "" : path)?.groups;
  const url = path === "/" ? "/index/" : `${path}/`;
  const title = path;
  if (SUBMITTED.test(path)) return null;
  if (!groups) return { section: "pages", isList: false, params: { title, url, ...page } };
  const { taxonomy = "", term = "", order = "hot", number } = groups;
  if (number !== undefined || (taxonomy !== "" && order === "hot")) return null;
  const params = { title, url, type: "listing", taxonomy, term, order };
  return { section: "listings", isList: true, params };
}

/** Counts what it wrote: all pages but those that only lead from `page/1` to a list's first. */
export async function runHugo(folder: string): Promise<number> {
  await runTool("hugo", ["--source", folder, "--destination", "public", "--quiet"], folder);
  return countHtml(join(folder, "public"));
}

export function countHtml(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".html") && !name.includes("/page/1/")).length;
}
