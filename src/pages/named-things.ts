/** Posts and comments by their fullnames: what holds both calls them so. */
import type { Comment, Post } from "../model/entities.ts";
import {
  type CommentId,
  commentFullname,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
  postFullname,
} from "../model/ids.ts";
import type { Reads } from "../store/reads.ts";
import { readCommentLines } from "./comment-line.ts";

/** Whatever their standing. */
export async function readByFullname(
  reads: Reads,
  names: readonly string[],
): Promise<ReadonlyMap<string, Post | Comment>> {
  const [posts, comments] = await Promise.all([
    reads.posts(parsed<PostId>(names, parsePostFullname)),
    reads.comments(parsed<CommentId>(names, parseCommentFullname)),
  ]);
  const things = new Map<string, Post | Comment>();
  for (const post of posts.values()) things.set(postFullname(post.id), post);
  for (const comment of comments.values()) things.set(commentFullname(comment.id), comment);
  return things;
}

/**
 * The same with what their lines need, for private listings. In five queries; `surroundings` has the
 * posts of the comments too.
 */
export async function readNamedThings(reads: Reads, names: readonly string[]) {
  const said = await readCommentLines(reads, parsed<CommentId>(names, parseCommentFullname));
  const posts = await reads.posts(parsed<PostId>(names, parsePostFullname));
  const communities = await reads.communities(
    [...posts.values()].map(({ community }) => community),
  );
  const surroundings = {
    posts: new Map([...said.posts, ...posts]),
    communities: new Map([...said.communities, ...communities]),
  };
  return { posts, comments: said.comments, surroundings };
}

function parsed<Id>(names: readonly string[], parse: (name: string) => Id | null): Id[] {
  return names.map(parse).filter((id) => id !== null);
}
