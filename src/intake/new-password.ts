/** A password to be: how long it may be, and its hash under a fresh salt. */
import { charCount } from "../model/clean-text.ts";
import { MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS } from "../model/limits.ts";
import { SALT_BYTES } from "./password.ts";
import type { Passwords } from "./passwords.ts";
import type { FieldRefusal } from "./refusal.ts";

export function checkLength(password: string, field: "passwd" | "new_passwd"): FieldRefusal | null {
  const chars = charCount(password);
  if (chars < MIN_PASSWORD_CHARS) {
    return { type: "too_short", field, chars, min: MIN_PASSWORD_CHARS };
  }
  if (chars > MAX_PASSWORD_CHARS) {
    return { type: "too_long", field, chars, max: MAX_PASSWORD_CHARS };
  }
  return null;
}

/** @param random in [0, 1), not to be guessed */
export function hashNewPassword(
  passwords: Passwords,
  password: string,
  random: () => number,
): Promise<string> {
  const salt = Uint8Array.from({ length: SALT_BYTES }, () => Math.floor(random() * 256));
  return passwords.hash(password, salt);
}
