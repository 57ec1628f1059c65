/**
 * Decides what events do to rows. Pure: the same rows and events give the same answer, a duplicate
 * gives none, and votes, edits and deletions give the same rows in any order (but for an edit that
 * is refused because its piece is full, or its author banned; and who is told that what they edit was
 * deleted is told so by order of arrival).
 */
import { communityKey, type EventId, type PersonKey } from "../model/ids.ts";
import type { TallyPace } from "../model/tally.ts";
import { unreachable } from "../model/unreachable.ts";
import type { CairnEvent } from "../queue/events.ts";
import type { CommunityCreated, PersonRegistered } from "../queue/person-events.ts";
import type { DecidedRows } from "../store/commit.ts";
import { moderatedPlace } from "../store/departures.ts";
import type { Rows } from "../store/touched.ts";
import {
  applyCommentDeleted,
  applyCommentEdited,
  applyCommentPosted,
  applyCommentVoted,
} from "./apply-comment.ts";
import {
  applyExportRequested,
  applyInboxRead,
  applyMarked,
  applyReported,
  applySessionsEnded,
} from "./apply-mine.ts";
import {
  applyAccountDeleted,
  applyCommentDisowned,
  applyCommentJudged,
  applyPostDisowned,
  applyPostJudged,
  applyPostLocked,
  applyRoleSet,
} from "./apply-moderation.ts";
import {
  applyPostDeleted,
  applyPostEdited,
  applyPostSubmitted,
  applyPostTallied,
  applyPostVoted,
} from "./apply-post.ts";
import { Draft } from "./draft.ts";

/** What became of an event. `waiting`: what it depends on has not arrived, so it comes again. */
export type Outcome = "applied" | "unchanged" | "waiting" | "refused";

export interface Applied extends DecidedRows {
  /** One for each event, in their order. */
  readonly outcomes: readonly Outcome[];
  /** Verdicts that are news to the author of what they are about. */
  readonly told: readonly EventId[];
}

/**
 * @param now milliseconds since 1970; decides only what may still wait: an event, or the counting of votes
 * @param admins who may do what every moderator may
 */
export function apply(
  rows: Rows,
  events: readonly CairnEvent[],
  now: number,
  admins: readonly PersonKey[],
  pace: TallyPace,
): Applied {
  const draft = new Draft(rows, now, admins, pace);
  const outcomes = new Array<Outcome>(events.length);
  const order = events.map((_, index) => index);
  order.sort((a, b) => compareEvents(events[a] as CairnEvent, events[b] as CairnEvent));
  for (const index of order) outcomes[index] = applyEvent(draft, events[index] as CairnEvent);
  return { outcomes, ...draft.changes() };
}

function compareEvents(a: CairnEvent, b: CairnEvent): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function applyEvent(draft: Draft, event: CairnEvent): Outcome {
  // Nobody is left to be told, and their name may not come back.
  if (draft.hasLeft(event) && !draft.isStillDone(event)) return "unchanged";
  if (draft.wasRefused(event)) return "unchanged";
  switch (event.type) {
    case "community_created":
      return applyCommunityCreated(draft, event);
    case "person_registered":
      return applyPersonRegistered(draft, event);
    case "post_submitted":
      return applyPostSubmitted(draft, event);
    case "post_voted":
      return applyPostVoted(draft, event);
    case "post_edited":
      return applyPostEdited(draft, event);
    case "post_deleted":
      return applyPostDeleted(draft, event);
    case "post_marked":
    case "comment_marked":
      return applyMarked(draft, event);
    case "post_reported":
    case "comment_reported":
      return applyReported(draft, event);
    case "inbox_read":
      return applyInboxRead(draft, event);
    case "export_requested":
      return applyExportRequested(draft, event);
    case "sessions_ended":
      return applySessionsEnded(draft, event);
    case "post_judged":
      return applyPostJudged(draft, event);
    case "comment_judged":
      return applyCommentJudged(draft, event);
    case "post_locked":
      return applyPostLocked(draft, event);
    case "role_set":
      return applyRoleSet(draft, event);
    case "account_deleted":
      return applyAccountDeleted(draft, event);
    case "post_tallied":
      return applyPostTallied(draft, event);
    case "post_disowned":
      return applyPostDisowned(draft, event);
    case "comment_disowned":
      return applyCommentDisowned(draft, event);
    case "comment_posted":
      return applyCommentPosted(draft, event);
    case "comment_voted":
      return applyCommentVoted(draft, event);
    case "comment_edited":
      return applyCommentEdited(draft, event);
    case "comment_deleted":
      return applyCommentDeleted(draft, event);
    default:
      return unreachable(event);
  }
}

function applyCommunityCreated(draft: Draft, event: CommunityCreated): Outcome {
  const { name, title, description, by, at } = event;
  const key = communityKey(name);
  const createdAt = Math.floor(at / 1000);
  const known = draft.communities.get(key);
  if (known?.creator === by && known.createdAt === createdAt) return "unchanged";
  if (known) return draft.refuse(event, "name_taken", name);
  const hasLeft = draft.hasLeft(event);
  const creator = hasLeft ? "" : by;
  draft.communities.set(key, { key, name, title, description, creator, createdAt });
  if (hasLeft) draft.leaveBehind(event, moderatedPlace(key));
  return "applied";
}

function applyPersonRegistered(draft: Draft, { by, at }: PersonRegistered): Outcome {
  return draft.addPerson(by, Math.floor(at / 1000)) ? "applied" : "unchanged";
}
