/** Which code the pages were last named for. */
import type { D1Database } from "@cloudflare/workers-types";
import { readCommitNumber } from "./commit.ts";
import { type NamedPage, namePages, type Pace, URGENT_PACE_MS } from "./page-rows.ts";

export async function isCompiledWith(db: D1Database, fingerprint: string): Promise<boolean> {
  const row = await db.prepare("SELECT compiled FROM site").first<{ compiled: string }>();
  return row?.compiled === fingerprint;
}

export async function setCompiled(db: D1Database, fingerprint: string): Promise<void> {
  await db.prepare("UPDATE site SET compiled = ?1").bind(fingerprint).run();
}

/**
 * Names all pages as of a new commit number. Interrupted anywhere, it begins again: the fingerprint
 * is written last. Pages that are rows already but no longer exist become voids.
 */
export async function nameAll(
  db: D1Database,
  fingerprint: string,
  pages: AsyncIterable<readonly NamedPage[]>,
  now: number,
  pace: Pace,
): Promise<void> {
  await db.prepare("UPDATE site SET commit_number = commit_number + 1").run();
  const commit = await readCommitNumber(db);
  await db
    .prepare(
      `UPDATE page SET named = ?1, due =
         CASE WHEN lease IS NULL THEN max(?2, written_at + ${URGENT_PACE_MS}) ELSE due END`,
    )
    .bind(commit, now)
    .run();
  for await (const chunk of pages) await db.batch(namePages(db, chunk, commit, now, pace, false));
  await setCompiled(db, fingerprint);
}
