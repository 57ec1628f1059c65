/** Which code the pages were last named for. */
import type { D1Database } from "@cloudflare/workers-types";
import { NAMING, type NamedPage, namePages, type Pace, URGENT_PACE_MS } from "./page-rows.ts";

export async function isCompiledWith(db: D1Database, fingerprint: string): Promise<boolean> {
  return (await readCompiled(db)) === fingerprint;
}

/** All pages have been named for this code, or are being named. */
export async function isPublishedBy(db: D1Database, fingerprint: string): Promise<boolean> {
  const compiled = await readCompiled(db);
  return compiled === fingerprint || compiled === NAMING + fingerprint;
}

async function readCompiled(db: D1Database): Promise<string | undefined> {
  const row = await db.prepare("SELECT compiled FROM site").first<{ compiled: string }>();
  return row?.compiled;
}

export async function setCompiled(db: D1Database, fingerprint: string): Promise<void> {
  await db.prepare("UPDATE site SET compiled = ?1").bind(fingerprint).run();
}

/** In front of a fingerprint: a full build with that code has begun, and not ended. */
const BUILDING = "building ";

/** Until the build ends, nobody publishes; a server that is started instead names all pages. */
export async function beginBuilding(db: D1Database, fingerprint: string): Promise<void> {
  await setCompiled(db, BUILDING + fingerprint);
}

/**
 * The oldest commit as of which this code has written pages that are still right, if their rows say
 * so: 0 where all pages have been named for it; `commit` after a build that was killed.
 */
export async function oldestTrusted(
  db: D1Database,
  fingerprint: string,
  commit: number,
): Promise<number> {
  const compiled = await readCompiled(db);
  if (compiled === fingerprint) return 0;
  return compiled === BUILDING + fingerprint ? commit : Number.MAX_SAFE_INTEGER;
}

/**
 * Names all pages as of a new commit number. Interrupted anywhere, it begins again: the bare
 * fingerprint is written last. From the first statement on, no other code publishes. Pages that are
 * rows already but no longer exist become voids.
 */
export async function nameAll(
  db: D1Database,
  fingerprint: string,
  pages: AsyncIterable<readonly NamedPage[]>,
  now: number,
  pace: Pace,
): Promise<void> {
  const [, , site] = await db.batch<{ commit: number }>([
    db
      .prepare("UPDATE site SET commit_number = commit_number + 1, compiled = ?1")
      .bind(NAMING + fingerprint),
    db
      .prepare(
        `UPDATE page SET named = (SELECT commit_number FROM site), due =
           CASE WHEN lease IS NULL THEN max(?1, written_at + ${URGENT_PACE_MS}) ELSE due END`,
      )
      .bind(now),
    db.prepare('SELECT commit_number AS "commit" FROM site'),
  ]);
  const commit = site?.results[0]?.commit ?? 0;
  for await (const chunk of pages) await db.batch(namePages(db, chunk, commit, now, pace, false));
  // Unless other code has begun to name all pages meanwhile.
  await db
    .prepare("UPDATE site SET compiled = ?1 WHERE compiled = ?2")
    .bind(fingerprint, NAMING + fingerprint)
    .run();
}
