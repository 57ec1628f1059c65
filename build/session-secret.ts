/** The secret that signs a state's sessions: made when it is first served, never in the repository. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SECRETS = "secrets.env";

/** @returns the file, as wrangler reads it */
export function secretsFile(stateDir: string): string {
  const file = join(stateDir, SECRETS);
  if (!existsSync(file)) {
    writeFileSync(file, `SESSION_SECRET=${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  }
  return file;
}

/** That of the server which uses the state. */
export function readSecret(stateDir: string): string {
  const [, secret = ""] =
    /^SESSION_SECRET=(.+)$/m.exec(readFileSync(secretsFile(stateDir), "utf8")) ?? [];
  return secret;
}

/** Every session ends: the next server makes another secret. */
export function forgetSecret(stateDir: string): void {
  rmSync(join(stateDir, SECRETS), { force: true });
}
