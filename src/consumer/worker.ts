/** The consumer's entry points: queues and cron. The clock and randomness begin here. */
import type { ExportedHandler } from "@cloudflare/workers-types";
import type { ConsumerEnv } from "../bindings.ts";
import { parseAdmins } from "../model/admins.ts";
import type { Backlog } from "../model/status.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { openPhases, type Phases } from "./phases.ts";
import type { Clock } from "./publish-soon.ts";
import { RankedHeads } from "./ranked-heads.ts";
import { runCron, workOffBatch } from "./work-off.ts";

/** Lives as long as the isolate, which has one database. */
const RANKED = new RankedHeads();

const CLOCK: Clock = { now: Date.now, sleep: (ms) => scheduler.wait(ms) };

export default {
  queue: (batch, env) => workOffBatch(batch, phasesOf(env), CLOCK, limitsOf(env.PLAN)),
  scheduled: (_, env) => runCron(phasesOf(env), limitsOf(env.PLAN)),
} satisfies ExportedHandler<ConsumerEnv>;

/** On the free plan they are those of the object, of which there is one: it has a method for each. */
function phasesOf(env: ConsumerEnv): Phases {
  if (env.PLAN !== "free") return ownPhases(env, limitsOf(env.PLAN));
  // Anew for each phase: a stub whose object was reset meanwhile fails ever after.
  const object = () => env.WORKSHOP.getByName("the one") as unknown as Phases;
  return new Proxy({} as Phases, { get: (_, phase: keyof Phases) => object()[phase] });
}

/** Those that whoever holds the bindings does itself. */
export function ownPhases(env: ConsumerEnv, limits: Limits): Phases {
  return openPhases(depsOf(env, limits), env.PUBLISH);
}

async function backlogOf(events: ConsumerEnv["EVENTS"]): Promise<Backlog> {
  const { backlogCount, oldestMessageTimestamp } = await events.metrics();
  const oldest = Number(oldestMessageTimestamp ?? 0);
  return { events: backlogCount, oldestAt: oldest > 0 ? Math.floor(oldest / 1000) : null };
}

export function depsOf(env: ConsumerEnv, limits: Limits): ConsumerDeps {
  const { READER } = env;
  return {
    db: env.DB,
    pages: env.PAGES,
    site: env.SITE,
    config: { origin: env.ORIGIN, admins: parseAdmins(env.ADMINS) },
    pace: {
      fast: Number(env.FAST_LANE_SECONDS) * 1000,
      side: Number(env.SIDE_LANE_SECONDS) * 1000,
      slow: Number(env.SLOW_LANE_SECONDS) * 1000,
      private: Number(env.PRIVATE_LANE_SECONDS) * 1000,
      tally: Number(env.TALLY_SECONDS) * 1000,
      patience: Number(env.PATIENCE_SECONDS) * 1000,
    },
    now: Date.now,
    token: () => crypto.randomUUID(),
    ranked: RANKED,
    breathe: () => scheduler.wait(1),
    backlog: () => backlogOf(env.EVENTS),
    purge: READER && (() => READER.purge(null)),
    limits,
  };
}
