/** What stands in an inbox: answers, what was refused, and what moderators did; and what it is about. */
import {
  type Act,
  type Comment,
  DEPARTED,
  isVisible,
  type Person,
  type Post,
} from "../model/entities.ts";
import {
  actNotice,
  type PersonKey,
  parseAct,
  parsePersonSubject,
  parseRefusalNotice,
  parseReplyNotice,
  refusalNotice,
  replyNotice,
} from "../model/ids.ts";
import type { Reads } from "../store/reads.ts";
import type { Refusal } from "../store/refusals.ts";
import type { Surroundings } from "./comment-line.ts";

export type Notice =
  | { readonly type: "reply"; readonly comment: Comment }
  | { readonly type: "refusal"; readonly refusal: Refusal }
  | { readonly type: "act"; readonly act: Act };

export interface Notices extends Surroundings {
  readonly notices: readonly Notice[];
  /** What refusals and acts are about: posts and comments by fullname, whatever their standing. */
  readonly subjects: ReadonlyMap<string, Post | Comment>;
}

/** The fullname that a notice is about, if it is there for sure; null for a community, or a person. */
export function subjectOf(notice: Notice): string | null {
  if (notice.type === "reply") return null;
  if (notice.type === "act") return notice.act.thing || null;
  const { type, reason, subject } = notice.refusal;
  if (type === "post_submitted") return reason === "already_submitted" ? subject : null;
  const isThing = /^(?:post|comment)_/.test(type);
  // What was not there may have come since, and nobody looks for its refusals then.
  return isThing && !reason.startsWith("no_such_") ? subject : null;
}

/** By id; an answer that was taken down is missing. */
export async function readNotices(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Notice>> {
  const replies = ids.map(parseReplyNotice).filter((id) => id !== null);
  const events = ids.map(parseRefusalNotice).filter((id) => id !== null);
  const acts = ids.map(parseAct).filter((id) => id !== null);
  const [comments, refusals, done] = await Promise.all([
    reads.comments(replies),
    reads.refusals(events),
    reads.acts(acts),
  ]);
  const found = new Map<string, Notice>();
  for (const comment of [...comments.values()].filter(isVisible)) {
    found.set(replyNotice(comment.id), { type: "reply", comment });
  }
  const named = [...refusals.values()].map(({ subject }) => parsePersonSubject(subject));
  const people = await reads.people(named.filter((person) => person !== null));
  for (const refusal of refusals.values()) {
    const person = people.get(parsePersonSubject(refusal.subject) ?? ("" as PersonKey));
    const subject = person ? shownSubject(person) : refusal.subject;
    found.set(refusalNotice(refusal.event), { type: "refusal", refusal: { ...refusal, subject } });
  }
  for (const act of done.values()) found.set(actNotice(act.event), { type: "act", act });
  return found;
}

/** With the name as it was registered, while there is one. */
function shownSubject({ name, departure }: Person): string {
  return departure === null ? `u/${name}` : DEPARTED;
}
