/**
 * The best posts of a window, found by whichever way reads fewer rows: few young posts are all
 * looked at; many are met by walking the score index from the best.
 */
import type { D1Database } from "@cloudflare/workers-types";
import type { PostId } from "../model/ids.ts";
import type { SiteOrCommunity } from "../model/listing.ts";
import { RISING_DEPTH, RISING_MIN_AGE, TOP_DEPTH, type Window } from "../model/window.ts";
import { scopeColumn } from "./windows.ts";

/** Posts created after `after` (seconds since 1970), as of `at`. */
export interface BestRequest {
  readonly window: Window;
  readonly scope: SiteOrCommunity;
  readonly after: number;
  readonly at: number;
}

/** So many young posts are looked at one by one: two rows each. */
const FEW_POSTS = 1000;
/** Where old posts are so good that the walk meets no young ones, it is given up. Index rows. */
const MAX_WALK = 20_000;

/** Best first, at most the listing's depth; answers in the order asked. */
export async function readBest(
  db: D1Database,
  requests: readonly BestRequest[],
): Promise<PostId[][]> {
  const young = await ask<number>(db, requests, countSql);
  const some = requests.filter((request) => (young.get(request) ?? 0) > 0);
  const top = some.filter((request) => !isRising(request));
  const many = top.filter((request) => (young.get(request) ?? 0) > FEW_POSTS);
  const walked = await readLists(db, many, walkSql);
  const others = top.filter((request) => walked.get(request)?.length !== TOP_DEPTH);
  const scanned = await readLists(db, others, scanSql);
  const rising = await readLists(db, some.filter(isRising), risingSql);
  return requests.map(
    (request) => rising.get(request) ?? scanned.get(request) ?? walked.get(request) ?? [],
  );
}

function isRising({ window }: BestRequest): boolean {
  return window === "rising";
}

async function readLists(
  db: D1Database,
  requests: readonly BestRequest[],
  sql: (isSite: boolean) => string,
): Promise<Map<BestRequest, PostId[]>> {
  const answers = await ask<string>(db, requests, sql);
  return new Map([...answers].map(([request, ids]) => [request, JSON.parse(ids) as PostId[]]));
}

/** One statement for the site's windows and one for those of communities, which use other indexes. */
async function ask<Answer>(
  db: D1Database,
  requests: readonly BestRequest[],
  sql: (isSite: boolean) => string,
): Promise<Map<BestRequest, Answer>> {
  const groups = [...Map.groupBy(requests, ({ scope }) => scope === null)];
  if (groups.length === 0) return new Map();
  const answers = await db.batch<{ answer: Answer }>(
    groups.map(([isSite, group]) => db.prepare(sql(isSite)).bind(JSON.stringify(group.map(toRow)))),
  );
  const found = new Map<BestRequest, Answer>();
  groups.forEach(([, group], statement) => {
    group.forEach((request, row) => {
      const result = answers[statement]?.results[row];
      if (result) found.set(request, result.answer);
    });
  });
  return found;
}

function toRow({ scope, after, at }: BestRequest): object {
  return { scope: scopeColumn(scope), after, at };
}

/** Posts of any standing, counted a little further than `FEW_POSTS`. */
function countSql(isSite: boolean): string {
  return `SELECT (SELECT count(*) FROM (SELECT 1 FROM ${youngPosts(isSite)}
    LIMIT ${FEW_POSTS + 1})) AS answer FROM json_each(?1) q ORDER BY q.key`;
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
    ${BY_SCORE} LIMIT ${TOP_DEPTH}`);
}

function walkSql(isSite: boolean): string {
  const best = isSite
    ? "post INDEXED BY post_top WHERE standing = 'visible'"
    : `post INDEXED BY post_community_top
       WHERE standing = 'visible' AND community = q.value ->> 'scope'`;
  return listSql(`SELECT id FROM
    (SELECT id, created_at FROM ${best} ${BY_SCORE} LIMIT ${MAX_WALK})
    WHERE created_at > q.value ->> 'after' LIMIT ${TOP_DEPTH}`);
}

/** Votes gained for each second of age; what has gained none does not rise. */
function risingSql(isSite: boolean): string {
  return listSql(`SELECT id FROM ${youngPosts(isSite)} AND standing = 'visible' AND score > 0
    ORDER BY score * 1.0 / max(q.value ->> 'at' - created_at, ${RISING_MIN_AGE}) DESC,
      created_at DESC, id DESC LIMIT ${RISING_DEPTH}`);
}
