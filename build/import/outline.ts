/**
 * Comments without their texts: what is held of all of them while their order is found. Parents come
 * before their answers, and else the older before the younger. Pure.
 */
import { byAge } from "../../src/model/by-age.ts";
import { type CommentId, commentFullname, type PostId, postFullname } from "../../src/model/ids.ts";
import type { Refusal } from "./refusal.ts";

export interface Outline {
  readonly id: CommentId;
  readonly post: PostId;
  readonly parent: CommentId | null;
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Length of the text, UTF-16 units. */
  readonly chars: number;
  readonly file: string;
  readonly line: number;
}

/** What is stored already. */
export interface Stored {
  readonly posts: ReadonlySet<PostId>;
  readonly comments: ReadonlyMap<CommentId, { readonly post: PostId }>;
}

export interface Ordered {
  readonly ordered: readonly Outline[];
  /** Of all others. */
  readonly refusals: ReadonlyMap<CommentId, Refusal>;
}

/** @param outlines of new comments, no id twice */
export function orderOutlines(outlines: readonly Outline[], stored: Stored): Ordered {
  const byId = new Map(outlines.map((outline) => [outline.id, outline]));
  const refusals = new Map<CommentId, Refusal>();
  for (const outline of outlines) {
    const refusal = refuseAlone(outline, stored, byId);
    if (refusal) refusals.set(outline.id, refusal);
  }
  const usable = outlines.filter(({ id }) => !refusals.has(id));
  const ordered = parentsFirst(usable, stored);
  const isOrdered = new Set(ordered.map(({ id }) => id));
  for (const outline of usable) {
    if (!isOrdered.has(outline.id)) refuseWithAncestors(outline, byId, refusals);
  }
  return { ordered, refusals };
}

/** What can be told without looking further than the parent. */
function refuseAlone(
  { post, parent }: Outline,
  stored: Stored,
  byId: ReadonlyMap<CommentId, Outline>,
): Refusal | null {
  if (!stored.posts.has(post)) return { reason: "no_post", post: postFullname(post) };
  const answered = parent && (stored.comments.get(parent) ?? byId.get(parent));
  if (!parent || !answered || answered.post === post) return null;
  return { reason: "other_thread", parent: commentFullname(parent) };
}

/** Leaves out those whose parent is neither stored nor among them, and all that answers these. */
function parentsFirst(outlines: readonly Outline[], { comments }: Stored): Outline[] {
  const ordered: Outline[] = [];
  const isOrdered = new Set<CommentId>();
  const waiting = new Map<CommentId, Outline[]>();
  for (const oldest of outlines.toSorted(byAge)) {
    const pending = [oldest];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (next.parent && !comments.has(next.parent) && !isOrdered.has(next.parent)) {
        const answers = waiting.get(next.parent);
        if (answers) answers.push(next);
        else waiting.set(next.parent, [next]);
        continue;
      }
      ordered.push(next);
      isOrdered.add(next.id);
      for (const answer of (waiting.get(next.id) ?? []).reverse()) pending.push(answer);
    }
  }
  return ordered;
}

/** A comment that was left out, and its parents up to where it ends: nowhere, or in themselves. */
function refuseWithAncestors(
  outline: Outline,
  byId: ReadonlyMap<CommentId, Outline>,
  refusals: Map<CommentId, Refusal>,
): void {
  const ancestry = new Set<Outline>();
  let last: Outline | undefined = outline;
  while (last && !ancestry.has(last) && !refusals.has(last.id)) {
    ancestry.add(last);
    last = last.parent ? byId.get(last.parent) : undefined;
  }
  const isCircle = last && (ancestry.has(last) || refusals.get(last.id)?.reason === "circle");
  for (const { id, parent } of ancestry) {
    if (!parent) throw new Error(`${id} answers the post and was left out`);
    const reason = isCircle ? "circle" : "no_parent";
    refusals.set(id, { reason, parent: commentFullname(parent) });
  }
}
