/** Whose session a request comes with. Verifies only: the reader signs nothing. */
import { parse } from "hono/utils/cookie";
import type { ReaderEnv } from "../bindings.ts";
import { type PersonKey, personKey } from "../model/ids.ts";
import { SESSION_COOKIE, verifySession } from "../model/session.ts";
import { ownKey, SESSION_EPOCH } from "../pages/key.ts";
import { readPage } from "../pages/storage.ts";
import { textOf } from "./respond.ts";

/**
 * Null without a session, with one that has expired, and with one that its person has ended: a new
 * password raises the epoch, which the consumer publishes.
 */
export async function readSession(
  env: ReaderEnv,
  request: Request,
  nowMs: number,
): Promise<PersonKey | null> {
  const token = parse(request.headers.get("cookie") ?? "", SESSION_COOKIE)[SESSION_COOKIE];
  if (token === undefined) return null;
  const session = await verifySession(env.SESSION_SECRET, token, Math.floor(nowMs / 1000));
  const person = session && personKey(session.name);
  if (!session || person === null) return null;
  return session.epoch >= (await readEpoch(env, person)) ? person : null;
}

/** Since when sessions hold; 0 for somebody who has never ended any. */
async function readEpoch(env: ReaderEnv, person: PersonKey): Promise<number> {
  const page = await readPage(env.PAGES, ownKey(person, SESSION_EPOCH));
  const [stored] = page?.head.representations ?? [];
  if (!page || !stored) return 0;
  return (JSON.parse(await textOf(page, stored)) as { readonly epoch: number }).epoch;
}
