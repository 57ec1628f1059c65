/** The consumer's entry point: queues and cron. The clock and randomness begin here. */
import type { ExportedHandler, MessageBatch } from "@cloudflare/workers-types";
import type { ConsumerEnv } from "../bindings.ts";
import { parseAdmins } from "../model/admins.ts";
import { type Pending, readPending } from "../store/pending.ts";
import { auditSome } from "./audit-some.ts";
import { ringBell } from "./bell.ts";
import { deriveRows } from "./derive-rows.ts";
import { finishDepartures } from "./finish-departures.ts";
import { fingerprintOf, nameAllPages } from "./name-all.ts";
import { publishSoon } from "./publish-soon.ts";
import { type PublisherDeps, publishStale } from "./publish-stale.ts";
import { purgeFrontCache } from "./purge-front-cache.ts";
import { RankedHeads } from "./ranked-heads.ts";
import { receiveDeadLetters, receiveEvents } from "./receive.ts";
import { reportStatus } from "./report-status.ts";
import { tick } from "./tick.ts";

const EVENTS_QUEUE = "cairn-events";
const PUBLISH_QUEUE = "cairn-publish";
const DEAD_QUEUE = "cairn-dead";

/** Lives as long as the isolate, which has one database. */
const RANKED = new RankedHeads();

export default {
  async queue(batch, env) {
    const deps = depsOf(env);
    await receive(batch, deps);
    const pending = await readPending(env.DB);
    const isMore = pending.isLeaving || pending.purgeDue > 0;
    if (isMore) {
      await finish(deps, env);
      await purgeFrontCache(deps);
    }
    await ring(deps, env, isMore ? undefined : pending);
  },
  /**
   * Time passes for the listings that it drives. And the safety net: whatever lost its bell is
   * published, and a deploy's new code names all pages.
   */
  async scheduled(_, env) {
    const deps = depsOf(env);
    if (!(await deriveRows(deps.db))) return;
    await tick(deps.db, deps.now(), deps.pace);
    await nameAllPages(deps);
    await finish(deps, env);
    await publishStale(deps);
    await purgeFrontCache(deps);
    await auditSome(deps);
    await reportStatus(deps);
    await ring(deps, env);
  },
} satisfies ExportedHandler<ConsumerEnv>;

/** What an account that was deleted left is worked off by one invocation after another. */
async function finish(deps: PublisherDeps, { PUBLISH }: ConsumerEnv): Promise<void> {
  if (await finishDepartures(deps)) await PUBLISH.send({});
}

/** @param pending if it has just been read */
function ring(deps: PublisherDeps, env: ConsumerEnv, pending?: Pending): Promise<void> {
  const { db, config, now } = deps;
  return ringBell(db, env.PUBLISH, fingerprintOf(config), now(), pending);
}

async function receive(batch: MessageBatch, deps: PublisherDeps): Promise<void> {
  switch (batch.queue) {
    case EVENTS_QUEUE:
      return receiveEvents(batch.messages, deps);
    case PUBLISH_QUEUE:
      return publishSoon(deps, (ms) => scheduler.wait(ms));
    case DEAD_QUEUE:
      return receiveDeadLetters(batch.messages, deps);
    default:
      throw new Error(`no such queue: ${batch.queue}`);
  }
}

function depsOf(env: ConsumerEnv): PublisherDeps {
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
    purge: READER && (() => READER.purge(null)),
  };
}
