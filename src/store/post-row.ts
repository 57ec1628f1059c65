/**
 * A post as D1 stores it. New properties go into the JSON column `data` and need no migration:
 * an old row shows the property's default.
 */
import {
  controversialOf,
  type Edit,
  hotOf,
  type Lock,
  type Post,
  type Standing,
  score,
  type Verdict,
} from "../model/entities.ts";
import type { CommunityKey, Domain, PostId } from "../model/ids.ts";

export interface PostRow {
  readonly id: string;
  readonly community: string;
  readonly author: string;
  readonly title: string;
  readonly url: string | null;
  readonly link_key: string | null;
  readonly created_at: number;
  readonly ups: number;
  readonly downs: number;
  readonly standing: string;
  readonly score: number;
  readonly hot: number;
  readonly controversial: number;
  /** A JSON array. */
  readonly domains: string;
  readonly tallied_at: number;
  readonly comments: number;
  readonly data: string;
}

interface PostData {
  readonly edit?: Edit;
  readonly text?: string;
  readonly isAdult?: true;
  readonly verdict?: Verdict;
  readonly lock?: Lock;
}

/** The columns in the order in which every statement of this folder writes and reads them. */
export const POST_COLUMNS =
  "id, community, author, title, url, link_key, created_at, ups, downs, standing, score, hot, " +
  "controversial, domains, tallied_at, comments, data";

export function toPostRow(post: Post): PostRow {
  const data: PostData = {
    ...(post.text === null ? {} : { text: post.text }),
    ...(post.isAdult ? { isAdult: true } : {}),
    ...(post.edit === null ? {} : { edit: post.edit }),
    ...(post.verdict === null ? {} : { verdict: post.verdict }),
    ...(post.lock === null ? {} : { lock: post.lock }),
  };
  return {
    ...toCountedRow(post),
    community: post.community,
    author: post.author,
    title: post.title,
    url: post.url,
    link_key: post.linkKey,
    created_at: post.createdAt,
    standing: post.standing,
    domains: JSON.stringify(post.domains),
    data: JSON.stringify(data),
  };
}

/** Columns that votes and comments change, and what is in them. */
export const COUNTED_COLUMNS = [
  "ups",
  "downs",
  "score",
  "hot",
  "controversial",
  "tallied_at",
  "comments",
] as const;
const COUNTED: ReadonlySet<string> = new Set(["ups", "downs", "talliedAt", "comments"]);
const DISCUSSED: ReadonlySet<string> = new Set(["comments"]);

export function toCountedRow(post: Post): Pick<PostRow, "id" | (typeof COUNTED_COLUMNS)[number]> {
  return {
    id: post.id,
    ups: post.ups,
    downs: post.downs,
    score: score(post),
    hot: hotOf(post),
    controversial: controversialOf(post),
    tallied_at: post.talliedAt,
    comments: post.comments,
  };
}

/** Is nothing else different? What is equal but not the same counts as different. */
export function isOnlyCounted(before: Post, after: Post): boolean {
  return differsOnlyIn(COUNTED, before, after);
}

/** Has only somebody commented on it? That moves it in no order, and writes no index. */
export function isOnlyDiscussed(before: Post, after: Post): boolean {
  return differsOnlyIn(DISCUSSED, before, after);
}

function differsOnlyIn(fields: ReadonlySet<string>, before: Post, after: Post): boolean {
  const keys = Object.keys(after) as (keyof Post)[];
  return keys.every((key) => fields.has(key) || before[key] === after[key]);
}

export function fromPostRow(row: PostRow): Post {
  const data = JSON.parse(row.data) as PostData;
  return {
    id: row.id as PostId,
    community: row.community as CommunityKey,
    author: row.author,
    title: row.title,
    url: row.url,
    linkKey: row.link_key,
    domains: JSON.parse(row.domains) as Domain[],
    text: data.text ?? null,
    createdAt: row.created_at,
    ups: row.ups,
    downs: row.downs,
    standing: row.standing as Standing,
    isAdult: data.isAdult ?? false,
    talliedAt: row.tallied_at,
    comments: row.comments,
    edit: data.edit ?? null,
    verdict: data.verdict ?? null,
    lock: data.lock ?? null,
  };
}

/** For reads that join: the table is `p` there. */
export const SELECT_POST = `SELECT ${POST_COLUMNS.replace(/\w+/g, "p.$&")}`;
