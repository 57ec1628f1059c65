/** The audit's way round the page table, and what it finds. */
import type { D1Database } from "@cloudflare/workers-types";

/** A page that is not stale, as its row says. */
export interface SettledPage {
  readonly key: string;
  /** The commit that its stored object reflects. */
  readonly written: number;
}

/** The next pages in the order of their keys; after the last one it begins again. */
export async function nextToAudit(db: D1Database, limit: number): Promise<SettledPage[]> {
  const select = db.prepare(
    `SELECT key, written FROM page WHERE key > ?1 AND named <= written AND NOT suspect
     ORDER BY key LIMIT ?2`,
  );
  const last = await db.prepare("SELECT audit_key FROM site").first<string>("audit_key");
  const { results } = await select.bind(last ?? "", limit).all<SettledPage>();
  if (results.length > 0 || last === "") return results;
  return (await select.bind("", limit).all<SettledPage>()).results;
}

const NEXT_COMMIT = "UPDATE site SET commit_number = commit_number + 1";
/** As suspects they are put in any case. */
const WRITE_AGAIN =
  "UPDATE page SET named = (SELECT commit_number FROM site), due = ?2, suspect = 1";

/**
 * Notes how far the audit came, and has the pages that differ written again: those that nobody has
 * named or written since they were read.
 * @param now milliseconds since 1970
 */
export async function closeAudit(
  db: D1Database,
  audited: readonly SettledPage[],
  differing: readonly SettledPage[],
  now: number,
): Promise<void> {
  const heal = db
    .prepare(
      `${WRITE_AGAIN}
       WHERE (key, written) IN (SELECT value ->> 'key', value ->> 'written' FROM json_each(?1))
         AND named <= written AND NOT suspect`,
    )
    .bind(JSON.stringify(differing), now);
  const note = db
    .prepare(
      `UPDATE site SET audit_key = ?1, audited = audited + ?2, healed = healed + ?3,
         audited_at = ?4`,
    )
    .bind(audited.at(-1)?.key ?? "", audited.length, differing.length, now);
  await db.batch([note, ...(differing.length === 0 ? [] : [db.prepare(NEXT_COMMIT), heal])]);
}

/**
 * Has these pages written again in any case, for a script that has the site to itself.
 * @param now milliseconds since 1970
 */
export async function writeAgain(
  db: D1Database,
  keys: readonly string[],
  now: number,
): Promise<void> {
  await db.batch([
    db.prepare(NEXT_COMMIT),
    db
      .prepare(`${WRITE_AGAIN} WHERE key IN (SELECT value FROM json_each(?1))`)
      .bind(JSON.stringify(keys), now),
  ]);
}
