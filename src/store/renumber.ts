/**
 * What follows from all posts and comments, made afresh after an import or a restore, while nothing
 * else runs: their slots, the posts of each domain, counts, people and their karma.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { ALL_WINDOWS } from "../model/window.ts";
import { FILL_DOMAINS } from "./domains.ts";

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
