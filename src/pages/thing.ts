/** A post or a comment, where one page shows both. Pure. */
import type { Comment, Post } from "../model/entities.ts";

export type Thing =
  | { readonly type: "post"; readonly post: Post }
  | { readonly type: "comment"; readonly comment: Comment };

/** What both have: an id, an author, a time. */
export function contentOf(thing: Thing): Post | Comment {
  return thing.type === "post" ? thing.post : thing.comment;
}
