/** Posts and comments by their fullnames, with what their lines need: private listings hold both. */
import {
  type CommentId,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
} from "../model/ids.ts";
import type { Reads } from "../store/reads.ts";
import { readCommentLines } from "./comment-line.ts";

/** In five queries, whatever their standing; `surroundings` has the posts of the comments too. */
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
