/**
 * The session token: who is logged in, signed so that nobody can write their own. Pure but for
 * WebCrypto; intake signs, intake and reader verify.
 *
 * `{name}.{epoch}.{expires}.{HMAC-SHA256 in hex}`: every character may stand in a cookie, and the
 * token has one spelling only.
 */

export interface Session {
  /** The person's name as registered. */
  readonly name: string;
  /** A session ends when its account moves on to another epoch. */
  readonly epoch: number;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** Set and read by intake, read by the reader; no script can. */
export const SESSION_COOKIE = "session";
/** A month: long enough to stay logged in, short enough that a forgotten computer forgets. */
export const SESSION_LIFE_SECONDS = 30 * 24 * 60 * 60;
/** As many as HMAC-SHA256's output has bytes: a shorter key is the weakest part of a signature. */
const MIN_SECRET_CHARS = 32;
/** Signed along with a token, so that no other use of the secret can yield a session. */
export type Purpose = "session" | "operator";

const TOKEN =
  /^(?<payload>(?<name>[\w-]+)\.(?<epoch>\d{1,15})\.(?<expires>\d{1,15}))\.(?<mac>[0-9a-f]{64})$/;

/** @throws when the secret is missing or too short */
export async function signSession(
  secret: string,
  session: Session,
  purpose: Purpose = "session",
): Promise<string> {
  const payload = `${session.name}.${session.epoch}.${session.expires}`;
  const mac = await crypto.subtle.sign(
    "HMAC",
    await hmacKey(secret),
    signedBytes(purpose, payload),
  );
  return `${payload}.${toHex(new Uint8Array(mac))}`;
}

/**
 * Null when the token is no session of ours or has expired. The epoch is for the caller to check.
 * @param nowSeconds since 1970
 * @throws when the secret is missing or too short
 */
export async function verifySession(
  secret: string,
  token: string,
  nowSeconds: number,
  purpose: Purpose = "session",
): Promise<Session | null> {
  const parts = TOKEN.exec(token)?.groups;
  if (!parts?.payload || !parts.name || !parts.mac) return null;
  const key = await hmacKey(secret);
  const mac = fromHex(parts.mac);
  const signed = signedBytes(purpose, parts.payload);
  if (!(await crypto.subtle.verify("HMAC", key, mac, signed))) return null;
  const session = { name: parts.name, epoch: Number(parts.epoch), expires: Number(parts.expires) };
  return nowSeconds < session.expires ? session : null;
}

function hmacKey(secret: string): Promise<CryptoKey> {
  if (secret === undefined || secret.length < MIN_SECRET_CHARS) {
    throw new Error(`SESSION_SECRET must have at least ${MIN_SECRET_CHARS} characters`);
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
}

function signedBytes(purpose: Purpose, payload: string): Uint8Array {
  return new TextEncoder().encode(`${purpose}.${payload}`);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
