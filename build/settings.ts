/** What the environment says to every script. */
import { resolve } from "node:path";
import { impossibleAdmins, parseAdmins } from "../src/model/admins.ts";
import type { Site } from "../src/pages/page-type.ts";

export interface Settings {
  readonly port: number;
  /** Local KV, R2 and D1, as `wrangler dev --persist-to` means it. Absolute. */
  readonly stateDir: string;
  /** What pages know: what absolute URLs begin with, and who the admins are. */
  readonly site: Site;
  readonly rateLimits: Switch;
  readonly logSql: Switch;
  /** Cloudflare's; null where wrangler.toml decides. */
  readonly plan: Plan | null;
}

export const PLANS = ["free", "paid"] as const;
export type Plan = (typeof PLANS)[number];

const SWITCH = ["on", "off"] as const;
type Switch = (typeof SWITCH)[number];

export class SettingsError extends Error {}

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const port = Number(environment.PORT || 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingsError(`PORT is ${environment.PORT}: it takes a number from 1 to 65535`);
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
    site: {
      origin: readOrigin(environment.CAIRN_ORIGIN || "http://localhost:8787"),
      admins: readAdmins(environment.CAIRN_ADMINS ?? ""),
    },
    logSql: readSwitch("CAIRN_SQL", environment.CAIRN_SQL || "off"),
    rateLimits: readSwitch("CAIRN_RATE_LIMITS", environment.CAIRN_RATE_LIMITS || "on"),
    plan,
  };
}

/** Lower case, and without a slash at its end. */
export function readOrigin(given: string, variable = "CAIRN_ORIGIN"): string {
  const url = URL.parse(given);
  const isWeb = url !== null && /^https?:$/.test(url.protocol);
  if (isWeb && url.origin === given.toLowerCase().replace(/\/+$/, "")) return url.origin;
  const example = isWeb ? url.origin : "https://example.com";
  throw new SettingsError(
    `${variable} is ${given}: it takes a scheme and a host, as in ${example}`,
  );
}

export function readAdmins(names: string, variable = "CAIRN_ADMINS"): Site["admins"] {
  const [impossible] = impossibleAdmins(names);
  if (impossible === undefined) return parseAdmins(names);
  throw new SettingsError(
    `${variable} has ${impossible}: it takes names by comma, and nobody can have that one`,
  );
}

function readSwitch(variable: string, given: string): Switch {
  const position = SWITCH.find((each) => each === given.toLowerCase());
  if (position) return position;
  throw new SettingsError(`${variable} is ${given}: it takes ${SWITCH.join(" or ")}`);
}
