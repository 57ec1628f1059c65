/** Stored pages, from what the isolate keeps where it has them. */
import type { ReaderEnv } from "../bindings.ts";
import { DEPLOY_KEYS, isDeployKey } from "../pages/key.ts";
import { readDeployPage, readPage, type StoredPage } from "../pages/storage.ts";
import type { KeptPage, RecentPages } from "./recent.ts";
import { answerNotFound, answerNotFoundJson, asksForJson } from "./refuse.ts";

export async function readStored(
  env: ReaderEnv,
  key: string,
  recent: RecentPages,
  now: number,
): Promise<StoredPage | null> {
  const kept = recent.find(key, now, Number(env.KEEP_MS));
  return (kept ?? (await load(env, key, recent, now)))?.page ?? null;
}

/** Whatever the isolate keeps, this reads. */
export async function load(
  env: ReaderEnv,
  key: string,
  recent: RecentPages,
  now: number,
): Promise<KeptPage | null> {
  const page = await (isDeployKey(key) ? readDeployPage(env.SITE, key) : readPage(env.PAGES, key));
  if (page) return recent.keep(key, page, now + Number(env.KEEP_MS));
  recent.forget(key);
  return null;
}

export async function notFound(
  env: ReaderEnv,
  request: Request,
  recent: RecentPages,
  now: number,
): Promise<Response> {
  if (asksForJson(request)) return answerNotFoundJson();
  return answerNotFound(request, await readStored(env, DEPLOY_KEYS.notFound, recent, now));
}
