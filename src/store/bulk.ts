/**
 * Writing many imported posts at once, while nothing else runs. Rows that exist are left as they
 * are, because votes may have been cast since; whatever follows from all rows is made afresh.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Community, Post } from "../model/entities.ts";
import { ALL_WINDOWS } from "../model/window.ts";
import { withoutDeparted } from "./bulk-authors.ts";
import { FILL_DOMAINS } from "./domains.ts";
import { POST_COLUMNS, toPostRow } from "./post-row.ts";
import { fromJson, jsonChunks } from "./statements.ts";

const INSERT_POSTS = `INSERT INTO post (${POST_COLUMNS})
  SELECT ${fromJson(POST_COLUMNS)} FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING`;

/** An imported community (it has no creator) is as old as its oldest post, in whatever order. */
const INSERT_COMMUNITIES = `INSERT INTO community (key, name, title, description, creator, created_at)
  SELECT ${fromJson("key, name, title, description, creator, createdAt")} FROM json_each(?1)
  WHERE true ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at
    WHERE creator = '' AND excluded.created_at < created_at`;

/**
 * One transaction.
 * @returns how many of the posts are new
 */
export async function insertPosts(
  db: D1Database,
  communities: readonly Community[],
  posts: readonly Post[],
): Promise<number> {
  const communityStatements = bindRows(db, INSERT_COMMUNITIES, communities);
  const postRows = (await withoutDeparted(db, posts)).map(toPostRow);
  const postStatements = bindRows(db, INSERT_POSTS, postRows);
  const answers = await db.batch([...communityStatements, ...postStatements]);
  return answers.slice(communityStatements.length).reduce((sum, { meta }) => sum + meta.changes, 0);
}

function bindRows(db: D1Database, sql: string, rows: readonly unknown[]): D1PreparedStatement[] {
  return jsonChunks(rows).map((json) => db.prepare(sql).bind(json));
}

/** A name that nobody can register any more. */
export interface ReservedName {
  readonly nameKey: string;
  readonly name: string;
  /** Seconds since 1970; of several, the oldest counts. */
  readonly createdAt: number;
}

/** Begun by requests that died: see intake/accounts. Who imports is alone with the databases. */
const FORGET_UNOPENED = "DELETE FROM account WHERE session_epoch < 0";

/** Without a password nobody can log in. */
const RESERVE_PEOPLE = `INSERT INTO account (name_key, name, password, created_at)
  SELECT value ->> 'nameKey', value ->> 'name', NULL, value ->> 'createdAt' FROM json_each(?1)
  WHERE true ON CONFLICT (name_key) DO UPDATE SET created_at = excluded.created_at
    WHERE password IS NULL AND excluded.created_at < created_at`;

const RESERVE_COMMUNITIES = `INSERT INTO community (name_key, name, creator, created_at)
  SELECT value ->> 'nameKey', value ->> 'name', '', value ->> 'createdAt' FROM json_each(?1)
  WHERE true ON CONFLICT (name_key) DO UPDATE SET created_at = excluded.created_at
    WHERE creator = '' AND excluded.created_at < created_at`;

/** @param accounts the database of names, which is not the one of content */
export async function reserveNames(
  accounts: D1Database,
  people: readonly ReservedName[],
  communities: readonly ReservedName[],
): Promise<void> {
  await accounts.batch([
    accounts.prepare(FORGET_UNOPENED),
    ...bindRows(accounts, RESERVE_PEOPLE, people),
    ...bindRows(accounts, RESERVE_COMMUNITIES, communities),
  ]);
}

export interface CommunityCounts {
  readonly communities: number;
  /** Of their beginnings, which an import moves to the past. Seconds since 1970. */
  readonly sum: number;
}

export async function countCommunities(db: D1Database): Promise<CommunityCounts> {
  const sql = "SELECT count(*) AS communities, total(created_at) AS sum FROM community";
  return (await db.prepare(sql).first<CommunityCounts>()) ?? { communities: 0, sum: 0 };
}

/** False after an import that was killed before `renumberListings`. */
export async function areListingsComplete(db: D1Database): Promise<boolean> {
  const missing = await db
    .prepare(
      `SELECT (SELECT count(*) FROM post) + (SELECT count(*) FROM comment)
         - (SELECT count(*) FROM entry WHERE listing IN ('/new', '/comments')) AS missing`,
    )
    .first<number>("missing");
  return missing === 0;
}

/** Whoever has pages: `personKey` of model/ids, in SQL. */
const HAS_PAGES = "author NOT GLOB '*[^A-Za-z0-9_-]*' AND length(author) BETWEEN 1 AND 30";

const COMMENTS = "(SELECT c.*, p.community FROM comment c JOIN post p ON p.id = c.post)";

const DOMAINS_OF_POSTS = `(SELECT p.id, p.created_at, d.value AS domain
  FROM post p CROSS JOIN json_each(p.domains) d)`;

/** All the chronological listings (model/listing names them), and what is in each. */
const LISTINGS = [
  { names: "/new", name: "'/new'", things: "post" },
  { names: "/r/*/new", name: "'/r/' || community || '/new'", things: "post" },
  {
    names: "/user/*/submitted",
    name: "'/user/' || lower(author) || '/submitted'",
    things: "post",
    which: HAS_PAGES,
  },
  {
    names: "/domain/*/new",
    name: "'/domain/' || domain || '/new'",
    things: DOMAINS_OF_POSTS,
  },
  { names: "/comments", name: "'/comments'", things: "comment" },
  { names: "/r/*/comments", name: "'/r/' || community || '/comments'", things: COMMENTS },
  {
    names: "/user/*/comments",
    name: "'/user/' || lower(author) || '/comments'",
    things: "comment",
    which: HAS_PAGES,
  },
];

const CLEAR = LISTINGS.map(({ names }) => `DELETE FROM entry WHERE listing GLOB '${names}'`);

const NUMBER = LISTINGS.map(
  ({ name, things, which = "true" }) => `INSERT INTO entry (listing, slot, created_at, id)
    SELECT ${name}, row_number() OVER (PARTITION BY ${name} ORDER BY created_at, id),
      created_at, id FROM ${things} WHERE ${which}`,
);

const DOMAINS = LISTINGS.findIndex(({ things }) => things === DOMAINS_OF_POSTS);
/** For store/derive, which has only these to make. */
export const CLEAR_DOMAIN_LISTINGS = CLEAR[DOMAINS] as string;
export const NUMBER_DOMAIN_LISTINGS = NUMBER[DOMAINS] as string;

const COUNT_COMMENTS = `UPDATE post SET comments = counted.visible
  FROM (SELECT post, count(*) FILTER (WHERE standing = 'visible') AS visible
    FROM comment GROUP BY post) AS counted
  WHERE counted.post = post.id AND post.comments <> counted.visible`;

const COUNT_PIECES = `UPDATE piece SET
  visible = (SELECT count(*) FROM comment c
    WHERE c.post = piece.post AND c.piece = piece.name AND c.standing = 'visible'),
  above = (SELECT c.piece FROM comment c WHERE c.id = piece.parent)`;

/**
 * Whoever has written. A name is as it was first written: SQLite takes bare columns from the row of
 * the minimum. Of a person who is there already only the karma is known better than before.
 */
const COUNT_PEOPLE = `INSERT INTO person (key, name, created_at, post_karma, comment_karma)
  SELECT lower(author), author, min(created_at), sum(post_score), sum(comment_score)
  FROM (SELECT author, created_at, score AS post_score, 0 AS comment_score FROM post
    UNION ALL SELECT author, created_at, 0, ups - downs FROM comment)
  WHERE ${HAS_PAGES} GROUP BY lower(author)
  ON CONFLICT (key) DO UPDATE SET
    created_at = min(created_at, excluded.created_at),
    post_karma = excluded.post_karma, comment_karma = excluded.comment_karma`;

/** An import that was killed had listed nothing yet when their accounts were deleted. */
const LEAVE_AGAIN = `INSERT INTO leaving (person) SELECT key FROM person p
  WHERE departure IS NOT NULL AND EXISTS (SELECT 1 FROM entry
    WHERE listing IN ('/user/' || p.key || '/submitted', '/user/' || p.key || '/comments'))
  ON CONFLICT DO NOTHING`;

/**
 * Makes afresh what follows from all posts and comments: their slots in the chronological listings,
 * the posts of every domain, the number of comments of every post, people and their karma. Marks the
 * site as not compiled: the next build, or the consumer's cron, writes every page. One transaction:
 * 400,000 entries take about 2 s.
 */
export async function renumberListings(db: D1Database): Promise<void> {
  await db.batch(renumbering().map((sql) => db.prepare(sql)));
}

/** Marked by no commit: before every other scope. */
const MARK_WINDOWS = `INSERT INTO window_dirty (scope, windows, since)
  SELECT key, ${ALL_WINDOWS}, 0 FROM community UNION ALL SELECT '', ${ALL_WINDOWS}, 0 WHERE true
  ON CONFLICT (scope) DO UPDATE SET windows = excluded.windows, since = 0`;

/** The same after an import, which leaves the order of every window to the next tick. */
export async function renumberImported(db: D1Database): Promise<void> {
  await db.batch([...renumbering(), MARK_WINDOWS].map((sql) => db.prepare(sql)));
}

function renumbering(): string[] {
  return [
    ...CLEAR,
    ...NUMBER,
    ...FILL_DOMAINS,
    COUNT_COMMENTS,
    COUNT_PIECES,
    COUNT_PEOPLE,
    LEAVE_AGAIN,
    "UPDATE site SET commit_number = commit_number + 1, compiled = ''",
  ];
}
