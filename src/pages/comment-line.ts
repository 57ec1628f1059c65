/** A comment as listings of comments show it: on its own, under its post's title. Pure. */
import {
  type Comment,
  type Community,
  DEPARTED,
  isVisible,
  type Post,
  score,
} from "../model/entities.ts";
import {
  type CommentId,
  type CommunityKey,
  commentFullname,
  type PostId,
  postFullname,
} from "../model/ids.ts";
import { MAIN_PIECE } from "../model/piece.ts";
import type { Reads } from "../store/reads.ts";
import { pieceKey, rankedKey, threadKey } from "./key.ts";
import { authorPath, isoTime, postPath } from "./post-line.ts";
import { editedJson, NEUTRAL_FIELDS, subredditJson } from "./reddit-json.ts";
import { textHtml } from "./text-html.ts";

export interface CommentLine {
  /** The fullname. */
  readonly id: string;
  readonly author: string;
  readonly authorPath: string;
  readonly score: number;
  readonly createdAt: string;
  readonly textHtml: string;
  readonly permalink: string;
  readonly postTitle: string;
  readonly postPath: string;
  readonly community: string;
  readonly communityPath: string;
}

/** What a line needs besides the comment. */
export interface Surroundings {
  readonly posts: ReadonlyMap<PostId, Post>;
  readonly communities: ReadonlyMap<CommunityKey, Community>;
}

/** As it was registered. */
export function communityName(key: CommunityKey, communities: Surroundings["communities"]): string {
  return communities.get(key)?.name ?? key;
}

/** In place of a title, a text or a name that may not be seen: by whom it was taken down. */
export function tombstone({ standing }: Pick<Post | Comment, "standing">): string {
  return standing === "removed" ? "[removed]" : "[deleted]";
}

export function commentLine(comment: Comment, { posts, communities }: Surroundings): CommentLine {
  const post = postUnder(comment, posts);
  return {
    id: commentFullname(comment.id),
    author: comment.author,
    authorPath: authorPath(comment.author),
    score: score(comment),
    createdAt: isoTime(comment.createdAt),
    textHtml: textHtml(comment),
    permalink: permalink(comment, post),
    postTitle: isVisible(post) ? post.title : tombstone(post),
    postPath: threadAddress(post),
    community: communityName(post.community, communities),
    communityPath: rankedKey("hot", post.community, 1),
  };
}

/** Nothing of a deleted post's title stays in its address. */
export function threadAddress(post: Post): string {
  return isVisible(post) ? postPath(post) : threadKey(post.id);
}

/** Where the comment stands in its thread. */
export function permalink({ id, piece }: Comment, post: Post): string {
  const page = piece === MAIN_PIECE ? threadAddress(post) : pieceKey(post.id, piece);
  return `${page}#${commentFullname(id)}`;
}

/** The same by the post's id alone: it leads there, and outlives a change of what slugs look like. */
export function lastingLink({ id, post, piece }: Comment): string {
  return `${pieceKey(post, piece)}#${commentFullname(id)}`;
}

export function postUnder(comment: Comment, posts: Surroundings["posts"]): Post {
  const post = posts.get(comment.post);
  if (!post) throw new Error(`comment ${comment.id} without its post`);
  return post;
}

/**
 * The form to answer it. Of a later piece it says the way there: not every browser says where its
 * visitor comes from.
 * @param below the piece in which its answers go on, if they do
 */
export function replyPath({ id, post, piece }: Comment, below = piece): string {
  const form = `/api/comment?link=${postFullname(post)}&parent=${commentFullname(id)}`;
  return below === MAIN_PIECE ? form : `${form}&dest=${pieceKey(post, below)}`;
}

/** Reddit's `t1` thing. */
export function commentJson(
  comment: Comment,
  { posts, communities }: Surroundings,
  replies: object | "",
): object {
  const post = posts.get(comment.post);
  return {
    kind: "t1",
    data: {
      id: comment.id,
      name: commentFullname(comment.id),
      parent_id:
        comment.parent === null ? postFullname(comment.post) : commentFullname(comment.parent),
      link_id: postFullname(comment.post),
      ...(post && subredditJson(post.community, communities.get(post.community))),
      ...(post && linkJson(post, isVisible(comment) ? comment.author : null)),
      author: isVisible(comment) ? comment.author : tombstone(comment),
      body: isVisible(comment) ? comment.text : tombstone(comment),
      body_html: isVisible(comment) ? textHtml(comment) : tombstone(comment),
      score: score(comment),
      ups: comment.ups,
      downs: comment.downs,
      created: comment.createdAt,
      created_utc: comment.createdAt,
      edited: isVisible(comment) && editedJson(comment.edit),
      depth: comment.depth,
      score_hidden: false,
      collapsed: false,
      ...NEUTRAL_FIELDS,
      permalink: post && permalink(comment, post),
      replies,
    },
  };
}

/** Of the post that a comment is about. Who has left cannot be told from others who have. */
function linkJson(post: Post, author: string | null): object {
  const isSubmitter = author !== DEPARTED && author === post.author;
  return {
    link_title: isVisible(post) ? post.title : tombstone(post),
    is_submitter: isVisible(post) && isSubmitter,
  };
}

/** Comments by id with what their lines need, in three queries. */
export async function readCommentLines(reads: Reads, ids: readonly CommentId[]) {
  const comments = await reads.comments(ids);
  const posts = await reads.posts([...comments.values()].map(({ post }) => post));
  const communities = await reads.communities(
    [...posts.values()].map(({ community }) => community),
  );
  return { comments, posts, communities };
}
