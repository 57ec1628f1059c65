/** Posts and comments that a batch makes or changes, as one list. Pure. */
import type { Changed } from "../model/changed.ts";
import type { Comment, Post } from "../model/entities.ts";
import { commentFullname, postFullname } from "../model/ids.ts";
import type { Applied } from "./apply.ts";

export interface ThingChange extends Changed<Post | Comment> {
  readonly fullname: string;
}

export function thingChanges({ posts, comments }: Applied): ThingChange[] {
  return [
    ...posts.map((change) => ({ ...change, fullname: postFullname(change.after.id) })),
    ...comments.map((change) => ({ ...change, fullname: commentFullname(change.after.id) })),
  ];
}

/** Of what existed before: does it say something else now? */
export function isReworded({ before, after }: Changed<Post | Comment>): boolean {
  return before !== null && before.text !== after.text;
}
