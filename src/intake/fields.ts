/** Reads the fields of a form, one by one: there once, cleaned, and not too long. */
import { charCount, isInvisible } from "../model/clean-text.ts";
import type { FieldName } from "./form.ts";
import { readBody } from "./read-body.ts";
import { type FieldRefusal, isRefusal, type Refusal } from "./refusal.ts";

const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data"];
/** That begins no code of a byte: the URL standard keeps it, and workerd does not. */
const BARE_PERCENT = /%(?![\da-f]{2})/gi;

/** The body as fields; a browser's two ways of sending a form are accepted. */
export async function readFields(request: Request): Promise<URLSearchParams | Refusal> {
  const contentType = request.headers.get("content-type") ?? "";
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!FORM_TYPES.includes(type)) return malformed(`its Content-Type must be ${FORM_TYPES[0]}`);
  const body = await readBody(request);
  if (isRefusal(body)) return body;
  const text = type === FORM_TYPES[1] ? textOf(body) : urlencodedTextOf(body);
  if (text === null) return malformed("its text must be UTF-8");
  const parsed = new Response(text, { headers: { "content-type": contentType } });
  const form = await parsed.formData().catch(() => null);
  if (!form) return malformed("it is no form of its Content-Type");
  const fields = new URLSearchParams();
  for (const [name, value] of form) {
    if (typeof value !== "string") return malformed("files are not accepted");
    fields.append(name, value);
  }
  return fields;
}

/** Null for bytes that are no UTF-8: who sends them would find their text garbled. */
function textOf(body: ArrayBuffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return null;
  }
}

function urlencodedTextOf(body: ArrayBuffer): string | null {
  const text = textOf(body)?.replace(BARE_PERCENT, "%25") ?? null;
  try {
    decodeURIComponent(text ?? "");
    return text;
  } catch {
    return null;
  }
}

function malformed(why: string): Refusal {
  return { type: "malformed", why };
}

/** As it was sent; the empty string when it was not. */
export function optionalField(fields: URLSearchParams, field: FieldName): string | FieldRefusal {
  const values = fields.getAll(field);
  if (values.length > 1) return { type: "repeated", field, times: values.length };
  return values[0] ?? "";
}

const YES = ["true", "True", "1", "on"];
const NO = ["", "false", "False", "0"];

/** A question that one answers with yes or no, as browsers and scripts write it; no by default. */
export function optionalFlag(fields: URLSearchParams, field: FieldName): boolean | FieldRefusal {
  const value = optionalField(fields, field);
  if (isRefusal(value)) return value;
  if (YES.includes(value)) return true;
  return NO.includes(value) ? false : { type: "not_a_choice", field, allowed: ["true", "false"] };
}

/** As it was sent, never empty. */
export function requiredField(fields: URLSearchParams, field: FieldName): string | FieldRefusal {
  const value = optionalField(fields, field);
  return value === "" ? { type: "missing", field } : value;
}

/** A community's or a person's name as the site writes it: `r/Cats`, `/u/ann/`, or without that. */
export function bareName(typed: string, prefix: "r" | "u"): string {
  const name = typed.trim().replace(/^\/|\/$/g, "");
  return name.replace(prefix === "r" ? /^r\//i : /^u\//i, "");
}

/** What a text field must be like. */
interface TextRule {
  readonly clean: (text: string) => string;
  /** Counted after cleaning. */
  readonly maxChars: number;
}

/** Cleaned; the empty string when nothing of it would show. */
export function optionalText(
  fields: URLSearchParams,
  field: FieldName,
  { clean, maxChars }: TextRule,
): string | FieldRefusal {
  const value = optionalField(fields, field);
  if (isRefusal(value)) return value;
  const text = clean(value);
  if (isInvisible(text)) return "";
  const chars = charCount(text);
  return chars > maxChars ? { type: "too_long", field, chars, max: maxChars } : text;
}

/** Cleaned; something of it shows. */
export function requiredText(
  fields: URLSearchParams,
  field: FieldName,
  rule: TextRule,
): string | FieldRefusal {
  const text = optionalText(fields, field, rule);
  return text === "" ? { type: "missing", field } : text;
}

type Accepted<Fields> = { readonly [Name in keyof Fields]: Exclude<Fields[Name], FieldRefusal> };

/** All the fields of a form, or the first that is refused. */
export function allOf<Fields extends object>(fields: Fields): Accepted<Fields> | FieldRefusal {
  for (const value of Object.values(fields)) {
    if (isRefusal(value)) return value as FieldRefusal;
  }
  return fields as Accepted<Fields>;
}
