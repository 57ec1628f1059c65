/** `GET /api/thing`: all that one can do with a post or a comment, for whoever has no script. */
import type { Context } from "hono";
import { renderTemplate } from "../pages/templates.ts";
import { answerRefusal } from "./answer.ts";
import { atComment, wayBack } from "./local-path.ts";
import { isRefusal } from "./refusal.ts";
import { requiredThing } from "./thing.ts";

export const THING_PATH = "/api/thing";

/** Shown to anybody: who may do what is decided when a form is sent. */
export function openThing(context: Context): Response {
  const request = context.req.raw;
  const fields = new URL(request.url).searchParams;
  const thing = requiredThing(fields, "id");
  if (isRefusal(thing)) return answerRefusal({ request, refusal: thing, sent: null });
  const isPost = thing.kind === "post";
  const { fullname: id } = thing;
  const html = renderTemplate("thing", {
    title: isPost ? "This post" : "This comment",
    id,
    isPost,
    dest: atComment(wayBack(request, fields), id),
  });
  return context.html(html);
}
