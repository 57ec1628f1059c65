/** What the consumer costs while nothing happens: its own entry points, a minute after the last run. */
import { setTimeout as pause } from "node:timers/promises";
import type { ConsumerEnv } from "../../src/bindings.ts";
import consumer from "../../src/consumer/worker.ts";
import type { Site } from "../../src/pages/page-type.ts";
import type { LocalState } from "../local.ts";
import { type Counts, costOf, noWrites, OPERATIONS_A_MESSAGE } from "./counted-consumer.ts";
import { countedBell, countedBucket, countedDatabase, countedEvents } from "./counted-stores.ts";
import { PRODUCTION } from "./lanes.ts";
import type { WriteCost } from "./money/measured.ts";

/** Cron's. */
const MINUTE_MS = 60_000;
/** The fast lane in production, and a bell's delay is in whole seconds. */
const UNTIL_DUE_MS = 11_000;

/** Takes a minute and a half, by the clock that the entry points have. */
export async function benchIdle(state: LocalState, config: Site): Promise<WriteCost> {
  await runOnce(state, config, noWrites());
  await pause(MINUTE_MS - UNTIL_DUE_MS);
  const counts = noWrites();
  await runOnce(state, config, counts);
  // No message has brought it about, but for the bell.
  const queueOperations = OPERATIONS_A_MESSAGE * counts.stores.bells;
  return { ...costOf(counts, 1), queueOperations };
}

async function runOnce(state: LocalState, config: Site, counts: Counts): Promise<void> {
  const { stores } = counts;
  const env: ConsumerEnv = {
    PLAN: "paid",
    // The paid plan asks no object.
    WORKSHOP: {} as ConsumerEnv["WORKSHOP"],
    DB: countedDatabase(state.db, stores),
    PAGES: countedBucket(state.pages, stores),
    SITE: state.site,
    EVENTS: countedEvents(stores),
    PUBLISH: countedBell(stores),
    ORIGIN: config.origin,
    ADMINS: config.admins.join(","),
    READER: undefined,
    ...PRODUCTION,
  };
  const invoke = async (work: () => Promise<void>) => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    counts.cpuMs += (user + system) / 1000;
    counts.invocations++;
  };
  await invoke(() => consumer.scheduled(null as never, env));
  const rung = stores.bells;
  await pause(UNTIL_DUE_MS);
  const batch = { queue: "cairn-publish", messages: [] };
  if (rung > 0) await invoke(() => consumer.queue(batch as never, env));
}
