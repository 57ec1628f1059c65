/**
 * What only some may read: what is somebody's own, and what its page has a list of readers for. No
 * cache keeps any of it.
 */
import type { ReaderEnv } from "../bindings.ts";
import {
  DEPLOY_KEYS,
  guardedKey,
  INBOX_PATH,
  isDeployKey,
  ownKey,
  personPath,
  STATUS_PATH,
  splitOwn,
} from "../pages/key.ts";
import { hasPart, readPage, type StoredPage } from "../pages/storage.ts";
import { type Part, placeOf } from "../pages/together.ts";
import type { Reading } from "./reading.ts";
import {
  answerBeingPublished,
  answerBeingPublishedJson,
  answerForbidden,
  answerForbiddenJson,
  asksForJson,
} from "./refuse.ts";
import type { Resolved } from "./resolve.ts";
import { answerOwnPage, answerRedirect, headInstead, readReaders } from "./respond.ts";
import { isEnded, type OpenSession, readSession } from "./session.ts";
import { notFound, readStored } from "./stored.ts";

/** Of `/me`. */
const EXPORT = "/export";
/** Where it is asked for. */
const EXPORT_FORM = "/api/export";
const LOGIN_PATH = DEPLOY_KEYS.login;

/** Only the session says whose page it is; without one nothing is said of any. */
export async function answerOwn(
  reading: Reading,
  { type, rest, representation }: Resolved & { type: "own" },
): Promise<Response> {
  const { env, request, now } = reading;
  const session = await readSession(env, request, now);
  if (!session) return answerLogin();
  const place = placeOf(ownKey(session.person, rest || INBOX_PATH));
  const stored = await readFor(env, session, place.key);
  if (!stored) return answerLogin();
  if (rest === "") return answerPrivately(answerRedirect(303, personPath(session.person)));
  const own = await findOwn(reading, place.part, stored.page, rest);
  if (rest === EXPORT) return answerExport(reading, own?.page ?? null);
  const head = own && headInstead(own.page, { key: place.key, representation });
  const headRest = head === null ? undefined : splitOwn(head)?.rest;
  if (headRest !== undefined) {
    return answerOwn(reading, { type, rest: headRest, representation });
  }
  const response = own && answerOwnPage(request, own.page, representation, own.part);
  return answerPrivately(response ?? (await notFound(reading)));
}

function answerLogin(): Response {
  return answerPrivately(answerRedirect(303, LOGIN_PATH));
}

/**
 * What is stored under a key, for somebody who may read it: one read, or two at once, because the
 * inbox says whether the session still holds. Null when it does not.
 */
async function readFor(
  env: ReaderEnv,
  session: OpenSession,
  key: string,
): Promise<{ readonly page: StoredPage | null } | null> {
  const inboxKey = ownKey(session.person, INBOX_PATH);
  const asked = readPage(env.PAGES, key);
  const [page, inbox] = await Promise.all([
    asked,
    key === inboxKey ? asked : readPage(env.PAGES, inboxKey),
  ]);
  return isEnded(session, inbox) ? null : { page };
}

/** A page that fetches a file does not go away: where one has waited, the file is behind a link. */
const EXPORT_READY = `/me${EXPORT}?ready`;

/** Of a request that no page of another site caused; old browsers and scripts say nothing. */
const OWN_SITES: readonly (string | null)[] = ["same-origin", "none", null];

/**
 * The file is written once somebody asks for it: whoever has none asks, and comes again. Where a link
 * on another site leads here, it has not asked: a form does.
 */
async function answerExport(reading: Reading, page: StoredPage | null): Promise<Response> {
  const { env, request } = reading;
  const file = page && answerOwnPage(request, page, "default", null);
  const { origin, searchParams } = new URL(request.url);
  if (file && searchParams.has("ready")) {
    const shown = await readStored(reading, DEPLOY_KEYS.exportReady);
    const ready = shown && answerOwnPage(request, shown, "default", null);
    if (ready) return answerPrivately(ready);
  }
  if (file) {
    file.headers.set("Content-Disposition", 'attachment; filename="cairn.json"');
    return answerPrivately(file);
  }
  if (!OWN_SITES.includes(request.headers.get("sec-fetch-site"))) {
    return answerPrivately(answerRedirect(303, EXPORT_FORM));
  }
  const cookie = request.headers.get("cookie") ?? "";
  const headers = { cookie, origin, "Content-Type": "application/x-www-form-urlencoded" };
  const form = new Request(origin + EXPORT_FORM, { method: "POST", headers, body: "" });
  const asked = await env.INTAKE.fetch(form as never, { redirect: "manual" });
  // What another Worker has answered is not to be changed.
  if (asked.status !== 303) {
    const { body, status, headers } = asked as unknown as Response;
    return answerPrivately(new Response(body, { status, headers }));
  }
  // The file is JSON: only a browser wants a page.
  const isBrowser = request.headers.get("accept")?.includes("text/html") ?? false;
  if (!isBrowser) return answerPrivately(answerBeingPublishedJson());
  const shown = await readStored(reading, DEPLOY_KEYS.beingPublished);
  return answerPrivately(answerBeingPublished(request, shown, EXPORT_READY));
}

/** To anybody else the status is not there; of a queue everybody knows that there is one. */
export async function answerGuarded(
  reading: Reading,
  { key, representation }: Resolved & { type: "guarded" },
): Promise<Response> {
  const { env, request, now } = reading;
  const session = await readSession(env, request, now);
  const stored = session && (await readFor(env, session, key));
  if (!stored) return answerLogin();
  const { page } = stored;
  const isReader = page !== null && (await readReaders(page)).includes(session.person);
  if (page && !isReader && key !== guardedKey(STATUS_PATH)) {
    return answerPrivately(await moderatorsOnly(reading));
  }
  const response = isReader ? answerOwnPage(request, page, representation, null) : null;
  return answerPrivately(response ?? (await notFound(reading)));
}

/** No cache keeps what one person may see. */
function answerPrivately(response: Response): Response {
  response.headers.set("Cache-Control", "private, no-store");
  return response;
}

async function moderatorsOnly(reading: Reading): Promise<Response> {
  const { request } = reading;
  if (asksForJson(request)) return answerForbiddenJson();
  const shown = await readStored(reading, DEPLOY_KEYS.moderatorsOnly);
  return answerForbidden(request, shown);
}

/** Whoever has nothing yet sees what everybody sees who has nothing. */
async function findOwn(
  reading: Reading,
  part: Part | null,
  own: StoredPage | null,
  rest: string,
): Promise<{ readonly page: StoredPage; readonly part: Part | null } | null> {
  if (own && (part === null || own.head.status !== 200 || hasPart(own.head, part))) {
    return { page: own, part };
  }
  const nobodys = `~${rest}`;
  const page = isDeployKey(nobodys) ? await readStored(reading, nobodys) : null;
  return page && { page, part: null };
}
