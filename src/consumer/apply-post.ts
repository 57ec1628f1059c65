/** What happens to posts: submitted, voted on, edited, deleted. Pure. */
import type { Post, Vote } from "../model/entities.ts";
import { communityKey, postFullname } from "../model/ids.ts";
import { type LinkFacts, linkFacts } from "../model/link-facts.ts";
import type {
  PostDeleted,
  PostEdited,
  PostSubmitted,
  PostTallied,
  PostVoted,
} from "../queue/post-events.ts";
import { refKey } from "../store/ref-key.ts";
import type { Outcome } from "./apply.ts";
import { countVote, isNewer } from "./cast-vote.ts";
import type { Draft } from "./draft.ts";

export function applyPostSubmitted(draft: Draft, event: PostSubmitted): Outcome {
  if (draft.posts.has(event.post) || draft.aliases.has(event.post)) return "unchanged";
  const key = communityKey(event.community);
  if (!draft.communities.has(key)) {
    return draft.wait(event, "no_such_community", event.community, null);
  }
  if (draft.isBanned(event.by, key)) return draft.refuse(event, "banned", event.community);
  const link = linkFacts(event.url);
  if (!link) return draft.refuse(event, "not_a_link", postFullname(event.post));
  const post = newPost(event, link);
  const existing = post.linkKey === null ? undefined : draft.links.get(refKey(key, post.linkKey));
  if (existing !== undefined && !event.resubmit) {
    draft.aliases.set(event.post, existing);
    castVote(draft, { user: event.by, post: existing, value: 1, at: event.at, event: event.id });
    return draft.isBy(event, existing)
      ? "applied"
      : draft.refuse(event, "already_submitted", postFullname(existing));
  }
  draft.addPerson(event.by, post.createdAt);
  draft.posts.set(post.id, post);
  if (post.linkKey !== null && existing === undefined) {
    draft.links.set(refKey(key, post.linkKey), post.id);
  }
  castVote(draft, { user: event.by, post: post.id, value: 1, at: event.at, event: event.id });
  if (draft.wasTakenBack(event, postFullname(post.id))) {
    applyPostDeleted(draft, { ...event, type: "post_deleted" });
  }
  return "applied";
}

/** The post without its author's upvote. */
function newPost(event: PostSubmitted, link: LinkFacts): Post {
  return {
    id: event.post,
    community: communityKey(event.community),
    author: event.by,
    title: event.title,
    url: event.url,
    ...link,
    text: event.text,
    createdAt: Math.floor(event.at / 1000),
    ups: 0,
    downs: 0,
    standing: "visible",
    isAdult: false,
    talliedAt: 0,
    comments: 0,
    edit: null,
    verdict: null,
    lock: null,
  };
}

export function applyPostVoted(draft: Draft, event: PostVoted): Outcome {
  const post = draft.resolve(event.post);
  if (!post) return draft.wait(event, "no_such_post", postFullname(event.post), event.post);
  const { by: user, value, at, id } = event;
  return castVote(draft, { user, post: post.id, value, at, event: id });
}

function castVote(draft: Draft, vote: Vote): Outcome {
  const before = draft.voteBefore(vote);
  if (!isNewer(vote, before)) return "unchanged";
  draft.votes.set(refKey(vote.post, vote.user), vote);
  const post = draft.posts.get(vote.post);
  if (!post) throw new Error(`a vote on ${vote.post} without its row`);
  const { ups, downs } = countVote(post, vote, before);
  if (ups !== post.ups || downs !== post.downs) {
    draft.count(post, { ups: ups - post.ups, downs: downs - post.downs });
  }
  return "applied";
}

/** Votes have waited for others long enough. */
export function applyPostTallied(draft: Draft, { post: id }: PostTallied): Outcome {
  const post = draft.posts.get(id);
  if (!post || !draft.tallies.has(id)) return "unchanged";
  draft.count(post, { ups: 0, downs: 0 });
  return "applied";
}

export function applyPostEdited(draft: Draft, event: PostEdited): Outcome {
  const post = draft.resolve(event.post);
  const subject = postFullname(event.post);
  if (!post) return draft.wait(event, "no_such_post", subject, event.post);
  if (!draft.isAuthor(event, post, postFullname(post.id))) {
    return draft.refuse(event, "not_yours", subject);
  }
  if (post.url !== null) return draft.refuse(event, "not_a_text", subject);
  const edit = { at: event.at, event: event.id };
  if (!isNewer(edit, post.edit)) return "unchanged";
  if (draft.isBanned(event.by, post.community)) return draft.refuse(event, "banned", subject);
  draft.posts.set(post.id, { ...post, text: event.text, edit });
  return post.standing === "deleted" ? draft.refuse(event, "deleted", subject) : "applied";
}

export function applyPostDeleted(draft: Draft, event: PostDeleted): Outcome {
  const post = draft.resolve(event.post);
  const subject = postFullname(event.post);
  if (!post) return draft.wait(event, "no_such_post", subject, event.post);
  if (!draft.isAuthor(event, post, postFullname(post.id))) {
    return draft.refuse(event, "not_yours", subject);
  }
  if (post.standing === "deleted") return "unchanged";
  draft.posts.set(post.id, { ...post, standing: "deleted" });
  draft.forgetLink(post);
  return "applied";
}
