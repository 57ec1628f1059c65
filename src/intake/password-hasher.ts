/**
 * Where passwords are hashed on the free plan: a Worker has 10 ms of CPU there, a hash takes a hundred,
 * and a Durable Object has 30 seconds for each call. It stores nothing, and logs nothing.
 */
import { DurableObject } from "cloudflare:workers";
import { checkPassword, hashPassword } from "./password.ts";
import type { Passwords } from "./passwords.ts";

export class PasswordHasher extends DurableObject implements Passwords {
  hash(password: string, salt: Uint8Array): Promise<string> {
    return hashPassword(password, salt);
  }

  check(password: string, stored: string | null): Promise<boolean> {
    return checkPassword(password, stored);
  }
}
