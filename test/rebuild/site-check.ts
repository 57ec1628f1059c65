/**
 * Is the stored site what a full build of the same rows would be? And do the rows follow from the
 * facts? Answers with differences in words; none means yes.
 */
import { gunzipSync } from "node:zlib";
import type { D1Database, KVNamespace, R2Bucket } from "@cloudflare/workers-types";
import { everyPage } from "../../src/consumer/name-all.ts";
import { renderPages } from "../../src/consumer/publish-stale.ts";
import { hotRank } from "../../src/model/ranking.ts";
import type { Rendered, Site } from "../../src/pages/page-type.ts";
import {
  listDeployVersions,
  listVersions,
  readDeployPage,
  readPage,
  type StoredPage,
} from "../../src/pages/storage.ts";
import { openReads } from "../../src/store/reads.ts";

export interface StoredSite {
  readonly db: D1Database;
  readonly pages: R2Bucket;
  readonly site: KVNamespace;
  readonly config: Site;
}

export async function siteDifferences(stored: StoredSite): Promise<string[]> {
  return [...(await pageDifferences(stored)), ...(await rowDifferences(stored.db))];
}

async function pageDifferences({ db, pages, site, config }: StoredSite): Promise<string[]> {
  const found = new Map<string, string>();
  for await (const [key] of listVersions(pages)) found.set(key, text(await readPage(pages, key)));
  for await (const [key] of listDeployVersions(site)) {
    found.set(key, text(await readDeployPage(site, key)));
  }
  const keys: string[] = [];
  for await (const { key } of everyPage(openReads(db))) keys.push(key);
  const rebuilt = await renderPages({ db, config }, keys);
  const differences: string[] = [];
  for (const key of keys) {
    const fresh = rebuilt.get(key);
    if (!fresh || fresh.type === "void") differences.push(`${key} is listed but is a void`);
    else if (found.get(key) !== textOf(fresh)) {
      differences.push(`${key} ${found.has(key) ? "differs" : "is missing"}`);
    }
  }
  for (const [key, content] of found) {
    if (content !== VOID && !rebuilt.has(key)) differences.push(`${key} should not exist`);
  }
  return differences;
}

const VOID = "void";

/** All that a reader can be served from a rendered page, as one text. */
function textOf(page: Rendered): string {
  if (page.type === "void") return VOID;
  if (page.type === "redirect") return `${page.status} ${page.location}`;
  const bodies = page.representations.map(({ type, body }) => `${type}\n${body}`);
  return [page.status, page.path, ...bodies].join("\n");
}

/** The same of a stored one, decompressed. */
function text(page: StoredPage | null): string {
  if (!page) return VOID;
  const { status, path, location, representations } = page.head;
  if (location !== null) return `${status} ${location}`;
  if (representations.length === 0) return VOID;
  const bodies = representations.map(({ type, offset, length }) => {
    const body = gunzipSync(new Uint8Array(page.body, offset, length)).toString();
    return `${type}\n${body}`;
  });
  return [status, path, ...bodies].join("\n");
}

interface CountedPost {
  readonly id: string;
  readonly ups: number;
  readonly downs: number;
  readonly score: number;
  readonly hot: number;
  readonly createdAt: number;
  readonly upvotes: number;
  readonly downvotes: number;
}

/** Sums, ranks and slots against the votes and posts they follow from. */
async function rowDifferences(db: D1Database): Promise<string[]> {
  const { results: posts } = await db
    .prepare(
      `SELECT id, ups, downs, score, hot, created_at AS createdAt,
         (SELECT count(*) FROM vote WHERE post = id AND value = 1) AS upvotes,
         (SELECT count(*) FROM vote WHERE post = id AND value = -1) AS downvotes FROM post`,
    )
    .all<CountedPost>();
  const wrong = posts.filter(
    ({ ups, downs, score, hot, createdAt, upvotes, downvotes }) =>
      ups !== upvotes ||
      downs !== downvotes ||
      score !== ups - downs ||
      hot !== hotRank(ups, downs, createdAt),
  );
  const { results: slots } = await db
    .prepare(
      `SELECT listing, slot, id FROM (
         SELECT e.*, row_number() OVER (PARTITION BY listing ORDER BY created_at, id) AS place
         FROM entry e) WHERE slot <> place`,
    )
    .all<{ listing: string; slot: number; id: string }>();
  const { results: unlisted } = await db
    .prepare("SELECT id FROM post WHERE (SELECT count(*) FROM entry e WHERE e.id = post.id) <> 2")
    .all<{ id: string }>();
  return [
    ...wrong.map((post) => `does not follow from its votes: ${JSON.stringify(post)}`),
    ...slots.map(({ listing, slot, id }) => `${id} is in slot ${slot} of ${listing}`),
    ...unlisted.map(({ id }) => `${id} is not in its two chronological listings`),
  ];
}
