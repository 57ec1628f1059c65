/** The session's cookies: set at login, read with every form, cleared at logout. */
import { parse, serialize } from "hono/utils/cookie";
import {
  SESSION_COOKIE,
  SESSION_LIFE_SECONDS,
  signSession,
  verifySession,
} from "../model/session.ts";
import { type Account, findAccount } from "./accounts.ts";
import type { FormRequest } from "./form.ts";

/** Read by the overlay script, trusted by nobody. */
const NAME_COOKIE = "name";
/** Browsers keep `Secure` cookies off plain http, which is all a developer has. */
const LOCAL_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

export async function sessionCookies(
  { request, env, nowMs }: FormRequest,
  account: Pick<Account, "name" | "sessionEpoch">,
): Promise<readonly string[]> {
  const expires = Math.floor(nowMs / 1000) + SESSION_LIFE_SECONDS;
  const session = { name: account.name, epoch: account.sessionEpoch, expires };
  return bothCookies(request, {
    token: await signSession(env.SESSION_SECRET, session),
    name: account.name,
    maxAge: SESSION_LIFE_SECONDS,
  });
}

export function clearedCookies(request: Request): readonly string[] {
  return bothCookies(request, { token: "", name: "", maxAge: 0 });
}

/** The sender's account, now; null without a session that still holds. */
export async function readAccount({ request, env, nowMs }: FormRequest): Promise<Account | null> {
  const token = parse(request.headers.get("cookie") ?? "", SESSION_COOKIE)[SESSION_COOKIE];
  if (token === undefined) return null;
  const session = await verifySession(env.SESSION_SECRET, token, Math.floor(nowMs / 1000));
  if (!session) return null;
  const account = await findAccount(env.ACCOUNTS, session.name);
  return account?.sessionEpoch === session.epoch ? account : null;
}

/** Whom the browser takes for logged in: for itself to see, and for its keeper of passwords. */
export function greetedName(request: Request): string {
  return parse(request.headers.get("cookie") ?? "", NAME_COOKIE)[NAME_COOKIE] ?? "";
}

function bothCookies(
  request: Request,
  { token, name, maxAge }: { token: string; name: string; maxAge: number },
): readonly string[] {
  const { protocol, hostname } = new URL(request.url);
  const secure = !(protocol === "http:" && LOCAL_HOSTS.includes(hostname));
  const shared = { path: "/", maxAge, sameSite: "Lax", secure } as const;
  return [
    serialize(SESSION_COOKIE, token, { ...shared, httpOnly: true }),
    serialize(NAME_COOKIE, name, shared),
  ];
}
