/** What moderators do: verdicts, locks, roles; and the end of an account. Pure. */
import {
  type Act,
  type Comment,
  DEPARTED,
  isLocked,
  type Post,
  standingOf,
  type Verdict,
} from "../model/entities.ts";
import {
  type CommunityKey,
  commentFullname,
  communityKey,
  personKey,
  personSubject,
  postFullname,
} from "../model/ids.ts";
import type { RefusalReason } from "../model/refusal-reason.ts";
import type { CommentDisowned, CommentJudged } from "../queue/comment-events.ts";
import type { AccountDeleted, RoleSet } from "../queue/person-events.ts";
import type { PostDisowned, PostJudged, PostLocked } from "../queue/post-events.ts";
import { refKey } from "../store/ref-key.ts";
import { roleKey } from "../store/roles.ts";
import type { Outcome } from "./apply.ts";
import { isNewer } from "./cast-vote.ts";
import type { Draft } from "./draft.ts";

export function applyPostJudged(draft: Draft, event: PostJudged): Outcome {
  const post = draft.resolve(event.post);
  if (!post) return draft.wait(event, "no_such_post", postFullname(event.post), event.post);
  const thing = postFullname(post.id);
  const act = { ...actOf(event), kind: event.verdict, thing };
  const outcome = draft.act(event, act, post.community, !isDeleted(post));
  if (outcome !== "applied") return outcome;
  const after = judged(draft, post, thing, event);
  setPost(draft, after);
  return isInVain(post, after) ? draft.refuse(event, "deleted", thing) : outcome;
}

export function applyCommentJudged(draft: Draft, event: CommentJudged): Outcome {
  const comment = draft.comments.get(event.comment);
  const thing = commentFullname(event.comment);
  if (!comment) return draft.wait(event, "no_such_comment", thing, event.comment);
  const community = draft.postOf(comment).community;
  const act = { ...actOf(event), kind: event.verdict, thing };
  const outcome = draft.act(event, act, community, !isDeleted(comment));
  if (outcome !== "applied") return outcome;
  const after = judged(draft, comment, thing, event);
  draft.comments.set(comment.id, after);
  return isInVain(comment, after) ? draft.refuse(event, "deleted", thing) : outcome;
}

/** By its author, which is final: no verdict has an effect. */
function isDeleted({ standing }: Post | Comment): boolean {
  return standing === "deleted";
}

/** Whoever gave the newest verdict believes it; an older one, or the same again, tells nobody anything. */
function isInVain(before: Post | Comment, after: Post | Comment): boolean {
  return isDeleted(before) && before !== after;
}

function judged<Thing extends Post | Comment>(
  draft: Draft,
  thing: Thing,
  fullname: string,
  { verdict: kind, at, id }: PostJudged | CommentJudged,
): Thing {
  const verdict: Verdict = { kind, at, event: id };
  if (!isNewer(verdict, thing.verdict)) return thing;
  if (!isDeleted(thing)) draft.tell(verdict, thing.verdict, fullname);
  return { ...thing, verdict, standing: standingOf(thing.standing, verdict) };
}

function actOf(
  event: PostJudged | CommentJudged | PostLocked | RoleSet,
): Omit<Act, "community" | "kind"> {
  const { id, by, reason, at } = event;
  return { event: id, by, thing: "", person: "", reason, at };
}

/** A link that has come back is found by who submits it again. */
function setPost(draft: Draft, post: Post): void {
  draft.posts.set(post.id, post);
  if (post.linkKey === null) return;
  const link = refKey(post.community, post.linkKey);
  if (post.standing !== "visible") draft.forgetLink(post);
  else if (!draft.links.has(link)) draft.links.set(link, post.id);
}

export function applyPostLocked(draft: Draft, event: PostLocked): Outcome {
  const post = draft.resolve(event.post);
  if (!post) return draft.wait(event, "no_such_post", postFullname(event.post), event.post);
  const kind = event.isLocked ? "locked" : "unlocked";
  const act = { ...actOf(event), kind, thing: postFullname(post.id) } as const;
  const lock = { isSet: event.isLocked, at: event.at, event: event.id };
  const isLast = isNewer(lock, post.lock);
  const isSoAlready = isLocked(post) === lock.isSet ? "so_already" : null;
  const inVain = isDeleted(post) ? "deleted" : isSoAlready;
  const outcome = draft.act(event, act, post.community, isLast && inVain === null);
  if (outcome !== "applied" || !isLast) return outcome;
  draft.posts.set(post.id, { ...post, lock });
  return inVain === null ? outcome : draft.refuse(event, inVain, act.thing);
}

const ROLE_ACTS = {
  moderator: ["no_moderator", "moderator"],
  banned: ["unbanned", "banned"],
} as const;

/**
 * What changes nothing is kept all the same, as the newest, and its sender told. Who is that already
 * which goes not together with it keeps that: the first that is applied wins.
 */
export function applyRoleSet(draft: Draft, event: RoleSet): Outcome {
  // Whom it is about may have left since, or moderate now: that refuses no duplicate.
  if (draft.isDone(event)) return "unchanged";
  const community = communityKey(event.community);
  const person = personKey(event.person);
  const subject = person === null ? event.community : personSubject(person);
  if (!draft.communities.has(community)) {
    return draft.wait(event, "no_such_community", subject, null);
  }
  const known = person === null ? undefined : draft.people.get(person);
  if (person === null || !known || known.departure !== null) {
    return draft.refuse(event, "no_such_person", subject);
  }
  const { kind, isSet, at } = event;
  const role = { person, community, kind, isSet, at, event: event.id };
  const before = draft.roles.get(roleKey(role)) ?? null;
  const isLast = isNewer(role, before);
  const wasSet = before?.isSet ?? false;
  const isAllowed = isLast && draft.isModerator(event.by, community);
  const obstacle = isAllowed ? obstacleTo(draft, event, community, wasSet) : null;
  if (obstacle !== null) return draft.refuse(event, obstacle, subject);
  const act = {
    ...actOf(event),
    kind: ROLE_ACTS[kind][Number(isSet) as 0 | 1],
    person: known.name,
  };
  const outcome = draft.act(event, act, community, isLast && wasSet !== isSet);
  if (outcome !== "applied" || !isLast) return outcome;
  draft.roles.set(roleKey(role), role);
  return wasSet === isSet ? draft.refuse(event, "so_already", subject) : outcome;
}

/**
 * Why somebody cannot be given a role, or freed of it. What is not theirs by a role nobody can take:
 * the creator moderates always, and so do admins.
 */
function obstacleTo(
  draft: Draft,
  { kind, isSet, person }: RoleSet,
  community: CommunityKey,
  wasSet: boolean,
): RefusalReason | null {
  const isCreator = draft.isCreator(person, community);
  if (kind === "moderator" && isSet) {
    if (isCreator) return "so_already";
    return draft.isBanned(person, community) ? "is_banned" : null;
  }
  if (kind === "banned" && !isSet) return null;
  if (isCreator) return "is_creator";
  if (draft.isAdmin(person) && !(kind === "moderator" && wasSet)) return "is_admin";
  return kind === "banned" && draft.isModerator(person, community) ? "is_moderator" : null;
}

/** From now on nothing that they send is applied; what they wrote is worked off afterwards. */
export function applyAccountDeleted(draft: Draft, event: AccountDeleted): Outcome {
  draft.addPerson(event.by, Math.floor(event.at / 1000));
  const key = personKey(event.by);
  const person = key && draft.people.get(key);
  if (!person) throw new Error(`${event.by} is no name of an account`);
  // No token reaches it, not even one of a password that was changed at the same moment.
  const sessionEpoch = Number.MAX_SAFE_INTEGER;
  draft.people.set(person.key, { ...person, sessionEpoch, departure: event.posts });
  return "applied";
}

export function applyPostDisowned(draft: Draft, event: PostDisowned): Outcome {
  const post = draft.resolve(event.post);
  if (!post || post.author === DEPARTED) return "unchanged";
  setPost(draft, disowned(post, event));
  return "applied";
}

export function applyCommentDisowned(draft: Draft, event: CommentDisowned): Outcome {
  const comment = draft.comments.get(event.comment);
  if (!comment || comment.author === DEPARTED) return "unchanged";
  draft.comments.set(comment.id, disowned(comment, event));
  return "applied";
}

function disowned<Thing extends Post | Comment>(
  thing: Thing,
  { departure }: PostDisowned | CommentDisowned,
): Thing {
  const standing = departure === "delete" ? "deleted" : thing.standing;
  return { ...thing, author: DEPARTED, standing };
}
