/** Hashes passwords with scrypt, and checks them. */
import { Buffer } from "node:buffer";
import { scrypt, timingSafeEqual } from "node:crypto";

/**
 * 2¹⁴ with p = 5 is OWASP's equivalent of 2¹⁷ with p = 1 at an eighth of the memory (16 MB): an
 * isolate has 128 MB. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const COST = { log2N: 14, r: 8, p: 5 };
/** 256 bits, as long as the hash inside scrypt. */
const KEY_BYTES = 32;
/** 128 bits, as NIST wants at least: no two are the same. */
export const SALT_BYTES = 16;

/** Checked in place of an account's own, so that unknown names take as long as wrong passwords. */
const NOBODYS_PASSWORD = `scrypt$${COST.log2N}$${COST.r}$${COST.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** `scrypt$log2N$r$p$salt$key`: the cost may be raised later without breaking older passwords. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const { log2N, r, p } = COST;
  const key = await deriveKey(password, salt, { log2N, r, p });
  return ["scrypt", log2N, r, p, toText(salt), toText(key)].join("$");
}

/** @param stored what `hashPassword` returned; null never matches, but takes as long */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  const [, log2N, r, p, salt = "", key = ""] = (stored ?? NOBODYS_PASSWORD).split("$");
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  const derived = await deriveKey(password, Buffer.from(salt, "base64url"), cost);
  return timingSafeEqual(derived, Buffer.from(key, "base64url")) && stored !== null;
}

/** Two keyboards may send one letter in two forms; NFKC makes them one, as RFC 8265 asks. */
function deriveKey(password: string, salt: Uint8Array, cost: typeof COST): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { N: 2 ** cost.log2N, r: cost.r, p: cost.p };
  scrypt(password.normalize("NFKC"), salt, KEY_BYTES, options, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
