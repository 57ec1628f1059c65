/** What somebody does for themselves: saves, hides, reports, reads their inbox. Pure. */
import type { Person } from "../model/entities.ts";
import {
  type CommunityKey,
  commentFullname,
  type PersonKey,
  personKey,
  postFullname,
} from "../model/ids.ts";
import type { CommentMarked, CommentReported } from "../queue/comment-events.ts";
import type { ExportRequested, InboxRead, SessionsEnded } from "../queue/person-events.ts";
import type { PostMarked, PostReported } from "../queue/post-events.ts";
import { markKey } from "../store/mine.ts";
import type { Outcome } from "./apply.ts";
import { isNewer } from "./cast-vote.ts";
import type { Draft } from "./draft.ts";

export function applyMarked(draft: Draft, event: PostMarked | CommentMarked): Outcome {
  const thing = findThing(draft, event);
  if (thing.type === "missing") return thing.outcome;
  const person = personKey(event.by);
  if (person === null) throw new Error(`${event.by} is no name of an account`);
  const { kind, isSet, at, id } = event;
  const mark = { person, kind, thing: thing.fullname, isSet, at, event: id };
  const before = draft.marks.get(markKey(mark)) ?? null;
  if (!isNewer(mark, before)) return "unchanged";
  draft.marks.set(markKey(mark), mark);
  return "applied";
}

export function applyReported(draft: Draft, event: PostReported | CommentReported): Outcome {
  const thing = findThing(draft, event);
  if (thing.type === "missing") return thing.outcome;
  const person = personKey(event.by);
  if (person === null) throw new Error(`${event.by} is no name of an account`);
  const { reason, at, id } = event;
  const { fullname, community } = thing;
  draft.reports.push({ person, community, thing: fullname, reason, at, event: id });
  return "applied";
}

type Found =
  | {
      readonly type: "found";
      readonly fullname: string;
      readonly community: CommunityKey;
    }
  | { readonly type: "missing"; readonly outcome: Outcome };

/** The thing that is meant: of a repeated submission the post that was there before. */
function findThing(
  draft: Draft,
  event: PostMarked | CommentMarked | PostReported | CommentReported,
): Found {
  if ("comment" in event) {
    const fullname = commentFullname(event.comment);
    const comment = draft.comments.get(event.comment);
    if (comment) return { type: "found", fullname, community: draft.postOf(comment).community };
    const outcome = draft.wait(event, "no_such_comment", fullname, event.comment);
    return { type: "missing", outcome };
  }
  const post = draft.resolve(event.post);
  if (post) {
    return { type: "found", fullname: postFullname(post.id), community: post.community };
  }
  const outcome = draft.wait(event, "no_such_post", postFullname(event.post), event.post);
  return { type: "missing", outcome };
}

/** As far as the inbox goes: nobody has read what is still to come. */
export function applyInboxRead(draft: Draft, event: InboxRead): Outcome {
  const slot = Math.min(event.slot, draft.inboxSlotsOf(event.by));
  return raise(draft, event.by, event.at, "inboxRead", slot);
}

export function applySessionsEnded(draft: Draft, event: SessionsEnded): Outcome {
  return raise(draft, event.by, event.at, "sessionEpoch", event.epoch);
}

export function applyExportRequested(draft: Draft, event: ExportRequested): Outcome {
  return raise(draft, event.by, event.at, "exportAt", event.at);
}

/** These only grow, in whatever order they come. */
function raise(
  draft: Draft,
  name: string,
  at: number,
  field: "inboxRead" | "sessionEpoch" | "exportAt",
  value: number,
): Outcome {
  draft.addPerson(name, Math.floor(at / 1000));
  const person = draft.people.get(personKey(name) as PersonKey) as Person;
  if (person[field] >= value) return "unchanged";
  draft.people.set(person.key, { ...person, [field]: value });
  return "applied";
}
