/**
 * One commit: rows, the pages they make stale, and the next commit number, in one D1 batch (a
 * transaction). A commit that was decided on older rows fails as a whole.
 */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { Changed } from "../model/changed.ts";
import type {
  Act,
  Comment,
  CommentVote,
  Community,
  Mark,
  Person,
  Post,
  Report,
  Role,
  Vote,
} from "../model/entities.ts";
import type { PostId } from "../model/ids.ts";
import type { Piece } from "../model/piece.ts";
import { MAX_SILENCE_MS, type Presence } from "../model/presence.ts";
import type { Tally } from "../model/tally.ts";
import { insertActs } from "./acts.ts";
import { insertCommunities } from "./communities.ts";
import { upsertComments, upsertPieces } from "./conversation.ts";
import { type LeftBehind, leaveBehind, removePrivateRows } from "./departures.ts";
import { comeAndGoInDomains, moveInDomains } from "./domains.ts";
import { insertEntries, type NewEntry } from "./entries.ts";
import { clearEntries, upsertMarks } from "./mine.ts";
import { type MovedPost, noteMoved } from "./moved.ts";
import { type NamedPage, namePages, type Pace } from "./page-rows.ts";
import { askPending, type Pending, type PendingRow, pendingOf } from "./pending.ts";
import { upsertPeople } from "./people.ts";
import type { Place } from "./places.ts";
import { isOnlyCounted, isOnlyDiscussed } from "./post-row.ts";
import {
  type Alias,
  insertAliases,
  updateCommentCounts,
  updateCounts,
  upsertPosts,
} from "./posts.ts";
import { insertRefusals, type Refusal } from "./refusals.ts";
import { settleReports, upsertReports } from "./reports.ts";
import { upsertRoles } from "./roles.ts";
import { removeTallies, upsertTallies } from "./tallies.ts";
import { upsertCommentVotes, upsertVotes } from "./votes.ts";
import { type DirtyScope, markDirty } from "./windows.ts";

/** What events make of the rows that they touch. */
export interface DecidedRows {
  readonly communities: readonly Community[];
  readonly posts: readonly Changed<Post>[];
  readonly comments: readonly Changed<Comment>[];
  readonly votes: readonly Vote[];
  readonly tallies: readonly Tally[];
  /** Posts whose tally has been counted. */
  readonly tallied: readonly PostId[];
  readonly commentVotes: readonly CommentVote[];
  readonly pieces: readonly { readonly post: PostId; readonly piece: Piece }[];
  readonly people: readonly Person[];
  readonly marks: readonly Mark[];
  readonly reports: readonly Report[];
  readonly roles: readonly Role[];
  /** Of moderators, new ones. */
  readonly acts: readonly Act[];
  /** Those of the people who have just deleted their accounts. */
  readonly departed: readonly Person[];
  /** What those who left before are the authors of no longer. */
  readonly leftBehind: readonly Omit<LeftBehind, "at">[];
  readonly aliases: readonly Alias[];
  readonly refusals: readonly Refusal[];
}

/** What follows from where things stand. */
export interface PlacedRows {
  /** Those that are told for the first time. */
  readonly refusals: readonly Refusal[];
  /** Fullnames of what was reported, judged or taken down. */
  readonly reported: readonly string[];
  /** Oldest first within a listing; a later entry's slot counts the earlier ones. */
  readonly entries: readonly NewEntry[];
  /** Places in private listings that become empty. */
  readonly cleared: readonly Place[];
  /** What the next tick orders anew because of them. */
  readonly dirty: readonly DirtyScope[];
}

export interface RowChanges extends Omit<DecidedRows, "refusals">, PlacedRows {
  /** How many events did something. */
  readonly applied: number;
}

/** Of one commit, for the sums that operators look at. */
export interface EventCounts {
  readonly applied: number;
  readonly refused: number;
}

export interface PagesToName {
  readonly pages: readonly NamedPage[];
  /** Something was taken down: the pages do not wait for their lanes. */
  readonly isUrgent: boolean;
}

// NULL violates the column's constraint, and that rolls the whole batch back.
const TAKE_NUMBER = `UPDATE site SET commit_number =
  CASE WHEN commit_number = ?1 THEN ?1 + 1 END, applied = applied + ?2, refused = refused + ?3,
  resumed_at = iif(?4 - heard_at > ${MAX_SILENCE_MS}, ?4, min(resumed_at, ?4)), heard_at = ?4
  WHERE id = 1`;
const CONFLICT = "NOT NULL constraint failed: site.commit_number";

export interface Site extends Presence {
  readonly commit: number;
}

/** Throws while rows await store/derive: whatever is decided on them would be wrong. */
export async function readSite(db: D1Database): Promise<Site> {
  const row = await db
    .prepare(
      `SELECT commit_number AS "commit", heard_at AS heardAt, resumed_at AS resumedAt,
         derive_after AS deriveAfter FROM site`,
    )
    .first<Site & { deriveAfter: string | null }>();
  if (!row) throw new Error("the content database has no site row: are its migrations applied?");
  const { deriveAfter, ...site } = row;
  if (deriveAfter !== null) throw new Error("the rows are being brought up to date");
  return site;
}

export async function readCommitNumber(db: D1Database): Promise<number> {
  return (await readSite(db)).commit;
}

/**
 * @param readAt the commit number that the decision was based on
 * @param now milliseconds since 1970
 * @returns what is to be done after it; null when another commit came in between: read and decide
 *   again
 */
export async function commitChanges(
  db: D1Database,
  readAt: number,
  rows: RowChanges,
  named: PagesToName,
  now: number,
  pace: Pace,
): Promise<Pending | null> {
  const next = readAt + 1;
  const changed = Map.groupBy(rows.posts, howChanged);
  const all = (how: HowChanged) => (changed.get(how) ?? []).map(({ after }) => after);
  const statements = [
    ...insertCommunities(db, rows.communities),
    ...moveInDomains(db, [...all("counted"), ...all("written")]),
    ...updateCommentCounts(db, all("discussed")),
    ...updateCounts(db, all("counted")),
    ...upsertPosts(db, all("written")),
    ...comeAndGoInDomains(db, all("written")),
    ...upsertVotes(db, rows.votes),
    ...upsertTallies(db, rows.tallies),
    ...removeTallies(db, rows.tallied),
    ...upsertComments(
      db,
      rows.comments.map(({ after }) => after),
    ),
    ...upsertCommentVotes(db, rows.commentVotes),
    ...upsertPieces(db, rows.pieces),
    ...upsertPeople(db, rows.people),
    ...upsertMarks(db, rows.marks),
    ...upsertReports(db, rows.reports),
    ...clearEntries(db, rows.cleared),
    ...insertAliases(db, rows.aliases),
    ...insertRefusals(db, rows.refusals),
    ...insertEntries(db, rows.entries),
    ...upsertRoles(db, rows.roles),
    ...insertActs(db, rows.acts),
    ...settleReports(db, rows.reported),
    ...removePrivateRows(db, rows.departed, now),
    ...leaveBehind(db, rows.leftBehind),
    ...markDirty(db, rows.dirty, next),
    ...namePages(db, named.pages, next, now, pace, named.isUrgent),
  ];
  const events = { applied: rows.applied, refused: rows.refusals.length };
  return commitBatch(db, readAt, statements, now, events, rows.posts);
}

/** Most posts were only voted on, or talked about: neither their texts need be written, nor all ranks. */
type HowChanged = "discussed" | "counted" | "written";

function howChanged({ before, after }: RowChanges["posts"][number]): HowChanged {
  if (before === null) return "written";
  if (isOnlyDiscussed(before, after)) return "discussed";
  return isOnlyCounted(before, after) ? "counted" : "written";
}

/**
 * Takes the next commit number, and writes all of it or nothing.
 * @param now milliseconds since 1970
 * @param moved posts that may stand elsewhere in the ranked listings
 * @returns what is to be done after it; null when another commit came in between
 */
export async function commitBatch(
  db: D1Database,
  readAt: number,
  statements: readonly D1PreparedStatement[],
  now: number,
  events: EventCounts = { applied: 0, refused: 0 },
  moved: readonly MovedPost[] = [],
): Promise<Pending | null> {
  const { applied, refused } = events;
  try {
    const answers = await db.batch<PendingRow>([
      db.prepare(TAKE_NUMBER).bind(readAt, applied, refused, now),
      ...statements,
      noteMoved(db, readAt + 1, moved),
      askPending(db),
    ]);
    return pendingOf(answers.at(-1)?.results[0]);
  } catch (error) {
    if (error instanceof Error && error.message.includes(CONFLICT)) return null;
    throw error;
  }
}
