/**
 * The best posts of a window, found by whichever way reads fewer rows: few young posts are all
 * looked at; many are met by walking the score index from the best.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import { RISING_MIN_AGE, WINDOW_DEPTH, type Window, type WindowScope } from "../model/window.ts";
import { scopeColumn } from "./windows.ts";

/** Posts created after `after` (seconds since 1970), as of `at`. */
export interface BestRequest {
  readonly window: Window;
  readonly scope: WindowScope;
  readonly after: number;
  readonly at: number;
}

/** So many young posts are looked at one by one: two rows each. */
const FEW_POSTS = 1000;
/** Where old posts are so good that the walk meets no young ones, it is given up. Index rows. */
const MAX_WALK = 20_000;

/** Best first, at most the window's depth; answers in the order asked. */
export async function readBest(
  db: D1Database,
  requests: readonly BestRequest[],
): Promise<PostId[][]> {
  const found = requests.map((): PostId[] => []);
  const all = requests.map((_, index) => index);
  const counts = await countYoung(db, requests);
  const walked = all.filter(
    (index) => requests[index]?.window !== "rising" && (counts[index] ?? 0) > FEW_POSTS,
  );
  await answer(db, requests, walked, walkSql, found);
  const isFound = (index: number) => found[index]?.length === WINDOW_DEPTH.hour;
  const others = all.filter((index) => (counts[index] ?? 0) > 0 && !isFound(index));
  const isRising = (index: number) => requests[index]?.window === "rising";
  await answer(db, requests, others.filter(isRising), risingSql, found);
  await answer(
    db,
    requests,
    others.filter((index) => !isRising(index)),
    scanSql,
    found,
  );
  return found;
}

/** Posts of any standing, counted a little further than `FEW_POSTS`. */
async function countYoung(db: D1Database, requests: readonly BestRequest[]): Promise<number[]> {
  const counts = requests.map(() => 0);
  const young = (isSite: boolean) => `SELECT (SELECT count(*) FROM (SELECT 1
    FROM ${youngPosts(isSite)} LIMIT ${FEW_POSTS + 1})) AS answer FROM json_each(?1) q ORDER BY q.key`;
  const indexes = requests.map((_, index) => index);
  await ask<number>(db, requests, indexes, young, (index, count) => {
    counts[index] = count;
  });
  return counts;
}

function answer(
  db: D1Database,
  requests: readonly BestRequest[],
  indexes: readonly number[],
  sql: (isSite: boolean) => string,
  found: PostId[][],
): Promise<void> {
  return ask<string>(db, requests, indexes, sql, (index, ids) => {
    found[index] = JSON.parse(ids) as PostId[];
  });
}

/** One statement for the site's windows and one for those of communities: other indexes. */
async function ask<Answer>(
  db: D1Database,
  requests: readonly BestRequest[],
  indexes: readonly number[],
  sql: (isSite: boolean) => string,
  take: (index: number, answer: Answer) => void,
): Promise<void> {
  const statements: D1PreparedStatement[] = [];
  const groups: number[][] = [];
  for (const isSite of [true, false]) {
    const group = indexes.filter((index) => (requests[index]?.scope === null) === isSite);
    if (group.length === 0) continue;
    const rows = group.map((index) => requests[index]).map((request) => request && toRow(request));
    statements.push(db.prepare(sql(isSite)).bind(JSON.stringify(rows)));
    groups.push(group);
  }
  if (statements.length === 0) return;
  const answers = await db.batch<{ answer: Answer }>(statements);
  groups.forEach((group, statement) => {
    group.forEach((index, row) => {
      const result = answers[statement]?.results[row];
      if (result) take(index, result.answer);
    });
  });
}

function toRow({ scope, after, at }: BestRequest): object {
  return { scope: scopeColumn(scope), after, at };
}

function youngPosts(isSite: boolean): string {
  return isSite
    ? "post INDEXED BY post_age WHERE created_at > q.value ->> 'after'"
    : `post INDEXED BY post_community_age
       WHERE community = q.value ->> 'scope' AND created_at > q.value ->> 'after'`;
}

const BY_SCORE = "ORDER BY score DESC, created_at DESC, id DESC";

/** @param ids a query of ids, best first */
function listSql(ids: string): string {
  return `SELECT (SELECT json_group_array(id) FROM (${ids})) AS answer
    FROM json_each(?1) q ORDER BY q.key`;
}

function scanSql(isSite: boolean): string {
  return listSql(`SELECT id FROM ${youngPosts(isSite)} AND standing = 'visible'
    ${BY_SCORE} LIMIT ${WINDOW_DEPTH.hour}`);
}

function walkSql(isSite: boolean): string {
  const best = isSite
    ? "post INDEXED BY post_top WHERE standing = 'visible'"
    : `post INDEXED BY post_community_top
       WHERE standing = 'visible' AND community = q.value ->> 'scope'`;
  return listSql(`SELECT id FROM
    (SELECT id, created_at FROM ${best} ${BY_SCORE} LIMIT ${MAX_WALK})
    WHERE created_at > q.value ->> 'after' LIMIT ${WINDOW_DEPTH.hour}`);
}

/** Votes gained for each second of age; what has gained none does not rise. */
function risingSql(isSite: boolean): string {
  return listSql(`SELECT id FROM ${youngPosts(isSite)} AND standing = 'visible' AND score > 0
    ORDER BY score * 1.0 / max(q.value ->> 'at' - created_at, ${RISING_MIN_AGE}) DESC,
      created_at DESC, id DESC LIMIT ${WINDOW_DEPTH.rising}`);
}
