/**
 * Cairn's Workers on raw workerd, over a copy of the operator's site: consumer and reader in one
 * process, with their queues; the simulators of their database in another, and those of the other
 * stores in a third, as the platform has them elsewhere.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CairnEvent } from "../../../src/queue/events.ts";
import type { ContentDb } from "../../../src/store/database.ts";
import { STORES } from "../../simulator-files.ts";
import type { Lanes } from "../lanes.ts";
import { answering, reaching } from "./far-stores.ts";
import type { Counts, Second } from "./worker.ts";
import { codeOf, codeThat, ownOptions, startWorkerd } from "./workerd-process.ts";

const HOST = "127.0.0.1";
const QUEUE = { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 100 };

export interface RunningSite {
  readonly db: ContentDb;
  /** Where the reader answers. */
  readonly origin: string;
  /** Into the queue. */
  send(events: readonly CairnEvent[]): Promise<void>;
  /** What is in the queue stays there. */
  hold(): Promise<void>;
  release(): Promise<void>;
  live(second: Second): Promise<void>;
  /** Since the last time. */
  counts(): Promise<Counts>;
  /** CPU time of all processes so far. Microseconds. */
  cpu(): Cpu;
  stop(): Promise<void>;
}

/** Of Cairn's Workers, and of the simulators. */
export interface Cpu {
  readonly workers: number;
  readonly stores: number;
}

/** Of so many writes between two readings. */
export function cpuOfOne(before: Cpu, after: Cpu, writes: number): Cpu {
  return {
    workers: (after.workers - before.workers) / writes,
    stores: (after.stores - before.stores) / writes,
  };
}

export async function startSite(
  stateDir: string,
  lanes: Lanes,
  siteOrigin: string,
): Promise<RunningSite> {
  const sockets = mkdtempSync(join(tmpdir(), "cairn-stores-"));
  const { d1Databases, r2Buckets, kvNamespaces } = ownOptions();
  const database = await startStores(stateDir, sockets, { d1Databases });
  const stores = await startStores(stateDir, sockets, { r2Buckets, kvNamespaces });
  const consumer = {
    name: "consumer",
    ...(await codeOf("build/bench/load/worker.ts")),
    bindings: { ...lanes, ORIGIN: siteOrigin, ADMINS: "" },
    queueProducers: {
      EVENTS: { queueName: "cairn-events" },
      PUBLISH: { queueName: "cairn-publish" },
    },
    queueConsumers: { "cairn-events": QUEUE, "cairn-publish": QUEUE },
    unsafeBindings: reaching(sockets, { DB: "d1", PAGES: "r2", SITE: "kv" }),
  };
  const reader = {
    name: "reader",
    ...(await codeOf("src/reader/worker.ts")),
    bindings: { KEEP_MS: "250" },
    serviceBindings: { INTAKE: () => new Response(null, { status: 503 }) },
    unsafeBindings: reaching(sockets, { PAGES: "r2", SITE: "kv" }),
    unsafeDirectSockets: [{ host: HOST, port: 0 }],
  };
  const workers = await startWorkerd([consumer, reader]);
  return {
    db: (await database.miniflare.getD1Database("DB")) as unknown as ContentDb,
    origin: (await workers.miniflare.unsafeGetDirectURL("reader")).origin,
    send: async (events) => void (await workers.post("consumer", "/events", events)),
    hold: async () => void (await workers.post("consumer", "/hold", null)),
    release: async () => void (await workers.post("consumer", "/release", null)),
    live: async (second) => void (await workers.post("consumer", "/second", second)),
    counts: async () => (await (await workers.post("consumer", "/counts", null)).json()) as Counts,
    cpu: () => ({
      workers: workers.cpuMicroseconds(),
      stores: database.cpuMicroseconds() + stores.cpuMicroseconds(),
    }),
    async stop() {
      await workers.miniflare.dispose();
      await stores.miniflare.dispose();
      await database.miniflare.dispose();
      rmSync(sockets, { recursive: true });
    },
  };
}

/** A Worker has them, because Miniflare knows no stores without one. */
async function startStores(stateDir: string, sockets: string, bindings: object) {
  const stores = {
    name: "stores",
    ...codeThat("export default {};"),
    ...bindings,
    unsafeBindings: [answering(sockets)],
  };
  return startWorkerd([stores], { resourcePersistencePath: join(stateDir, STORES) });
}
