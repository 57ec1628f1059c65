/**
 * What rows hold besides facts, computed afresh for all posts where other code has done it. In steps,
 * so that it may be interrupted; until the last one nobody else may decide anything on these rows.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { controversialOf } from "../model/entities.ts";
import { linkFacts, NO_LINK } from "../model/link-facts.ts";
import { FILL_DOMAINS } from "./domains.ts";
import { fromPostRow, POST_COLUMNS, type PostRow, toPostRow } from "./post-row.ts";
import { CLEAR_DOMAIN_LISTINGS, NUMBER_DOMAIN_LISTINGS } from "./renumber.ts";
import { bindChunks } from "./statements.ts";

/** A query each to read and to write them. */
const POSTS_A_STEP = 1000;

/** Counted up whenever something is added to what is derived, or computed otherwise. */
const DERIVED_BY = 1;

/** @returns whether nothing is left to do */
export async function deriveStep(db: D1Database): Promise<boolean> {
  const site = await db
    .prepare("SELECT derive_after AS after, derived_by AS derivedBy FROM site")
    .first<{ after: string | null; derivedBy: number }>();
  if (!site || (site.after === null && site.derivedBy >= DERIVED_BY)) return true;
  if (site.after === null) await begin(db);
  const after = site.after ?? "";
  const { results } = await db
    .prepare(`SELECT ${POST_COLUMNS} FROM post WHERE id > ?1 ORDER BY id LIMIT ?2`)
    .bind(after, POSTS_A_STEP)
    .all<PostRow>();
  const last = results.at(-1);
  if (last) await writeDerived(db, results, after, last.id);
  else await finish(db);
  return !last;
}

async function begin(db: D1Database): Promise<void> {
  await db
    .prepare("UPDATE site SET derive_after = '' WHERE derive_after IS NULL AND derived_by < ?1")
    .bind(DERIVED_BY)
    .run();
}

/** Nothing, if another step has been here since: events may have changed these rows already. */
async function writeDerived(
  db: D1Database,
  rows: readonly PostRow[],
  after: string,
  last: string,
): Promise<void> {
  const derived = rows.map(fromPostRow).map((post) => {
    const { id, link_key, domains } = toPostRow({ ...post, ...(linkFacts(post.url) ?? NO_LINK) });
    return { id, link_key, domains, controversial: controversialOf(post) };
  });
  await db.batch([
    ...bindChunks(db, WRITE, derived, after),
    db.prepare("UPDATE site SET derive_after = ?2 WHERE derive_after = ?1").bind(after, last),
  ]);
}

const WRITE = `UPDATE post SET link_key = q.value ->> 'link_key',
    domains = q.value ->> 'domains', controversial = q.value ->> 'controversial'
  FROM json_each(?1) q WHERE post.id = q.value ->> 'id'
    AND (SELECT derive_after FROM site) = ?2`;

/** What follows from all posts together; then every page is compiled anew. */
async function finish(db: D1Database): Promise<void> {
  await db.batch(
    [
      ...FILL_DOMAINS,
      CLEAR_DOMAIN_LISTINGS,
      NUMBER_DOMAIN_LISTINGS,
      `UPDATE site SET derive_after = NULL, derived_by = ${DERIVED_BY},
         commit_number = commit_number + 1, compiled = ''`,
    ].map((sql) => db.prepare(sql)),
  );
}
