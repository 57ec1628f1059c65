/** Which rows a batch of events is about. Pure. */
import { commentFullname, communityKey, personKey, postFullname } from "../model/ids.ts";
import { linkFacts } from "../model/link-facts.ts";
import type { CommentEvent, CommentMarked } from "../queue/comment-events.ts";
import type { CairnEvent } from "../queue/events.ts";
import type { RoleSet } from "../queue/person-events.ts";
import type { PostEvent, PostMarked, PostSubmitted } from "../queue/post-events.ts";
import type { Touch } from "../store/touched.ts";

/** A touch while it is collected. */
type Collected = {
  readonly [Field in keyof Touch]: Touch[Field] extends readonly (infer Ref)[] ? Ref[] : never;
};

export function touchedBy(events: readonly CairnEvent[]): Touch {
  const touch: Collected = {
    communities: [],
    posts: [],
    votes: [],
    links: [],
    comments: [],
    commentVotes: [],
    people: [],
    marks: [],
    acts: [],
    refusable: [],
    inboxes: [],
    judged: [],
    made: [],
  };
  for (const event of events) {
    // Of every sender: nothing of somebody who has deleted their account is applied.
    touch.people.push(event.by);
    if (isAct(event)) touch.acts.push(event.id);
    if (!isNewestOnly(event)) touch.refusable.push(event.id);
    if (event.type === "post_judged") touch.judged.push(postFullname(event.post));
    if (event.type === "comment_judged") touch.judged.push(commentFullname(event.comment));
    if (event.type === "inbox_read") touchInbox(touch, event.by);
    if (event.type === "role_set") touchRole(touch, event);
    else if (event.type === "community_created") touch.communities.push(communityKey(event.name));
    else if ("comment" in event) touchComment(touch, event);
    else if ("post" in event) touchPost(touch, event);
  }
  return touch;
}

function isAct({ type }: CairnEvent): boolean {
  const isVerdict = type === "post_judged" || type === "comment_judged";
  return isVerdict || type === "post_locked" || type === "role_set";
}

/** Of these the newest one holds, and hardly any is refused: they are not worth a look. */
function isNewestOnly({ type }: CairnEvent): boolean {
  return ["post_voted", "comment_voted", "post_marked", "comment_marked"].includes(type);
}

function touchInbox(touch: Collected, name: string): void {
  const person = personKey(name);
  if (person !== null) touch.inboxes.push(person);
}

function touchRole(touch: Collected, { community, person }: RoleSet): void {
  touch.communities.push(communityKey(community));
  touch.people.push(person);
}

function touchMark(
  touch: Collected,
  { by, kind }: PostMarked | CommentMarked,
  thing: string,
): void {
  const person = personKey(by);
  if (person !== null) touch.marks.push({ person, kind, thing });
}

function touchPost(touch: Collected, event: PostEvent): void {
  touch.posts.push(event.post);
  if (event.type === "post_marked") touchMark(touch, event, postFullname(event.post));
  if (event.type !== "post_submitted" && event.type !== "post_voted") return;
  touch.votes.push({ post: event.post, user: event.by });
  if (event.type === "post_submitted") touchSubmission(touch, event);
}

function touchSubmission(touch: Collected, event: PostSubmitted): void {
  const community = communityKey(event.community);
  touch.made.push(postFullname(event.post));
  touch.communities.push(community);
  const linkKey = linkFacts(event.url)?.linkKey ?? null;
  if (linkKey !== null) touch.links.push({ community, linkKey, post: event.post });
}

function touchComment(touch: Collected, event: CommentEvent): void {
  touch.comments.push(event.comment);
  if (event.type === "comment_marked") touchMark(touch, event, commentFullname(event.comment));
  if (event.type !== "comment_posted" && event.type !== "comment_voted") return;
  touch.commentVotes.push({ comment: event.comment, user: event.by });
  if (event.type === "comment_voted") return;
  touch.made.push(commentFullname(event.comment));
  touch.posts.push(event.post);
  if (event.parent !== null) touch.comments.push(event.parent);
}
