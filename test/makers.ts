/** Makers of test objects: a test sets only what it is about. */
import type { Post } from "../src/model/entities.ts";
import { communityKey, type Domain, type EventId, mintId, type PostId } from "../src/model/ids.ts";
import type { PostSubmitted, PostVoted } from "../src/queue/post-events.ts";

let made = 0;

/** Ids in the order of their making, minted at the beginning of 2026. */
export function anId(): string {
  made++;
  return mintId(Date.UTC(2026, 0, 1) + made, () => 0);
}

export function aPost(fields: Partial<Post> = {}): Post {
  const id = anId() as PostId;
  return {
    id,
    community: communityKey("programming"),
    author: "ann",
    title: `Stone ${id}`,
    url: `https://example.com/${id}`,
    linkKey: `example.com/${id}`,
    domains: ["example.com" as Domain],
    text: null,
    createdAt: 1_767_225_600 + made,
    ups: 1,
    downs: 0,
    standing: "visible",
    isAdult: false,
    talliedAt: 0,
    comments: 0,
    edit: null,
    verdict: null,
    lock: null,
    ...fields,
  };
}

export function aSubmission(fields: Partial<PostSubmitted> = {}): PostSubmitted {
  const post = anId() as PostId;
  return {
    version: 1,
    type: "post_submitted",
    id: anId() as EventId,
    at: Date.UTC(2026, 0, 1) + made,
    by: "ann",
    post,
    community: "programming",
    title: `Stone ${post}`,
    url: `https://example.com/${post}`,
    text: null,
    resubmit: false,
    ...fields,
  };
}

export function aVote(fields: Partial<PostVoted> & Pick<PostVoted, "post">): PostVoted {
  return {
    version: 1,
    type: "post_voted",
    id: anId() as EventId,
    at: Date.UTC(2026, 0, 1) + made,
    by: "Bob",
    value: 1,
    ...fields,
  };
}

/** On a post of the same moment, which may still come. */
export function anEarlyVote(at: number): PostVoted {
  return aVote({ post: mintId(at, () => 0.5) as PostId, at });
}
