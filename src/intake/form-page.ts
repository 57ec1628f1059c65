/** The pages of intake: a form to fill in, a refused form again, or why something was refused. */
import { renderTemplate } from "../pages/templates.ts";
import { type FieldName, type Form, type FormPage, SPOKEN_FIELDS } from "./form.ts";
import { atComment, HOME, refererPath, wayBack } from "./local-path.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import type { Said } from "./say.ts";
import { greetedName } from "./session-cookie.ts";

/** There is no place beside them: a sentence about them stands above the form. */
const UNSEEN_FIELDS: readonly FieldName[] = [
  "dest",
  "id",
  "kind",
  "link",
  "parent",
  "resubmit",
  "thing_id",
];

/** A form with its fields, as they were sent or asked for. */
export interface Sent {
  readonly form: Form;
  readonly fields: URLSearchParams;
}

/** What was sent and refused; `sent` is null when the request could not be read as a form. */
export interface Refused {
  readonly request: Request;
  readonly refusal: Refusal;
  readonly sent: Sent | null;
}

/** A form that has no stored page, before anything was typed. */
export function openedPage(request: Request, page: FormPage, fields: URLSearchParams): string {
  return formPage(formView(request, page, fields), { errors: {}, message: "" });
}

/** The same form with everything typed. Without a session, where nothing was, the login instead. */
export function refusalPage({ request, refusal, sent }: Refused, said: Said): string {
  if (sent === null) return errorPage(request, said);
  const { page } = sent.form;
  if (refusal.type === "no_session" && page?.threadOf !== null && !hasTyped(sent)) {
    return formPage(loginView(request, sent), { errors: {}, message: said.sentence });
  }
  if (page === null) return errorPage(request, said);
  const needsLogin = refusal.type === "no_session";
  return formPage({ ...formView(request, page, sent.fields), needsLogin }, faults(refusal, said));
}

interface Faults {
  readonly errors: Readonly<Partial<Record<FieldName, string>>>;
  /** Stands above the form. */
  readonly message: string;
}

/** The sentence beside the field at fault. */
function faults(refusal: Refusal, { sentence }: Said): Faults {
  const field = "field" in refusal && !UNSEEN_FIELDS.includes(refusal.field) ? refusal.field : null;
  return field === null
    ? { errors: {}, message: sentence }
    : { errors: { [field]: sentence }, message: "" };
}

function formPage(view: object, found: Faults): string {
  return renderTemplate("form-page", { ...view, ...found });
}

function formView(request: Request, page: FormPage, fields: URLSearchParams) {
  const { form, title, keeps } = page;
  const values = Object.fromEntries(keeps.map((kept) => [kept, fields.get(kept) ?? ""]));
  if (page.threadOf === null) return { title, form, values };
  const dest = destOf(request, page, fields);
  const back = threadOf(page, fields) ?? dest;
  return { title, form, values: { ...values, dest }, back, name: greetedName(request) };
}

function hasTyped({ form, fields }: Sent): boolean {
  return SPOKEN_FIELDS.some((name) => form.page?.keeps.includes(name) && fields.get(name));
}

/** The login leads back to where the button was. */
function loginView(request: Request, { form, fields }: Sent) {
  const dest = destOf(request, form.page, fields);
  return { title: "Log in", form: "login", values: { dest }, back: dest };
}

/** Where the sender came from; the thread when that was the form's own page. */
function destOf(request: Request, page: FormPage | null, fields: URLSearchParams): string {
  const path = wayBack(request, fields);
  if (path === HOME) return threadOf(page, fields) ?? HOME;
  return atComment(path, fields.get("id") ?? fields.get("thing_id"));
}

function threadOf(page: FormPage | null, fields: URLSearchParams): string | null {
  const thread = page?.threadOf?.(fields) ?? null;
  return isRefusal(thread) ? null : thread;
}

function errorPage(request: Request, { status, sentence }: Said): string {
  return renderTemplate("error-page", {
    title: "Not accepted",
    status,
    message: sentence,
    back: refererPath(request),
  });
}
