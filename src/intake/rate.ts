/** How fast forms may be sent. */
import type { IntakeEnv } from "../bindings.ts";
import type { LimiterName } from "./form.ts";
import { networkOf } from "./network.ts";
import type { Refusal } from "./refusal.ts";

/** The period of every limiter in wrangler.toml: after it, the sender is free again. */
const PERIOD_SECONDS = 60;
/** All requests without an address share one count; on Cloudflare there is always an address. */
const NO_ADDRESS = "local";

/** @param sender a person's name, or a network */
export async function limitRate(
  env: IntakeEnv,
  limiter: LimiterName | null,
  sender: string,
): Promise<Refusal | null> {
  if (limiter === null || env.RATE_LIMITS === "off") return null;
  const { success } = await env[limiter].limit({ key: sender.toLowerCase() });
  return success ? null : { type: "too_fast", seconds: PERIOD_SECONDS };
}

/** Of whoever has no name yet. */
export function networkOfSender(request: Request): string {
  return networkOf(request.headers.get("cf-connecting-ip") ?? NO_ADDRESS);
}
