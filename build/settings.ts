/** What the environment says to every script. */
import { resolve } from "node:path";
import { parseAdmins } from "../src/model/admins.ts";
import type { Site } from "../src/pages/page-type.ts";

export interface Settings {
  readonly port: number;
  /** Local KV, R2 and D1, as `wrangler dev --persist-to` means it. Absolute. */
  readonly stateDir: string;
  /** What pages know: what absolute URLs begin with, and who the admins are. */
  readonly site: Site;
  /** `on` or `off`. */
  readonly rateLimits: string;
  /** `on` or `off`. */
  readonly logSql: string;
  /** Cloudflare's; null where wrangler.toml decides. */
  readonly plan: Plan | null;
}

export const PLANS = ["free", "paid"] as const;
export type Plan = (typeof PLANS)[number];

export class SettingsError extends Error {}

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const port = Number(environment.PORT || 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingsError(`PORT is ${environment.PORT}: it takes a number from 1 to 65535`);
  }
  const origin = (environment.CAIRN_ORIGIN || "http://localhost:8787").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]+$/.test(origin)) {
    throw new SettingsError(`CAIRN_ORIGIN is ${origin}: it takes a scheme and a host`);
  }
  const plan = PLANS.find((each) => each === environment.CAIRN_PLAN) ?? null;
  if (environment.CAIRN_PLAN && plan === null) {
    throw new SettingsError(
      `CAIRN_PLAN is ${environment.CAIRN_PLAN}: it takes ${PLANS.join(" or ")}`,
    );
  }
  return {
    port,
    stateDir: resolve(environment.CAIRN_STATE || ".wrangler/state"),
    site: { origin, admins: parseAdmins(environment.CAIRN_ADMINS ?? "") },
    logSql: environment.CAIRN_SQL === "on" ? "on" : "off",
    rateLimits: environment.CAIRN_RATE_LIMITS === "off" ? "off" : "on",
    plan,
  };
}
