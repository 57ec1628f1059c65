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

/** @param now milliseconds since 1970 */
export async function operatorHeaders(
  secret: string,
  now: number,
): Promise<Readonly<Record<"authorization", string>>> {
  const expires = Math.floor(now / 1000) + TOKEN_LIFE_SECONDS;
  const token = await signSession(secret, { name: OPERATOR, epoch: 0, expires });
  return { authorization: `Bearer ${token}` };
}

/** @param now milliseconds since 1970 */
export async function isOperators(
  { headers }: Request,
  secret: string,
  now: number,
): Promise<boolean> {
  const token = headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  return (await verifySession(secret, token, now / 1000))?.name === OPERATOR;
}
