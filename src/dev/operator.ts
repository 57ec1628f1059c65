/**
 * Local only: what a script asks of the server that has the state, by HTTP. It is answered only to
 * whoever can read the state's secret. Pure but for WebCrypto.
 */
import { signSession, verifySession } from "../model/session.ts";

export const DEAD_PATH = "/-/dead";

/** Shorter than any name that somebody can have. */
const OPERATOR = "-";
/** Between the script's clock and the server's nothing but their work lies. Seconds. */
const TOKEN_LIFE_SECONDS = 60;

/** @param now milliseconds since 1970; @returns the value of the header `Authorization` */
export async function operatorToken(secret: string, now: number): Promise<string> {
  const expires = Math.floor(now / 1000) + TOKEN_LIFE_SECONDS;
  const session = { name: OPERATOR, epoch: 0, expires };
  return `Bearer ${await signSession(secret, session, "operator")}`;
}

/** @param now milliseconds since 1970 */
export async function isOperators(
  { method, headers }: Request,
  secret: string,
  now: number,
): Promise<boolean> {
  const token = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const session = await verifySession(secret, token, now / 1000, "operator");
  return method === "POST" && session !== null;
}
