/** What moderators do, and those who would like to. */
import type { CommentId, PostId } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import type { Random } from "./random.ts";
import { type Base, LEAVING, MARKS, PEOPLE, type Sent } from "./sent.ts";

/** Of whoever: some moderate the place, one is an admin, the others are refused. */
export function moderatorEvent(random: Random, sent: Sent, base: Base): CairnEvent {
  const kind = random.next();
  const { id: post } = random.pick(sent.posts);
  const comment = sent.comments.length > 0 ? random.pick(sent.comments).id : null;
  const verdict = random.pick(["approved", "removed", "spam"] as const);
  const reason = random.chance(0.5) ? `because ${base.id}` : "";
  if (kind < 0.15)
    return { ...base, type: "post_locked", post, isLocked: random.chance(0.6), reason };
  if (kind < 0.35) return { ...base, type: "role_set", ...randomRole(random, sent), reason };
  if (kind < 0.65 || comment === null)
    return { ...base, type: "post_judged", post, verdict, reason };
  return { ...base, type: "comment_judged", comment, verdict, reason };
}

/** Mostly the admin, else anybody. */
export function moderator(random: Random, { by }: Base): string {
  return random.chance(0.6) ? "Bob" : by;
}

function randomRole(random: Random, sent: Sent) {
  return {
    community: random.pick(sent.communities),
    person: random.pick(PEOPLE),
    kind: random.pick(["moderator", "banned"] as const),
    isSet: random.chance(0.6),
  };
}

export function newCommunity(random: Random, sent: Sent, base: Base): CairnEvent {
  const name = `Place${sent.communities.length}`;
  sent.communities.push(random.chance(0.5) ? name : name.toLowerCase());
  return { ...base, type: "community_created", name, title: name, description: "Heap." };
}

/** Where moderators come and go, are busy, and some leave for good. */
export function moderatedEvent(random: Random, sent: Sent, base: Base): CairnEvent {
  const kind = random.next();
  if (kind < 0.06) return departure(random, base);
  if (kind < 0.12) return newCommunity(random, sent, { ...base, by: random.pick(LEAVING) });
  if (kind < 0.35) return roleAnywhere(random, sent, base);
  if (kind < 0.55) return report(random, sent, base);
  return moderatorEvent(random, sent, { ...base, by: moderator(random, base) });
}

export function departure(random: Random, base: Base): CairnEvent {
  const posts = random.pick(["keep", "delete"] as const);
  return { ...base, type: "account_deleted", by: random.pick(LEAVING), epoch: 9, posts };
}

/** Also of who is written otherwise, or has never been there. */
function roleAnywhere(random: Random, sent: Sent, base: Base): CairnEvent {
  const role = randomRole(random, sent);
  const person = random.chance(0.1)
    ? random.pick(["BOB", "DAN", "new1", "nobody", "no name"])
    : role.person;
  const reason = random.chance(0.5) ? `because ${base.id}` : "";
  return { ...base, type: "role_set", ...role, by: moderator(random, base), person, reason };
}

function report(random: Random, sent: Sent, base: Base): CairnEvent {
  const reason = MARKS.report + base.id;
  const { id: post } = random.pick(sent.posts);
  if (sent.comments.length === 0 || random.chance(0.6)) {
    return { ...base, type: "post_reported", post, reason };
  }
  return { ...base, type: "comment_reported", comment: random.pick(sent.comments).id, reason };
}

/** Something that everybody sees, and whose it is. */
export interface Seen {
  readonly name: string;
  readonly author: string;
}

/** What becomes of something: an admin removes it, its author edits it, and one of them may go on. */
export function removalStory(
  random: Random,
  { name, author }: Seen,
  base: () => Omit<Base, "by">,
): (() => CairnEvent)[] {
  const id = name.slice("t3_".length);
  const isPost = name.startsWith("t3_");
  const judged = (verdict: "approved" | "removed"): CairnEvent => {
    const act = { ...base(), by: "Bob", verdict, reason: `because ${id}` };
    return isPost
      ? { ...act, type: "post_judged", post: id as PostId }
      : { ...act, type: "comment_judged", comment: id as CommentId };
  };
  const edited = (): CairnEvent => {
    const own = { ...base(), by: author };
    const text = `now ${MARKS.edit}${own.id}`;
    return isPost
      ? { ...own, type: "post_edited", post: id as PostId, text }
      : { ...own, type: "comment_edited", comment: id as CommentId, text };
  };
  const deleted = (): CairnEvent => {
    const own = { ...base(), by: author };
    return isPost
      ? { ...own, type: "post_deleted", post: id as PostId }
      : { ...own, type: "comment_deleted", comment: id as CommentId };
  };
  const end = random.pick([[], [deleted], [() => judged("approved")]]);
  return [() => judged("removed"), edited, ...end];
}
