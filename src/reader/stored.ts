/** Stored pages, from what the isolate keeps where it has them. */
import { DEPLOY_KEYS, isDeployKey } from "../pages/key.ts";
import { readDeployPage, readPage, type StoredPage } from "../pages/storage.ts";
import type { Reading } from "./reading.ts";
import type { KeptPage } from "./recent.ts";
import { answerNotFound, answerNotFoundJson, asksForJson } from "./refuse.ts";

export async function readStored(reading: Reading, key: string): Promise<StoredPage | null> {
  const { env, recent, now } = reading;
  const kept = recent.find(key, now, Number(env.KEEP_MS));
  return (kept ?? (await load(reading, key)))?.page ?? null;
}

/** Whatever the isolate keeps, this reads. */
export async function load({ env, recent, now }: Reading, key: string): Promise<KeptPage | null> {
  const page = await (isDeployKey(key) ? readDeployPage(env.SITE, key) : readPage(env.PAGES, key));
  if (page) return recent.keep(key, page, now + Number(env.KEEP_MS));
  recent.forget(key);
  return null;
}

export async function notFound(reading: Reading): Promise<Response> {
  const { request } = reading;
  if (asksForJson(request)) return answerNotFoundJson();
  return answerNotFound(request, await readStored(reading, DEPLOY_KEYS.notFound));
}
