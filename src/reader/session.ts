/** Whose session a request comes with. Verifies only: the reader signs nothing. */
import { parse } from "hono/utils/cookie";
import type { ReaderEnv } from "../bindings.ts";
import { type PersonKey, personKey } from "../model/ids.ts";
import { SESSION_COOKIE, verifySession } from "../model/session.ts";
import type { StoredPage } from "../pages/storage.ts";

export interface OpenSession {
  readonly person: PersonKey;
  readonly epoch: number;
}

/** Null without a session, and with one that has expired. */
export async function readSession(
  env: ReaderEnv,
  request: Request,
  nowMs: number,
): Promise<OpenSession | null> {
  const token = parse(request.headers.get("cookie") ?? "", SESSION_COOKIE)[SESSION_COOKIE];
  if (token === undefined) return null;
  const session = await verifySession(env.SESSION_SECRET, token, Math.floor(nowMs / 1000));
  const person = session && personKey(session.name);
  return session && person !== null ? { person, epoch: session.epoch } : null;
}

/**
 * Has its person ended it? A new password raises the epoch.
 * @param inbox as it is stored; null for somebody who has none, and has never ended any
 */
export function isEnded({ epoch }: OpenSession, inbox: StoredPage | null): boolean {
  return epoch < (inbox?.head.sessionEpoch ?? 0);
}
