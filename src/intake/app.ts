/**
 * The intake application: a form's way from the request to the answer. It accepts what it can
 * judge from ACCOUNTS and the form alone, sends one event, and never waits for the write.
 */
import { type Context, Hono } from "hono";
import type { IntakeEnv } from "../bindings.ts";
import { answerAccepted, answerOpened, answerRefusal } from "./answer.ts";
import { readFields } from "./fields.ts";
import { type Form, type FormPage, type FormRequest, type Outcome, SPOKEN_FIELDS } from "./form.ts";
import { FORMS } from "./forms.ts";
import { openThing, THING_PATH } from "./open-thing.ts";
import { isSameOrigin } from "./origin.ts";
import { limitRate, networkOfSender } from "./rate.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import { readAccount } from "./session-cookie.ts";

/** What a Worker may not have of its own if it is to be tested. */
export interface Sources {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1), not to be guessed. */
  readonly random: () => number;
}

type IntakeContext = Context<{ Bindings: IntakeEnv }>;

export function createIntake(sources: Sources) {
  const app = new Hono<{ Bindings: IntakeEnv }>();
  app.use(async (c, next) => {
    await next();
    setSecurityHeaders(c.res.headers);
  });
  for (const form of FORMS) {
    app.post(form.path, (c) => answerForm(c, form, sources));
    const { page } = form;
    if (page?.threadOf) app.get(form.path, (c) => openForm(c, page));
    const allowed = page?.threadOf ? "GET, HEAD, POST" : "POST";
    app.all(form.path, (c) => refuse(c, { type: "wrong_method", allowed }));
  }
  app.get(THING_PATH, openThing);
  app.all(THING_PATH, (c) => refuse(c, { type: "wrong_method", allowed: "GET, HEAD" }));
  app.notFound((c) => refuse(c, { type: "no_such_form", path: c.req.path }));
  app.onError((error, c) => {
    console.error("intake failed", c.req.method, c.req.path, error);
    return refuse(c, { type: "our_mistake" });
  });
  return app;
}

function refuse(c: Context, refusal: Refusal): Response {
  return answerRefusal({ request: c.req.raw, refusal, sent: null });
}

/** Shown to anybody: whose session it is, and whose thing, matters when the form is sent. */
function openForm(c: IntakeContext, page: FormPage): Response {
  const fields = new URL(c.req.url).searchParams;
  const thread = page.threadOf?.(fields);
  if (isRefusal(thread)) return refuse(c, thread);
  // A link from elsewhere may not put words into anybody's mouth.
  for (const spoken of SPOKEN_FIELDS) fields.delete(spoken);
  return answerOpened(c.req.raw, page, fields);
}

async function answerForm(c: IntakeContext, form: Form, sources: Sources): Promise<Response> {
  const request = c.req.raw;
  if (!isSameOrigin(request)) return refuse(c, { type: "other_origin" });
  const fields = await readFields(request);
  if (isRefusal(fields)) return refuse(c, fields);
  const { now, random } = sources;
  const outcome = await takeForm(form, { request, fields, env: c.env, nowMs: now(), random });
  return isRefusal(outcome)
    ? answerRefusal({ request, refusal: outcome, sent: { form, fields } })
    : answerAccepted(request, outcome);
}

/** The session and the rate come before the fields: who may not send learns nothing more. */
async function takeForm(form: Form, request: FormRequest): Promise<Outcome> {
  if (form.sender === "anybody") {
    const tooFast = await limitRate(request.env, form.limiter, networkOfSender(request.request));
    return tooFast ?? form.handle(request);
  }
  const account = await readAccount(request);
  if (account === null) return { type: "no_session" };
  if (account.isClosing && !form.isOfClosing) return { type: "account_closing" };
  const person = account.name;
  const tooFast = await limitRate(request.env, form.limiter, person);
  return tooFast ?? form.handle({ ...request, person });
}
