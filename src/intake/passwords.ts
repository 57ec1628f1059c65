/** Who hashes passwords: the Worker itself, or on the free plan one of its objects. */
import type { IntakeEnv } from "../bindings.ts";
import { checkPassword, hashPassword } from "./password.ts";

export interface Passwords {
  /** As `hashPassword`. */
  hash(password: string, salt: Uint8Array): Promise<string>;
  /** As `checkPassword`. */
  check(password: string, stored: string | null): Promise<boolean>;
}

const OWN: Passwords = { hash: hashPassword, check: checkPassword };

/** An object does one thing at a time: so many, so that a slow login holds up few others. */
const HASHERS = 8;

export function passwordsOf(env: Pick<IntakeEnv, "PLAN" | "HASHERS">, name: string): Passwords {
  if (env.PLAN !== "free") return OWN;
  return env.HASHERS.getByName(hasherOf(name)) as unknown as Passwords;
}

/** Names are one without regard to case, and what is no name has its hasher too. */
function hasherOf(name: string): string {
  let sum = 0;
  for (const letter of name.toLowerCase()) sum += letter.codePointAt(0) ?? 0;
  return String(sum % HASHERS);
}
