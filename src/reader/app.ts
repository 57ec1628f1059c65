/**
 * Answers reads: one key, one storage read, the bytes as they were published. Depends on stored
 * pages and the intake; it has no database, and renders nothing.
 */
import { Hono } from "hono";
import type { ReaderEnv } from "../bindings.ts";
import { mintedAtMs } from "../model/ids.ts";
import { isHealthy, type StatusReport } from "../model/status.ts";
import { DEPLOY_KEYS, guardedKey, STATUS_PATH } from "../pages/key.ts";
import { readPage } from "../pages/storage.ts";
import { type Address, Addresses } from "./addresses.ts";
import { answerGuarded, answerOwn } from "./private.ts";
import type { Memory, Reading } from "./reading.ts";
import { type KeptPage, RecentPages } from "./recent.ts";
import {
  answerBeingPublished,
  answerBeingPublishedJson,
  answerFault,
  answerHealthy,
  answerMethod,
  answerToken,
  answerTokenJson,
  asksForJson,
} from "./refuse.ts";
import type { Instead, Resolved } from "./resolve.ts";
import {
  type Asked,
  answerRedirect,
  headInstead,
  prepareAnswer,
  suffixOf,
  textOf,
} from "./respond.ts";
import { load, notFound, readStored } from "./stored.ts";

/** How long a page that was just accepted may take to appear. Milliseconds. */
const PUBLISHING_MS = 60_000;

/** @param now milliseconds since 1970 */
export function createReader(now: () => number) {
  const app = new Hono<{ Bindings: ReaderEnv }>();
  const memory: Memory = { recent: new RecentPages(), addresses: new Addresses() };
  app.all("/api/:form{.+}", (context) => forward(context.env, context.req.raw));
  app.get("*", (context) => {
    const { env, req } = context;
    const address = memory.addresses.find(req.raw.url);
    return answer({ ...memory, env, request: req.raw, now: now() }, address);
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

function answer(reading: Reading, address: Address): Response | Promise<Response> {
  const { resolved } = address;
  switch (resolved.type) {
    case "redirect":
      return answerRedirect(301, resolved.location);
    case "invalid_token":
      return refuseToken(reading);
    case "not_found":
      return notFound(reading);
    case "own":
      return answerOwn(reading, resolved);
    case "guarded":
      return answerGuarded(reading, resolved);
    case "health":
      return answerHealth(reading);
    case "page": {
      const { env, recent, now } = reading;
      const kept = recent.find(resolved.key, now, Number(env.KEEP_MS));
      if (kept) return answerKept(reading, address, resolved, kept);
      return answerKey(reading, address, resolved);
    }
  }
}

function answerKept(
  reading: Reading,
  address: Address,
  asked: Resolved & { type: "page" },
  kept: KeptPage,
): Response | Promise<Response> {
  const { request, recent, addresses, now } = reading;
  const head = headInstead(kept.page, asked);
  if (head !== null) {
    const headText = address.url.origin + head + suffixOf(asked.representation);
    return answer(reading, addresses.find(headText));
  }
  const keepsMore = (bytes: number) => recent.grow(asked.key, kept, bytes);
  const prepared = kept.answer(address, () =>
    prepareAnswer(address.url.pathname, kept, asked, now, keepsMore),
  );
  if (prepared) return prepared(request);
  return asked.instead ? answerInstead(reading, address, asked, asked.instead) : notFound(reading);
}

async function answerKey(
  reading: Reading,
  address: Address,
  asked: Resolved & { type: "page" },
): Promise<Response> {
  const { request, now } = reading;
  const kept = await load(reading, asked.key);
  if (kept) return answerKept(reading, address, asked, kept);
  if (asked.instead) return answerInstead(reading, address, asked, asked.instead);
  if (!isBeingPublished(asked.key, address.url, now)) return notFound(reading);
  if (asksForJson(request)) return answerBeingPublishedJson();
  const shown = await readStored(reading, DEPLOY_KEYS.beingPublished);
  return answerBeingPublished(request, shown);
}

function answerInstead(
  reading: Reading,
  { url }: Address,
  { representation, sort }: Asked,
  { path, anchor }: Instead,
): Response | Promise<Response> {
  const found = path + suffixOf(representation) + (sort === null ? "" : `?sort=${sort}`);
  return representation === "default"
    ? answerRedirect(301, found + anchor)
    : answer(reading, reading.addresses.find(url.origin + found));
}

/** From what cron last wrote down: a reader has nothing else to ask. */
async function answerHealth({ env, now }: Reading): Promise<Response> {
  const page = await readPage(env.PAGES, guardedKey(STATUS_PATH));
  const stored = page?.head.representations.find(({ type }) => type === "json");
  const report = page && stored ? (JSON.parse(await textOf(page, stored)) as StatusReport) : null;
  return answerHealthy(report !== null && isHealthy(report, Math.floor(now / 1000)));
}

/** A minted id carries its time; after creating a community its event does. */
function isBeingPublished(key: string, url: URL, now: number): boolean {
  const id = key.startsWith("/comments/")
    ? key.slice("/comments/".length)
    : url.searchParams.get("fresh");
  const mintedAt = id === null ? null : mintedAtMs(id);
  return mintedAt !== null && Math.abs(now - mintedAt) < PUBLISHING_MS;
}

async function refuseToken(reading: Reading): Promise<Response> {
  const { request } = reading;
  if (asksForJson(request)) return answerTokenJson();
  return answerToken(request, await readStored(reading, DEPLOY_KEYS.notFound));
}
