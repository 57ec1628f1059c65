/** Why intake refuses a request, with the numbers needed to understand it. Pure. */
import type { FieldName } from "./form.ts";

/** The request itself is at fault, or we are. */
export type RequestRefusal =
  | { readonly type: "malformed"; readonly why: string }
  | { readonly type: "no_session" }
  | { readonly type: "account_closing" }
  | { readonly type: "wrong_login" }
  | { readonly type: "other_origin" }
  | { readonly type: "no_such_form"; readonly path: string }
  | { readonly type: "wrong_method"; readonly allowed: string }
  | { readonly type: "body_too_large"; readonly bytes: number; readonly max: number }
  | { readonly type: "too_fast"; readonly seconds: number }
  | { readonly type: "queue_unavailable"; readonly seconds: number }
  | { readonly type: "our_mistake" };

interface OfField<Type extends string, Field extends FieldName = FieldName> {
  readonly type: Type;
  readonly field: Field;
}

/** One field is at fault; its form shows the reason beside it. */
export type FieldRefusal =
  | OfField<"missing">
  | (OfField<"repeated"> & { readonly times: number })
  | (OfField<"too_long"> & { readonly chars: number; readonly max: number })
  | (OfField<"too_short"> & { readonly chars: number; readonly min: number })
  | OfField<"wrong_password", "passwd">
  | (OfField<"not_a_choice"> & { readonly allowed: readonly string[] })
  | OfField<"not_a_number", "upto">
  | OfField<"not_a_post", "link" | "id">
  | OfField<"not_a_thing", "id" | "thing_id" | "parent">
  | OfField<"parent_elsewhere", "parent">
  | (OfField<"not_a_link", "url"> & { readonly allowed: readonly string[] })
  | (OfField<"not_a_name", "user" | "name"> & NameRule)
  | (OfField<"name_taken", "user" | "name"> & { readonly name: string })
  | (OfField<"no_such_community", "sr"> & { readonly name: string })
  | (OfField<"no_such_person", "user"> & { readonly name: string })
  | (OfField<"text_too_large", "text"> & { readonly bytes: number; readonly max: number })
  | OfField<"url_and_text", "url">
  | OfField<"no_url_and_no_text", "url">;

export type Refusal = RequestRefusal | FieldRefusal;

/** Tells a refusal from a result: no result in intake has a `type`. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "type" in value;
}

/** What a name may be, in numbers; `allowed` lists its characters. */
export interface NameRule {
  readonly min: number;
  readonly max: number;
  readonly allowed: string;
}
