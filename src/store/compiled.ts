/** Which code the pages were last named for. Times are in milliseconds since 1970. */
import type { D1Database, D1Result } from "@cloudflare/workers-types";
import { endAllLeases, NAMING } from "./leases.ts";
import {
  type NamedPage,
  namePages,
  type Pace,
  pausesAs,
  URGENT_PACE_MS,
  WRITTEN_AT,
} from "./page-rows.ts";

/** Empty where nothing that is stored is to be trusted: at the beginning, and when an operator says so. */
export async function readCompiled(db: D1Database): Promise<string> {
  return (await db.prepare("SELECT compiled FROM site").first<string>("compiled")) ?? "";
}

export async function isCompiledWith(db: D1Database, fingerprint: string): Promise<boolean> {
  return (await readCompiled(db)) === fingerprint;
}

/** All pages have been named for this code, or are being named. */
export function isNamedFor(compiled: string, fingerprint: string): boolean {
  return compiled === fingerprint || compiled === NAMING + fingerprint;
}

export async function setCompiled(db: D1Database, fingerprint: string): Promise<void> {
  await db.prepare("UPDATE site SET compiled = ?1").bind(fingerprint).run();
}

/** In front of a fingerprint: a full build with that code has begun, and not ended. */
const BUILDING = "building ";

export interface Building {
  /** That pages are rendered as of. */
  readonly commit: number;
  /** The oldest commit as of which this code has written pages, if their rows say that they are. */
  readonly trusted: number;
}

/**
 * Begins a full build, or goes on with one that was killed. A build for other code, or after an
 * import, is a commit of its own: what carries an older one was not written by it. Until it ends,
 * nobody publishes; a server that is started instead names all pages.
 */
export async function beginBuilding(db: D1Database, fingerprint: string): Promise<Building> {
  const begin = db
    .prepare(
      `UPDATE site SET compiled = ?2, commit_number = commit_number + 1
       WHERE compiled NOT IN (?1, ?2)`,
    )
    .bind(fingerprint, BUILDING + fingerprint);
  await db.batch([...endAllLeases(db), begin]);
  const site = await db
    .prepare('SELECT commit_number AS "commit", compiled FROM site')
    .first<{ commit: number; compiled: string }>();
  const commit = site?.commit ?? 0;
  return { commit, trusted: site?.compiled === fingerprint ? 0 : commit };
}

/**
 * Names what is stored although no row knows it: of rows that have travelled back in time, or come
 * from a backup. Nobody else would ever look at it, to take it down.
 * @param stored keys of objects
 */
export async function nameStrangers(
  db: D1Database,
  stored: readonly NamedPage[],
  now: number,
): Promise<void> {
  const pages = stored.map(({ key, lane }) => ({ key, lane: pausesAs(lane) }));
  await db
    .prepare(
      `INSERT INTO page (key, lane, named, due, urgent)
       SELECT value ->> 'key', value ->> 'lane', 1 + (SELECT commit_number FROM site), ?2, 1
       FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM page WHERE key = value ->> 'key')
       ON CONFLICT (key) DO NOTHING`,
    )
    .bind(JSON.stringify(pages), now)
    .run();
}

/** Of pages that are named by one statement: D1 refuses one that changes hundreds of thousands of rows. */
const ROWS_A_NAMING = 5000;

/** Names the pages that are rows already, in the order of their keys. */
async function* nameRows(db: D1Database, commit: number, now: number): AsyncGenerator<void> {
  const some = "SELECT key FROM page WHERE key > ?2 ORDER BY key LIMIT ?3";
  let after: string | null = "";
  while (after !== null) {
    const [, last]: readonly D1Result<{ key: string | null }>[] = await db.batch([
      db
        .prepare(
          `UPDATE page SET named = max(named, ?4), stored = NULL,
             due = iif(suspect, due, max(?1, ${WRITTEN_AT} + ${URGENT_PACE_MS}))
           WHERE key > ?2 AND key <= (SELECT max(key) FROM (${some}))`,
        )
        .bind(now, after, ROWS_A_NAMING, commit),
      db.prepare(`SELECT max(key) AS key FROM (${some})`).bind(null, after, ROWS_A_NAMING),
    ]);
    after = last?.results[0]?.key ?? null;
    if (after !== null) yield;
  }
}

/**
 * Names all pages as of a new commit number, some with each step. Interrupted anywhere, it begins
 * again: the bare fingerprint is written last. From the first statement on, no other code publishes.
 * Pages that are rows already but no longer exist become voids. What was noted of objects is forgotten:
 * the rows may have travelled back in time, or the objects be lost.
 */
export async function* nameInSteps(
  db: D1Database,
  fingerprint: string,
  pages: AsyncIterable<readonly NamedPage[]>,
  now: number,
  pace: Pace,
): AsyncGenerator<void> {
  const site = await db
    .prepare(
      `UPDATE site SET commit_number = commit_number + 1, compiled = ?1
       RETURNING commit_number AS "commit"`,
    )
    .bind(NAMING + fingerprint)
    .first<{ commit: number }>();
  const commit = site?.commit ?? 0;
  yield* nameRows(db, commit, now);
  for await (const chunk of pages) {
    if (chunk.length > 0) await db.batch(namePages(db, chunk, commit, now, pace));
    yield;
  }
  // Unless other code has begun to name all pages meanwhile.
  await db
    .prepare("UPDATE site SET compiled = ?1 WHERE compiled = ?2")
    .bind(fingerprint, NAMING + fingerprint)
    .run();
}
