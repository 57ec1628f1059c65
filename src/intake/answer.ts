/** Turns outcomes into HTTP, for scripts (JSON) and for browsers (a redirect or a page). */
import type { Accepted, FormPage } from "./form.ts";
import { openedPage, type Refused, refusalPage } from "./form-page.ts";
import type { Refusal } from "./refusal.ts";
import { say } from "./say.ts";

const JSON_TYPE = "application/json";
const HTML = { "content-type": "text/html; charset=utf-8" };

export function answerAccepted(request: Request, accepted: Accepted): Response {
  const headers = new Headers({ location: accepted.location });
  for (const cookie of accepted.cookies ?? []) headers.append("set-cookie", cookie);
  return wantsJson(request)
    ? Response.json(accepted.json, { status: 202, headers })
    : new Response(null, { status: 303, headers });
}

/** A form that has no stored page, before anything was typed. */
export function answerOpened(request: Request, page: FormPage, fields: URLSearchParams): Response {
  return new Response(openedPage(request, page, fields), { headers: HTML });
}

export function answerRefusal(refused: Refused): Response {
  const said = say(refused.refusal);
  const init = { status: said.status, headers: refusalHeaders(refused.refusal) };
  if (wantsJson(refused.request)) {
    const { type: _, ...numbers } = refused.refusal;
    return Response.json({ error: { reason: said.reason, ...numbers } }, init);
  }
  init.headers.set("content-type", HTML["content-type"]);
  return new Response(refusalPage(refused, said), init);
}

function refusalHeaders(refusal: Refusal): Headers {
  const headers = new Headers();
  if (refusal.type === "wrong_method") headers.set("allow", refusal.allowed);
  if ("seconds" in refusal) headers.set("retry-after", String(refusal.seconds));
  return headers;
}

/** A script asks for JSON by name, its own or the path's; browsers and `curl` send a star. */
function wantsJson({ url, headers }: Request): boolean {
  if (/^[^?]*\.json(?:\?|$)/i.test(url)) return true;
  const accepted = headers.get("accept")?.split(",") ?? [];
  return accepted.some((type) => type.split(";")[0]?.trim().toLowerCase() === JSON_TYPE);
}
