/** A refusal in the words of HTTP, of a script and of a person. Pure. */
import { unreachable } from "../model/unreachable.ts";
import type { FieldName } from "./form.ts";
import type { Refusal } from "./refusal.ts";

export interface Said {
  readonly status: number;
  /** The stable word for scripts; where one field is at fault it may begin with its name. */
  readonly reason: string;
  readonly sentence: string;
}

/** The fields as their forms call them. */
const LABELS: Readonly<Record<FieldName, string>> = {
  description: "description",
  dest: "next page (dest)",
  dir: "direction (dir)",
  id: "id",
  kind: "kind",
  link: "post (link)",
  name: "name",
  new_passwd: "new password",
  parent: "parent",
  passwd: "password",
  posts: "choice of what becomes of your posts (posts)",
  reason: "reason",
  resubmit: "field resubmit",
  spam: "field spam",
  sr: "community",
  text: "text",
  thing_id: "id (thing_id)",
  title: "title",
  unset: "field unset",
  upto: "number (upto)",
  url: "link",
  user: "name",
};

/** The one place where a refusal becomes a status, a reason and a sentence. */
export function say(refusal: Refusal): Said {
  const the = "field" in refusal ? `The ${LABELS[refusal.field]}` : "";
  switch (refusal.type) {
    case "malformed":
      return said(400, "malformed", `The request could not be read: ${refusal.why}.`);
    case "no_session":
      return said(401, "no_session", "You are not logged in, or your session has ended.");
    case "wrong_login":
      return said(401, "wrong_login", "There is no account with this name and password.");
    case "wrong_password":
      return said(401, "wrong_password", "This is not your password.");
    case "account_closing":
      return said(
        403,
        "account_closing",
        "You have asked for the end of this account, which was cut off. Ask for it again at " +
          "/api/delete_account.",
      );
    case "other_origin":
      return said(403, "other_origin", "This form was sent from another site.");
    case "no_such_form":
      return said(404, "no_such_form", `No form is sent to ${refusal.path}.`);
    case "no_such_community":
      return said(404, "no_such_community", `There is no community called “${refusal.name}”.`);
    case "no_such_person":
      return said(404, "no_such_person", `Nobody has the name “${refusal.name}”.`);
    case "wrong_method":
      return said(405, "wrong_method", `Only ${refusal.allowed} is accepted here.`);
    case "name_taken":
      return said(409, "name_taken", `The name “${refusal.name}” is taken.`);
    case "body_too_large":
      return said(
        413,
        "body_too_large",
        `The form has ${outOf(refusal.bytes, refusal.max)} bytes.`,
      );
    case "text_too_large":
      return said(
        413,
        "text_too_large",
        `${the} takes ${outOf(refusal.bytes, refusal.max)} bytes.`,
      );
    case "missing":
      return said(422, `${refusal.field}_missing`, `${the} is missing.`);
    case "repeated":
      return said(422, `${refusal.field}_repeated`, `${the} was sent ${refusal.times} times.`);
    case "too_long": {
      const size = outOf(refusal.chars, refusal.max);
      return said(422, `${refusal.field}_too_long`, `${the} has ${size} characters.`);
    }
    case "too_short": {
      const unit = refusal.chars === 1 ? "character" : "characters";
      const size = `${refusal.chars} ${unit}; it needs at least ${refusal.min}`;
      return said(422, `${refusal.field}_too_short`, `${the} has ${size}.`);
    }
    case "not_a_choice": {
      const choices = refusal.allowed.join(" or ");
      return said(422, `${refusal.field}_invalid`, `${the} must be ${choices}.`);
    }
    case "not_a_post":
      return said(
        422,
        `${refusal.field}_invalid`,
        `${the} must be a post: t3_ and small letters or digits.`,
      );
    case "not_a_number":
      return said(422, "upto_invalid", `${the} must be a whole number.`);
    case "not_a_thing":
      return said(
        422,
        `${refusal.field}_invalid`,
        `${the} must be t3_ (a post) or t1_ (a comment) and small letters or digits.`,
      );
    case "parent_elsewhere":
      return said(422, "parent_invalid", `${the} is another post than the one commented on.`);
    case "not_a_link": {
      const starts = refusal.allowed.map((scheme) => `${scheme}://`).join(" or ");
      return said(422, "url_invalid", `${the} must be a whole address, beginning with ${starts}.`);
    }
    case "not_a_name": {
      const length = `${refusal.min} to ${refusal.max} characters`;
      return said(
        422,
        `${refusal.field}_invalid`,
        `${the} must be ${length} of ${refusal.allowed}.`,
      );
    }
    case "no_url_and_no_text":
      return said(
        422,
        "url_missing",
        "A post needs a link or a text, unless you say that its title says it all.",
      );
    case "url_and_text":
      return said(422, "url_and_text", "A post is a link or a text: leave one of them empty.");
    case "too_fast":
      return said(429, "too_fast", `Too fast. Try again in ${refusal.seconds} seconds.`);
    case "our_mistake":
      return said(500, "our_mistake", "Something went wrong on our side. Nothing was accepted.");
    case "queue_unavailable":
      return said(503, "queue_unavailable", "Nothing can be accepted just now. Try again soon.");
    default:
      return unreachable(refusal);
  }
}

function said(status: number, reason: string, sentence: string): Said {
  return { status, reason, sentence };
}

function outOf(size: number, max: number): string {
  return `${size} of at most ${max}`;
}
