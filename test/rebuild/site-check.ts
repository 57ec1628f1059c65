/**
 * Is the stored site what a full build of the same rows would be? And do the rows follow from the
 * facts? Answers with differences in words; none means yes.
 */
import { gunzipSync } from "node:zlib";
import type { D1Database, KVNamespace, R2Bucket } from "@cloudflare/workers-types";
import { everyPage } from "../../src/consumer/name-all.ts";
import { renderPages } from "../../src/consumer/prepare-pages.ts";
import { linkFacts, NO_LINK } from "../../src/model/link-facts.ts";
import { controversialRank, hotRank } from "../../src/model/ranking.ts";
import type { Rendered, Site } from "../../src/pages/page-type.ts";
import {
  listDeployVersions,
  readDeployPage,
  readPage,
  type StoredPage,
} from "../../src/pages/storage.ts";
import { PAGE_TYPES } from "../../src/pages/table.ts";
import { placeOf } from "../../src/pages/together.ts";
import type { PostRow } from "../../src/store/post-row.ts";
import { openReads } from "../../src/store/reads.ts";
import { storedKeys } from "../stored-keys.ts";
import { IMPORTED_VOTES } from "./sent.ts";

export interface StoredSite {
  readonly db: D1Database;
  readonly pages: R2Bucket;
  readonly site: KVNamespace;
  readonly config: Site;
}

export async function siteDifferences(stored: StoredSite): Promise<string[]> {
  return [...(await pageDifferences(stored)), ...(await rowDifferences(stored.db))];
}

/** All that readers can be served, by key; without voids, which count as absent. */
export async function storedPages({
  pages,
  site,
}: Pick<StoredSite, "pages" | "site">): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const key of storedKeys(pages)) found.set(key, storedText(await readPage(pages, key)));
  for await (const [key] of listDeployVersions(site)) {
    found.set(key, storedText(await readDeployPage(site, key)));
  }
  for (const [key, content] of found) if (content === VOID) found.delete(key);
  return found;
}

async function pageDifferences({ db, pages, site, config }: StoredSite): Promise<string[]> {
  const found = await storedPages({ pages, site });
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
  for (const key of found.keys()) {
    if (!rebuilt.has(key)) differences.push(`${key} should not exist`);
  }
  for (const type of PAGE_TYPES.flatMap(({ types = [] }) => types)) {
    for await (const path of type.every(openReads(db))) {
      if (!rebuilt.has(placeOf(path).key)) differences.push(`${path} has no object to be in`);
    }
  }
  return differences;
}

const VOID = "void";

/** All that a reader can be served from a rendered page, as one text. */
function textOf(page: Rendered): string {
  if (page.type === "void") return VOID;
  if (page.type === "redirect") return `${page.status} ${page.location}`;
  const bodies = page.representations.map(
    ({ type, sort, part, body }) => `${type} ${sort} ${part}\n${body}`,
  );
  return [page.status, page.path, page.sessionEpoch, ...bodies].join("\n");
}

/** What is served of one page, which may be a part of another one's object. */
export async function pageText(pages: R2Bucket, path: string): Promise<string> {
  const { key, part } = placeOf(path);
  const page = await readPage(pages, key);
  if (!page) return VOID;
  const representations = page.head.representations.filter((each) => (each.part ?? null) === part);
  return storedText({ ...page, head: { ...page.head, representations } });
}

/** The same of a stored one, decompressed. */
export function storedText(page: StoredPage | null): string {
  if (!page) return VOID;
  const { status, path, location, sessionEpoch, representations } = page.head;
  if (location !== null) return `${status} ${location}`;
  if (representations.length === 0) return VOID;
  const bodies = representations.map(({ type, sort, part, offset, length }) => {
    const body = gunzipSync(new Uint8Array(page.body, offset, length)).toString();
    return `${type} ${sort} ${part}\n${body}`;
  });
  return [status, path, sessionEpoch, ...bodies].join("\n");
}

/**
 * What is in one and not in the other, or twice.
 * @param facts selects `own`: the name of a private listing, a space, and what should be in it
 */
function symmetricDifference(facts: string, listings: string): string {
  const entries = `SELECT listing || ' ' || id AS own FROM entry WHERE id <> '' AND (${listings})`;
  return `SELECT own FROM (SELECT own, 1 AS n FROM (${facts}) UNION ALL
    SELECT own, -1 FROM (${entries})) GROUP BY own HAVING sum(n) <> 0 OR count(*) <> 2`;
}

const DEPARTED = "(SELECT key FROM person WHERE departure IS NOT NULL)";

/** The verdict of a thing, if it has one, allows it to be seen. */
const IS_ALLOWED = "coalesce(data ->> '$.verdict.kind', 'approved') = 'approved'";

/** Of what was imported, votes are numbers only. */
const IS_IMPORTED = "GLOB 'im*'";
const importedVotes = (kind: "ups" | "downs") => {
  const votes = IMPORTED_VOTES.map((each, digit) => `WHEN '${digit}' THEN ${each[kind]}`);
  return `CASE iif(id ${IS_IMPORTED}, substr(id, -1), '') ${votes.join(" ")} ELSE 0 END`;
};
const IMPORTED_UPS = importedVotes("ups");
const IMPORTED_DOWNS = importedVotes("downs");

const JUDGED = `(SELECT 't3_' || id AS name, 't3_' || id AS thing, author, standing, data FROM post
  UNION ALL SELECT 't1_' || id, 't1_' || id, author, standing, data FROM comment)`;
/** What inboxes say of verdicts, in the order in which it came. */
const TOLD = `(SELECT a.thing, a.kind, a.at, e.slot FROM entry e JOIN act a ON e.id = 'mo_' || a.event
  WHERE a.thing <> '')`;
const LAST_TOLD = `coalesce((SELECT kind FROM ${TOLD} t WHERE t.thing = j.name
  ORDER BY slot DESC LIMIT 1), '')`;
/** Nobody is told of what they do themselves. */
const didThemselves = (kind: "approved" | "removed") => `EXISTS (SELECT 1 FROM act a
  WHERE a.thing = j.name AND a.kind = '${kind}' AND lower(a.by) = lower(j.author))`;

/** Rows that do not follow from the facts: each query finds what is wrong, and should find nothing. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  "post and its votes": `SELECT id FROM post WHERE score <> ups - downs
    OR ups - ${IMPORTED_UPS} <> (SELECT count(*) FROM vote WHERE post = id AND value = 1)
    OR downs - ${IMPORTED_DOWNS} <> (SELECT count(*) FROM vote WHERE post = id AND value = -1)`,
  "votes that are never counted": "SELECT post FROM tally",
  "comment and its votes": `SELECT id FROM comment WHERE
    ups - ${IMPORTED_UPS} <>
      (SELECT count(*) FROM comment_vote WHERE comment = id AND value = 1)
    OR downs - ${IMPORTED_DOWNS} <>
      (SELECT count(*) FROM comment_vote WHERE comment = id AND value = -1)`,
  "post and its number of comments": `SELECT id FROM post p WHERE comments <>
    (SELECT count(*) FROM comment c WHERE c.post = p.id AND c.standing = 'visible')`,
  "karma of posts": `SELECT key FROM person WHERE post_karma <>
    coalesce((SELECT sum(ups - downs) FROM post WHERE lower(author) = key), 0)
    AND departure IS NULL`,
  "karma of comments": `SELECT key FROM person WHERE comment_karma <>
    coalesce((SELECT sum(ups - downs) FROM comment WHERE lower(author) = key), 0)
    AND departure IS NULL`,
  "standing and verdict": `SELECT id FROM (SELECT id, standing, data FROM post UNION ALL
    SELECT id, standing, data FROM comment)
    WHERE standing = 'visible' AND NOT ${IS_ALLOWED} OR standing = 'removed' AND ${IS_ALLOWED}`,
  "verdicts and the log": `SELECT thing FROM act a WHERE kind IN ('approved', 'removed', 'spam')
    AND (at, event) > (SELECT data ->> '$.verdict.at', data ->> '$.verdict.event' FROM
      (SELECT 't3_' || id AS name, data FROM post UNION ALL SELECT 't1_' || id, data FROM comment)
      WHERE name = a.thing)`,
  "open reports": `SELECT thing FROM report r JOIN
    (SELECT 't3_' || id AS name, standing, data FROM post UNION ALL
     SELECT 't1_' || id, standing, data FROM comment) ON name = thing
    WHERE is_open <> (standing = 'visible' AND (data ->> '$.verdict.at' IS NULL
      OR (r.at, r.event) > (data ->> '$.verdict.at', data ->> '$.verdict.event')))`,
  "acts and logs": symmetricDifference(
    "SELECT '/r/' || community || '/about/log lg_' || event AS own FROM act WHERE by <> ''",
    "listing GLOB '*/about/log'",
  ),
  "what was written": symmetricDifference(
    // Who has an account has voted for what they wrote; imported authors have not.
    `SELECT '~' || lower(author) || '/written t3_' || id AS own FROM post
       JOIN vote v ON v.post = post.id AND v.user = author WHERE id NOT ${IS_IMPORTED} UNION ALL
     SELECT '~' || lower(author) || '/written t1_' || id FROM comment
       JOIN comment_vote v ON v.comment = comment.id AND v.user = author WHERE id NOT ${IS_IMPORTED}`,
    "listing GLOB '~*/written'",
  ),
  "nothing of who has left": `SELECT key FROM person JOIN
      (SELECT lower(author) AS left_by FROM post UNION ALL SELECT lower(author) FROM comment
       UNION ALL SELECT person FROM mark UNION ALL SELECT person FROM leaving) ON left_by = key
    WHERE departure IS NOT NULL`,
  "no role of who has left": `SELECT key FROM person JOIN
      (SELECT person AS left_by FROM role UNION ALL SELECT lower(creator) FROM community
       UNION ALL SELECT lower(user) FROM refusal) ON left_by = key
    WHERE departure IS NOT NULL`,
  "no listing of who has left": `SELECT listing FROM entry JOIN person
      ON listing GLOB '~' || key || '/*' OR listing GLOB '/user/' || key || '/*'
    WHERE departure IS NOT NULL`,
  "left behind by nobody who has left": `SELECT person FROM left_behind
    WHERE person NOT IN ${DEPARTED}`,
  slots: `SELECT listing || ' ' || id FROM (SELECT e.*, row_number() OVER
    (PARTITION BY listing ORDER BY created_at, id) AS place FROM entry e WHERE listing < '~')
    WHERE slot <> place`,
  "slots of private listings": `SELECT listing FROM entry WHERE listing >= '~'
    GROUP BY listing HAVING count(*) <> max(slot) OR min(slot) <> 1`,
  "votes and what is liked": symmetricDifference(
    `SELECT '~' || lower(user) || iif(value = 1, '/liked ', '/disliked ') || 't3_' || post AS own
       FROM vote WHERE value <> 0 AND lower(user) NOT IN ${DEPARTED} UNION ALL
     SELECT '~' || lower(user) || iif(value = 1, '/liked ', '/disliked ') || 't1_' || comment
       FROM comment_vote WHERE value <> 0 AND lower(user) NOT IN ${DEPARTED}`,
    "listing GLOB '~*liked'",
  ),
  "marks and what is saved": symmetricDifference(
    "SELECT '~' || person || '/' || kind || ' ' || thing AS own FROM mark WHERE is_set = 1",
    "listing GLOB '~*/saved' OR listing GLOB '~*/hidden'",
  ),
  "answers, refusals and the inbox": symmetricDifference(
    `SELECT '~' || lower(user) || '/inbox no_' || event AS own FROM refusal UNION ALL
     SELECT '~' || lower(coalesce(a.author, p.author)) || '/inbox re_' || c.id FROM comment c
       JOIN post p ON p.id = c.post LEFT JOIN comment a ON a.id = c.parent
       WHERE c.id NOT ${IS_IMPORTED}
       AND lower(coalesce(a.author, p.author)) <> lower(c.author) AND (c.standing <> 'deleted'
         OR EXISTS (SELECT 1 FROM entry e WHERE e.id = 're_' || c.id))
       AND coalesce(a.author, p.author) <> '[deleted]'`,
    "listing GLOB '~*/inbox' AND id NOT GLOB 'mo_*'",
  ),
  "acts and the inbox": symmetricDifference(
    `SELECT '~' || lower(person) || '/inbox mo_' || event AS own FROM act
       WHERE person <> '' AND lower(person) <> lower(by) AND lower(person) NOT IN ${DEPARTED}
     UNION ALL SELECT e.listing || ' ' || e.id FROM entry e JOIN act a ON e.id = 'mo_' || a.event
       WHERE a.kind IN ('removed', 'approved')`,
    "listing GLOB '~*/inbox' AND id GLOB 'mo_*'",
  ),
  "told of a removal, and not of the approval": `SELECT name FROM ${JUDGED} j
    WHERE standing = 'visible' AND ${LAST_TOLD} = 'removed' AND NOT ${didThemselves("approved")}`,
  "removed, and its author was not told": `SELECT name FROM ${JUDGED} j
    WHERE standing = 'removed' AND data ->> '$.verdict.kind' = 'removed'
      AND EXISTS (SELECT 1 FROM person WHERE key = lower(author))
      AND ${LAST_TOLD} <> 'removed' AND NOT ${didThemselves("removed")}`,
  "told twice of a removal": `SELECT thing FROM (SELECT thing, kind, at,
      lag(kind) OVER (PARTITION BY thing ORDER BY slot) AS before,
      lag(at) OVER (PARTITION BY thing ORDER BY slot) AS since FROM ${TOLD}) t
    WHERE kind = before AND NOT EXISTS (SELECT 1 FROM act a WHERE a.thing = t.thing
      AND a.kind <> t.kind AND a.kind <> 'spam' AND a.at BETWEEN since AND t.at)`,
  "listings of posts": `SELECT id FROM post WHERE iif(author = '[deleted]', 2, 3) + json_array_length(domains) <>
    (SELECT count(*) FROM entry e WHERE e.id = post.id)`,
  "listings of domains": `SELECT p.id || ' ' || d.value FROM post p, json_each(p.domains) d
    WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = p.id
      AND e.listing = '/domain/' || d.value || '/new')`,
  "posts of domains": `SELECT p.id || ' ' || d.value FROM post p, json_each(p.domains) d
    WHERE (p.standing = 'visible') <> EXISTS (SELECT 1 FROM domain_post o
      WHERE o.domain = d.value AND o.id = p.id AND o.hot = p.hot AND o.created_at = p.created_at)`,
  "as many as there are": `SELECT 'domain_post' WHERE (SELECT count(*) FROM domain_post) <>
    (SELECT coalesce(sum(json_array_length(domains)), 0) FROM post WHERE standing = 'visible')`,
  "listings of comments": `SELECT id FROM comment WHERE iif(author = '[deleted]', 2, 3) <>
    (SELECT count(*) FROM entry e WHERE e.id = comment.id)`,
  "pieces and their comments": `SELECT p.post || ' ' || p.name FROM piece p WHERE comments <>
    (SELECT count(*) FROM comment c WHERE c.post = p.post AND c.piece = p.name)`,
  "pieces and what is visible in them": `SELECT p.post || ' ' || p.name FROM piece p
    WHERE visible <> (SELECT count(*) FROM comment c WHERE c.post = p.post AND c.piece = p.name
      AND c.standing = 'visible')
    OR above IS NOT (SELECT c.piece FROM comment c WHERE c.id = p.parent)`,
  "comments and their pieces": `SELECT id FROM comment c WHERE NOT EXISTS
    (SELECT 1 FROM piece p WHERE p.post = c.post AND p.name = c.piece)`,
};

export async function rowDifferences(db: D1Database): Promise<string[]> {
  const differences: string[] = [];
  for (const [fact, sql] of Object.entries(CONTRADICTIONS)) {
    const { results } = await db.prepare(sql).all<Record<string, unknown>>();
    for (const row of results) differences.push(`${fact}: ${Object.values(row)[0]}`);
  }
  const { results: posts } = await db.prepare("SELECT * FROM post").all<PostRow>();
  for (const { id, ups, downs, hot, controversial, created_at, ...row } of posts) {
    if (hot !== hotRank(ups, downs, created_at)) differences.push(`hot rank: ${id}`);
    const rank = controversialRank(ups, downs);
    if (controversial !== Number(rank.toFixed(6))) differences.push(`controversial rank: ${id}`);
    const { linkKey, domains } = linkFacts(row.url) ?? NO_LINK;
    if (row.link_key !== linkKey) differences.push(`key of the link: ${id}`);
    if (row.domains !== JSON.stringify(domains)) differences.push(`domains: ${id}`);
  }
  return differences;
}
