/** What a form is: who may send it, how often, where it is shown again, and what it does. */
import type { IntakeEnv } from "../bindings.ts";
import type { FieldRefusal, Refusal } from "./refusal.ts";

/** Every field of every form, by its name outside. */
export type FieldName =
  | "description"
  | "dest"
  | "dir"
  | "id"
  | "kind"
  | "link"
  | "name"
  | "new_passwd"
  | "parent"
  | "passwd"
  | "posts"
  | "reason"
  | "resubmit"
  | "spam"
  | "sr"
  | "text"
  | "thing_id"
  | "title"
  | "unset"
  | "upto"
  | "url"
  | "user";

/** Those in which somebody speaks, in words of their own. */
export const SPOKEN_FIELDS = ["text", "reason"] as const satisfies readonly FieldName[];

/** What came with a form. The time is taken once, so that everything minted agrees. */
export interface FormRequest {
  readonly request: Request;
  readonly fields: URLSearchParams;
  readonly env: IntakeEnv;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface PersonRequest extends FormRequest {
  /** The sender's name as registered; the session has been checked. */
  readonly person: string;
}

export interface Accepted {
  /** The answer to a script. */
  readonly json: { readonly id: string | null; readonly event?: string };
  /** Where a browser goes next: a path of this site. */
  readonly location: string;
  /** Values of `Set-Cookie`. */
  readonly cookies?: readonly string[];
}

export type Outcome = Accepted | Refusal;

/**
 * The path of the thread that the fields are about, null when they do not say which or the form is
 * about none; or why they are about nothing.
 */
export type ThreadOf = (fields: URLSearchParams) => string | null | FieldRefusal;

/** The page that has the form, to show it again with what was typed. */
export interface FormPage {
  readonly form:
    | "register"
    | "login"
    | "submit"
    | "create-community"
    | "comment"
    | "edit"
    | "delete"
    | "password"
    | "export"
    | "report"
    | "remove"
    | "ban"
    | "unban"
    | "moderator"
    | "delete-account";
  readonly title: string;
  /** The fields that keep what was typed; never a password. */
  readonly keeps: readonly FieldName[];
  /** Null when a stored page has the form; else intake shows it itself, to whoever asks with GET. */
  readonly threadOf: ThreadOf | null;
}

export type LimiterName = "ACCOUNT_LIMITER" | "SUBMIT_LIMITER" | "VOTE_LIMITER";

interface AnyForm {
  readonly path: `/api/${string}`;
  /** Null when the form is a button on some page. */
  readonly page: FormPage | null;
  /** Null when sending it costs nothing. */
  readonly limiter: LimiterName | null;
}

export interface OpenForm extends AnyForm {
  readonly sender: "anybody";
  handle(request: FormRequest): Promise<Outcome>;
}

export interface PersonForm extends AnyForm {
  readonly sender: "person";
  /** Also taken from an account that is closing. */
  readonly isOfClosing?: true;
  handle(request: PersonRequest): Promise<Outcome>;
}

export type Form = OpenForm | PersonForm;
