/** Rows of votes, on posts and on comments. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { CommentVote, Vote } from "../model/entities.ts";
import type { CommentId, PostId } from "../model/ids.ts";
import { refKey } from "./ref-key.ts";
import { askAbout, bindChunks, fromJson } from "./statements.ts";

export interface VoteRef {
  readonly post: PostId;
  readonly user: string;
}

export interface CommentVoteRef {
  readonly comment: CommentId;
  readonly user: string;
}

/** By `refKey`; null where there is none. */
export async function readVotes(
  db: D1Database,
  refs: readonly VoteRef[],
): Promise<Map<string, Vote | null>> {
  const votes = new Map<string, Vote | null>();
  for (const { post, user } of refs) votes.set(refKey(post, user), null);
  const results = await askAbout<Vote>(
    db,
    `SELECT v.user, v.post, v.value, v.at, v.event FROM json_each(?1) q
       CROSS JOIN vote v ON v.post = q.value ->> 'post' AND v.user = q.value ->> 'user'`,
    refs,
  );
  for (const vote of results) votes.set(refKey(vote.post, vote.user), vote);
  return votes;
}

/** As `readVotes`. */
export async function readCommentVotes(
  db: D1Database,
  refs: readonly CommentVoteRef[],
): Promise<Map<string, CommentVote | null>> {
  const votes = new Map<string, CommentVote | null>();
  for (const { comment, user } of refs) votes.set(refKey(comment, user), null);
  const results = await askAbout<CommentVote>(
    db,
    `SELECT v.user, v.comment, v.value, v.at, v.event FROM json_each(?1) q CROSS JOIN
         comment_vote v ON v.comment = q.value ->> 'comment' AND v.user = q.value ->> 'user'`,
    refs,
  );
  for (const vote of results) votes.set(refKey(vote.comment, vote.user), vote);
  return votes;
}

const UPSERT_VOTES = `INSERT INTO vote (user, post, value, at, event)
  SELECT ${fromJson("user, post, value, at, event")} FROM json_each(?1) WHERE true
  ON CONFLICT (post, user) DO UPDATE SET value = excluded.value, at = excluded.at,
    event = excluded.event`;

export function upsertVotes(db: D1Database, votes: readonly Vote[]): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_VOTES, votes);
}

const UPSERT_COMMENT_VOTES = `INSERT INTO comment_vote (user, comment, value, at, event)
  SELECT ${fromJson("user, comment, value, at, event")} FROM json_each(?1) WHERE true
  ON CONFLICT (comment, user) DO UPDATE SET value = excluded.value, at = excluded.at,
    event = excluded.event`;

export function upsertCommentVotes(
  db: D1Database,
  votes: readonly CommentVote[],
): D1PreparedStatement[] {
  return bindChunks(db, UPSERT_COMMENT_VOTES, votes);
}
