/** The folders that wrangler writes to besides the state: bundles in the project, the rest at home. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const BUNDLES = join(".wrangler", "tmp");

/** @returns why wrangler cannot bundle here, or null: it would only say so, and never answer */
export function complaintAboutBundles(): string | null {
  try {
    mkdirSync(BUNDLES, { recursive: true });
    accessSync(BUNDLES, constants.W_OK);
    return null;
  } catch (error) {
    return `wrangler bundles in ${resolve(BUNDLES)}: ${(error as Error).message}`;
  }
}

/** Where nobody has a home, as in many containers, wrangler's own settings and logs are kept here. */
export function homeForWrangler(): NodeJS.ProcessEnv {
  if (process.env.XDG_CONFIG_HOME) return {};
  try {
    accessSync(homedir(), constants.W_OK);
    return {};
  } catch {
    return { XDG_CONFIG_HOME: resolve(".wrangler") };
  }
}
