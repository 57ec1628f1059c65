/**
 * Votes, comments and submissions as they come together: comments go to the posts that votes go to,
 * and posts that were just submitted are the next that both go to. Pure.
 */
import type { Post } from "../../../src/model/entities.ts";
import { type CommentId, mintId, type PostId } from "../../../src/model/ids.ts";
import { parseLink } from "../../../src/model/link.ts";
import { type Acts, actsIn } from "../money/measured.ts";
import { proseOf } from "./prose.ts";
import { type Attention, attentionOf, type Crowd, eventOf, nextVote, type Trace } from "./trace.ts";

/** Of 5,040 comments of 21 real threads (the development data): the others answer their post. */
const ANSWERS = 0.74;

/**
 * @param posts as `attentionOf` has them; what is submitted is like them, on other pages of their sites
 * @param perSecond in these proportions
 */
export function mixedTrace(
  posts: readonly Post[],
  perSecond: Acts,
  random: () => number,
  crowd: Crowd,
): Trace {
  const attention = attentionOf(
    posts.map(({ id }) => id),
    random,
    crowd,
  );
  const comments = nextComments(attention, proseOf(posts, random), random);
  const next = (at: number) => {
    const drawn = random() * actsIn(perSecond);
    if (drawn < perSecond.votes) return nextVote(attention, random);
    if (drawn < perSecond.votes + perSecond.comments) return comments(at);
    const like = posts[Math.floor(random() * posts.length)] as Post;
    return submissionLike(like, attention, mintId(at, random) as PostId);
  };
  return { next: (at) => eventOf(next(at), attention, random, at) };
}

/** Any comment of a thread is as likely to be answered as another. */
function nextComments(attention: Attention, prose: () => string, random: () => number) {
  const threads = new Map<PostId, CommentId[]>();
  return (at: number): object => {
    const post = attention.post();
    const comment = mintId(at, random) as CommentId;
    const thread = threads.get(post) ?? [];
    const isAnswer = random() < ANSWERS;
    const parent = isAnswer ? (thread[Math.floor(random() * thread.length)] ?? null) : null;
    threads.set(post, [...thread, comment]);
    return { type: "comment_posted", comment, post, parent, text: prose() };
  };
}

function submissionLike(
  { community, title, url, text }: Post,
  attention: Attention,
  post: PostId,
): object {
  attention.add(post);
  const link = url === null ? null : parseLink(url);
  // Else it would be a vote on the post that the community has already.
  link?.searchParams.set("p", post);
  const content = link ? { url: link.href, text: null } : { url: null, text: text ?? "" };
  return { type: "post_submitted", post, community, title, ...content, resubmit: false };
}
