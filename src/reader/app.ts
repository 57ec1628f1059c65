/**
 * Answers reads: one key, one storage read, the bytes as they were published. Depends on stored
 * pages and the intake; it has no database, and renders nothing.
 */
import { Hono } from "hono";
import type { ReaderEnv } from "../bindings.ts";
import { mintedAtMs, type PersonKey } from "../model/ids.ts";
import { DEPLOY_KEYS, isDeployKey, ownKey, personPath, SESSION_EPOCH } from "../pages/key.ts";
import { readDeployPage, readPage, type StoredPage } from "../pages/storage.ts";
import { type Resolved, resolve } from "./resolve.ts";
import {
  answerBeingPublished,
  answerMethod,
  answerNotFound,
  answerOwnPage,
  answerPage,
  answerPrivately,
  answerRedirect,
  answerToken,
  readReaders,
} from "./respond.ts";
import { readSession } from "./session.ts";

/** How long a page that was just accepted may take to appear. Milliseconds. */
const PUBLISHING_MS = 60_000;

const LOGIN_PATH = DEPLOY_KEYS.login;

/** @param now milliseconds since 1970 */
export function createReader(now: () => number) {
  const app = new Hono<{ Bindings: ReaderEnv }>();
  app.all("/api/:form{.+}", (context) => forward(context.env, context.req.raw));
  app.get("*", (context) => answer(context.env, context.req.raw, now()));
  app.all("*", () => answerMethod());
  return app;
}

async function forward(env: ReaderEnv, request: Request): Promise<Response> {
  return (await env.INTAKE.fetch(request as never)) as unknown as Response;
}

async function answer(env: ReaderEnv, request: Request, now: number): Promise<Response> {
  const url = new URL(request.url);
  const resolved = resolve(url);
  switch (resolved.type) {
    case "redirect":
      return answerRedirect(301, resolved.location);
    case "invalid_token":
      return answerToken();
    case "not_found":
      return notFound(env, request);
    case "own":
      return answerOwn(env, request, resolved, now);
    case "guarded":
      return answerGuarded(env, request, resolved.key, now);
    case "page":
      return answerKey(env, request, url, resolved, now);
  }
}

async function answerKey(
  env: ReaderEnv,
  request: Request,
  url: URL,
  { key, ...asked }: Resolved & { type: "page" },
  now: number,
): Promise<Response> {
  const page = await readStored(env, key);
  if (page) {
    const response = answerPage(request, url, page, asked);
    if (response) return response;
  } else if (isBeingPublished(key, url, now)) {
    return answerBeingPublished(request, await readStored(env, DEPLOY_KEYS.beingPublished));
  }
  return notFound(env, request);
}

/** Only the session says whose page it is; without one nothing is said of any. */
async function answerOwn(
  env: ReaderEnv,
  request: Request,
  { rest, representation }: Resolved & { type: "own" },
  now: number,
): Promise<Response> {
  const person = await readSession(env, request, now);
  if (person === null) return answerPrivately(answerRedirect(303, LOGIN_PATH));
  if (rest === "") return answerPrivately(answerRedirect(303, personPath(person)));
  const page = await readOwn(env, person, rest);
  const response = page && answerOwnPage(request, page, representation);
  return answerPrivately(response ?? (await notFound(env, request)));
}

/** To anybody else the page is not there. */
async function answerGuarded(
  env: ReaderEnv,
  request: Request,
  key: string,
  now: number,
): Promise<Response> {
  const person = await readSession(env, request, now);
  if (person === null) return answerPrivately(answerRedirect(303, LOGIN_PATH));
  const page = await readPage(env.PAGES, key);
  const response =
    page && (await readReaders(page)).includes(person)
      ? answerOwnPage(request, page, "default")
      : null;
  return answerPrivately(response ?? (await notFound(env, request)));
}

/** Whoever has nothing yet sees what everybody sees who has nothing. */
async function readOwn(
  env: ReaderEnv,
  person: PersonKey,
  rest: string,
): Promise<StoredPage | null> {
  if (rest === SESSION_EPOCH) return null;
  const nobodys = `~${rest}`;
  return (
    (await readPage(env.PAGES, ownKey(person, rest))) ??
    (isDeployKey(nobodys) ? readDeployPage(env.SITE, nobodys) : null)
  );
}

function readStored(env: ReaderEnv, key: string): Promise<StoredPage | null> {
  return isDeployKey(key) ? readDeployPage(env.SITE, key) : readPage(env.PAGES, key);
}

/** A minted id carries its time; after creating a community its event does. */
function isBeingPublished(key: string, url: URL, now: number): boolean {
  const id = key.startsWith("/comments/")
    ? key.slice("/comments/".length)
    : url.searchParams.get("fresh");
  const mintedAt = id === null ? null : mintedAtMs(id);
  return mintedAt !== null && Math.abs(now - mintedAt) < PUBLISHING_MS;
}

async function notFound(env: ReaderEnv, request: Request): Promise<Response> {
  return answerNotFound(request, await readStored(env, DEPLOY_KEYS.notFound));
}
