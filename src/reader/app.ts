/**
 * Answers reads: one key, one storage read, the bytes as they were published. Depends on stored
 * pages and the intake; it has no database, and renders nothing.
 */
import { Hono } from "hono";
import type { ReaderEnv } from "../bindings.ts";
import { mintedAtMs } from "../model/ids.ts";
import { isHealthy, type StatusReport } from "../model/status.ts";
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
import { hasPart, readDeployPage, readPage, type StoredPage } from "../pages/storage.ts";
import { type Part, placeOf } from "../pages/together.ts";
import { type Address, Addresses } from "./addresses.ts";
import { type KeptPage, RecentPages } from "./recent.ts";
import type { Resolved } from "./resolve.ts";
import {
  answerBeingPublished,
  answerBeingPublishedJson,
  answerFault,
  answerForbidden,
  answerForbiddenJson,
  answerHealthy,
  answerMethod,
  answerNotFound,
  answerNotFoundJson,
  answerOwnPage,
  answerPrivately,
  answerRedirect,
  answerToken,
  answerTokenJson,
  asksForJson,
  headInstead,
  prepareAnswer,
  readReaders,
  suffixOf,
  textOf,
} from "./respond.ts";
import { isEnded, type OpenSession, readSession } from "./session.ts";

/** How long a page that was just accepted may take to appear. Milliseconds. */
const PUBLISHING_MS = 60_000;

/** Of `/me`. */
const EXPORT = "/export";
/** Where it is asked for. */
const EXPORT_FORM = "/api/export";
const LOGIN_PATH = DEPLOY_KEYS.login;

/** What an isolate remembers between requests. */
interface Memory {
  readonly recent: RecentPages;
  readonly addresses: Addresses;
}

/** @param now milliseconds since 1970 */
export function createReader(now: () => number) {
  const app = new Hono<{ Bindings: ReaderEnv }>();
  const memory = { recent: new RecentPages(), addresses: new Addresses() };
  app.all("/api/:form{.+}", (context) => forward(context.env, context.req.raw));
  app.get("*", (context) => {
    const address = memory.addresses.find(context.req.raw.url);
    return answer(context.env, context.req.raw, address, memory, now());
  });
  app.all("*", () => answerMethod());
  app.onError((error, context) => failed(error, context.req.raw));
  return {
    fetch: (request: Request, env: ReaderEnv, context?: ExecutionContext) => {
      const again = answerAgain(request, memory, now());
      if (again instanceof Promise) return again.catch((error) => failed(error, request));
      return again ?? app.fetch(request, env, context);
    },
  };
}

function failed(error: unknown, request: Request): Response {
  console.error("the reader failed", request.method, new URL(request.url).pathname, error);
  return answerFault(request);
}

/**
 * What was answered to this address a moment ago, if it still holds: the way of almost every request in
 * a crowd, without routing and without a promise.
 */
function answerAgain(
  request: Request,
  { recent, addresses }: Memory,
  now: number,
): Response | Promise<Response> | null {
  const address = addresses.known(request.url);
  if (address?.resolved.type !== "page" || request.method !== "GET") return null;
  const answer = recent.fresh(address.resolved.key, now)?.known(address);
  return answer ? answer(request) : null;
}

async function forward(env: ReaderEnv, request: Request): Promise<Response> {
  return (await env.INTAKE.fetch(request as never)) as unknown as Response;
}

function answer(
  env: ReaderEnv,
  request: Request,
  address: Address,
  memory: Memory,
  now: number,
): Response | Promise<Response> {
  const { resolved } = address;
  switch (resolved.type) {
    case "redirect":
      return answerRedirect(301, resolved.location);
    case "invalid_token":
      return refuseToken(env, request, memory, now);
    case "not_found":
      return notFound(env, request, memory, now);
    case "own":
      return answerOwn(env, request, resolved, memory, now);
    case "guarded":
      return answerGuarded(env, request, resolved, memory, now);
    case "health":
      return answerHealth(env, now);
    case "page": {
      const kept = memory.recent.find(resolved.key, now, Number(env.KEEP_MS));
      if (kept) return answerKept(env, request, address, resolved, kept, memory, now);
      return answerKey(env, request, address, resolved, memory, now);
    }
  }
}

function answerKept(
  env: ReaderEnv,
  request: Request,
  address: Address,
  asked: Resolved & { type: "page" },
  kept: KeptPage,
  memory: Memory,
  now: number,
): Response | Promise<Response> {
  const head = headInstead(kept.page, asked);
  if (head !== null) {
    const headText = address.url.origin + head + suffixOf(asked.representation);
    return answer(env, request, memory.addresses.find(headText), memory, now);
  }
  const keepsMore = (bytes: number) => memory.recent.grow(asked.key, kept, bytes);
  const prepared = kept.answer(address, () =>
    prepareAnswer(address.url.pathname, kept, asked, now, keepsMore),
  );
  return prepared ? prepared(request) : notFound(env, request, memory, now);
}

async function answerKey(
  env: ReaderEnv,
  request: Request,
  address: Address,
  asked: Resolved & { type: "page" },
  memory: Memory,
  now: number,
): Promise<Response> {
  const kept = await load(env, asked.key, memory, now);
  if (kept) return answerKept(env, request, address, asked, kept, memory, now);
  if (!isBeingPublished(asked.key, address.url, now)) return notFound(env, request, memory, now);
  if (asksForJson(request)) return answerBeingPublishedJson();
  const shown = await readStored(env, DEPLOY_KEYS.beingPublished, memory, now);
  return answerBeingPublished(request, shown);
}

/** Only the session says whose page it is; without one nothing is said of any. */
async function answerOwn(
  env: ReaderEnv,
  request: Request,
  { type, rest, representation }: Resolved & { type: "own" },
  memory: Memory,
  now: number,
): Promise<Response> {
  const session = await readSession(env, request, now);
  if (!session) return answerLogin();
  const place = placeOf(ownKey(session.person, rest || INBOX_PATH));
  const stored = await readFor(env, session, place.key);
  if (!stored) return answerLogin();
  if (rest === "") return answerPrivately(answerRedirect(303, personPath(session.person)));
  const own = await findOwn(env, place.part, stored.page, rest, memory, now);
  if (rest === EXPORT) return answerExport(env, request, own?.page ?? null, memory, now);
  const head = own && headInstead(own.page, { key: place.key, representation });
  const headRest = head === null ? undefined : splitOwn(head)?.rest;
  if (headRest !== undefined) {
    return answerOwn(env, request, { type, rest: headRest, representation }, memory, now);
  }
  const response = own && answerOwnPage(request, own.page, representation, own.part);
  return answerPrivately(response ?? (await notFound(env, request, memory, now)));
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
async function answerExport(
  env: ReaderEnv,
  request: Request,
  page: StoredPage | null,
  memory: Memory,
  now: number,
): Promise<Response> {
  const file = page && answerOwnPage(request, page, "default", null);
  const { origin, searchParams } = new URL(request.url);
  if (file && searchParams.has("ready")) {
    const shown = await readStored(env, DEPLOY_KEYS.exportReady, memory, now);
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
  const shown = await readStored(env, DEPLOY_KEYS.beingPublished, memory, now);
  return answerPrivately(answerBeingPublished(request, shown, EXPORT_READY));
}

/** To anybody else the status is not there; of a queue everybody knows that there is one. */
async function answerGuarded(
  env: ReaderEnv,
  request: Request,
  { key, representation }: Resolved & { type: "guarded" },
  memory: Memory,
  now: number,
): Promise<Response> {
  const session = await readSession(env, request, now);
  const stored = session && (await readFor(env, session, key));
  if (!stored) return answerLogin();
  const { page } = stored;
  const isReader = page !== null && (await readReaders(page)).includes(session.person);
  if (page && !isReader && key !== guardedKey(STATUS_PATH)) {
    return answerPrivately(await moderatorsOnly(env, request, memory, now));
  }
  const response = isReader ? answerOwnPage(request, page, representation, null) : null;
  return answerPrivately(response ?? (await notFound(env, request, memory, now)));
}

async function moderatorsOnly(
  env: ReaderEnv,
  request: Request,
  memory: Memory,
  now: number,
): Promise<Response> {
  if (asksForJson(request)) return answerForbiddenJson();
  const shown = await readStored(env, DEPLOY_KEYS.moderatorsOnly, memory, now);
  return answerForbidden(request, shown);
}

/** From what cron last wrote down: a reader has nothing else to ask. */
async function answerHealth(env: ReaderEnv, now: number): Promise<Response> {
  const page = await readPage(env.PAGES, guardedKey(STATUS_PATH));
  const stored = page?.head.representations.find(({ type }) => type === "json");
  const report = page && stored ? (JSON.parse(await textOf(page, stored)) as StatusReport) : null;
  return answerHealthy(report !== null && isHealthy(report, Math.floor(now / 1000)));
}

/** Whoever has nothing yet sees what everybody sees who has nothing. */
async function findOwn(
  env: ReaderEnv,
  part: Part | null,
  own: StoredPage | null,
  rest: string,
  memory: Memory,
  now: number,
): Promise<{ readonly page: StoredPage; readonly part: Part | null } | null> {
  if (own && (part === null || own.head.status !== 200 || hasPart(own.head, part))) {
    return { page: own, part };
  }
  const nobodys = `~${rest}`;
  const page = isDeployKey(nobodys) ? await readStored(env, nobodys, memory, now) : null;
  return page && { page, part: null };
}

async function readStored(
  env: ReaderEnv,
  key: string,
  memory: Memory,
  now: number,
): Promise<StoredPage | null> {
  const kept = memory.recent.find(key, now, Number(env.KEEP_MS));
  return (kept ?? (await load(env, key, memory, now)))?.page ?? null;
}

async function load(
  env: ReaderEnv,
  key: string,
  { recent }: Memory,
  now: number,
): Promise<KeptPage | null> {
  const page = await (isDeployKey(key) ? readDeployPage(env.SITE, key) : readPage(env.PAGES, key));
  if (page) return recent.keep(key, page, now + Number(env.KEEP_MS));
  recent.forget(key);
  return null;
}

/** A minted id carries its time; after creating a community its event does. */
function isBeingPublished(key: string, url: URL, now: number): boolean {
  const id = key.startsWith("/comments/")
    ? key.slice("/comments/".length)
    : url.searchParams.get("fresh");
  const mintedAt = id === null ? null : mintedAtMs(id);
  return mintedAt !== null && Math.abs(now - mintedAt) < PUBLISHING_MS;
}

async function notFound(
  env: ReaderEnv,
  request: Request,
  memory: Memory,
  now: number,
): Promise<Response> {
  if (asksForJson(request)) return answerNotFoundJson();
  return answerNotFound(request, await readStored(env, DEPLOY_KEYS.notFound, memory, now));
}

async function refuseToken(
  env: ReaderEnv,
  request: Request,
  memory: Memory,
  now: number,
): Promise<Response> {
  if (asksForJson(request)) return answerTokenJson();
  return answerToken(request, await readStored(env, DEPLOY_KEYS.notFound, memory, now));
}
