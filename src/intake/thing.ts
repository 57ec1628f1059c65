/** What a form is about: a post or a comment, by its fullname. Pure. */
import {
  type CommentId,
  type PostId,
  parseCommentFullname,
  parsePostFullname,
} from "../model/ids.ts";
import { requiredField } from "./fields.ts";
import { type FieldRefusal, isRefusal } from "./refusal.ts";

/** `fullname`: as it was sent. */
export type Thing = { readonly fullname: string } & (
  | { readonly kind: "post"; readonly post: PostId }
  | { readonly kind: "comment"; readonly comment: CommentId }
);

export type ThingField = "id" | "thing_id" | "parent";

/** @param fullname `t3_…` or `t1_…` */
export function parseThing(fullname: string, field: ThingField): Thing | FieldRefusal {
  const post = parsePostFullname(fullname);
  if (post !== null) return { kind: "post", post, fullname };
  const comment = parseCommentFullname(fullname);
  if (comment === null) return { type: "not_a_thing", field };
  return { kind: "comment", comment, fullname };
}

export function requiredThing(fields: URLSearchParams, field: ThingField): Thing | FieldRefusal {
  const fullname = requiredField(fields, field);
  return isRefusal(fullname) ? fullname : parseThing(fullname, field);
}

/** The reader leads from here to the thread's canonical path. */
export function threadPath(post: PostId): string {
  return `/comments/${post}`;
}

/** A comment's id does not say whose thread it is in. */
export function threadOfThing(
  fields: URLSearchParams,
  field: ThingField,
): string | null | FieldRefusal {
  const thing = requiredThing(fields, field);
  if (isRefusal(thing)) return thing;
  return thing.kind === "post" ? threadPath(thing.post) : null;
}
