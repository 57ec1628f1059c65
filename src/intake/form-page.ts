/** What a refused browser sees: its form again, or a page that says why. */
import { renderTemplate } from "../pages/templates.ts";
import type { FieldName, Form } from "./form.ts";
import { refererPath } from "./local-path.ts";
import type { Refusal } from "./refusal.ts";
import type { Said } from "./say.ts";

/** There is no place beside them: a sentence about them stands above the form. */
const UNSEEN_FIELDS: readonly FieldName[] = ["dest", "kind", "resubmit"];

/** What was sent and refused; `form` is null when the request could not be read as one. */
export interface Refused {
  readonly request: Request;
  readonly refusal: Refusal;
  readonly sent: { readonly form: Form; readonly fields: URLSearchParams } | null;
}

export function refusalPage(refused: Refused, said: Said): string {
  return formAgain(refused, said) ?? errorPage(refused, said);
}

/** The same form with everything typed, and the sentence beside the field at fault. */
function formAgain({ refusal, sent }: Refused, { sentence }: Said): string | null {
  if (!sent?.form.page) return null;
  const { form, title, keeps } = sent.form.page;
  const field = "field" in refusal && !UNSEEN_FIELDS.includes(refusal.field) ? refusal.field : null;
  return renderTemplate("form-page", {
    title,
    form,
    values: Object.fromEntries(keeps.map((kept) => [kept, sent.fields.get(kept) ?? ""])),
    errors: field === null ? {} : { [field]: sentence },
    message: field === null ? sentence : "",
  });
}

function errorPage({ request }: Refused, { status, sentence }: Said): string {
  return renderTemplate("error-page", {
    title: "Not accepted",
    status,
    message: sentence,
    back: refererPath(request),
  });
}
