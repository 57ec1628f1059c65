/**
 * `/api/remove`, `/api/approve`, `/api/lock`, `/api/unlock`: what moderators do with a thing. Whether
 * the sender is one the consumer knows.
 */
import type { Verdict } from "../model/entities.ts";
import { allOf, optionalFlag, optionalText } from "./fields.ts";
import type { Outcome, PersonForm, PersonRequest } from "./form.ts";
import { REASON } from "./reason.ts";
import { isRefusal } from "./refusal.ts";
import { sendAbout } from "./send-about.ts";
import { requiredThing, threadOfThing } from "./thing.ts";

export const remove: PersonForm = {
  path: "/api/remove",
  page: {
    form: "remove",
    title: "Remove",
    keeps: ["id", "reason", "spam"],
    threadOf: (fields) => threadOfThing(fields, "id"),
  },
  limiter: "VOTE_LIMITER",
  sender: "person",
  handle(request) {
    const spam = optionalFlag(request.fields, "spam");
    if (isRefusal(spam)) return Promise.resolve(spam);
    return judge(request, spam ? "spam" : "removed");
  },
};

export const approve = aButton("/api/approve", (request) => judge(request, "approved"));
export const lock = aButton("/api/lock", (request) => setLock(request, true));
export const unlock = aButton("/api/unlock", (request) => setLock(request, false));

function aButton(path: PersonForm["path"], handle: PersonForm["handle"]): PersonForm {
  return { path, page: null, limiter: "VOTE_LIMITER", sender: "person", handle };
}

function readAct({ fields }: PersonRequest) {
  return allOf({
    thing: requiredThing(fields, "id"),
    reason: optionalText(fields, "reason", REASON),
  });
}

async function judge(request: PersonRequest, verdict: Verdict["kind"]): Promise<Outcome> {
  const sent = readAct(request);
  if (isRefusal(sent)) return sent;
  const { thing, reason } = sent;
  return sendAbout(
    request,
    thing,
    thing.kind === "post"
      ? { type: "post_judged", post: thing.post, verdict, reason }
      : { type: "comment_judged", comment: thing.comment, verdict, reason },
  );
}

async function setLock(request: PersonRequest, isLocked: boolean): Promise<Outcome> {
  const sent = readAct(request);
  if (isRefusal(sent)) return sent;
  const { thing, reason } = sent;
  if (thing.kind === "comment") return { type: "not_a_post", field: "id" };
  return sendAbout(request, thing, { type: "post_locked", post: thing.post, isLocked, reason });
}
