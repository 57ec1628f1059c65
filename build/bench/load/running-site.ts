/**
 * Cairn's Workers on raw workerd, over a copy of the operator's site: consumer and reader in one
 * process, the simulators of their stores and queues in another, as the platform has them elsewhere.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { CairnEvent } from "../../../src/queue/events.ts";
import type { ContentDb } from "../../../src/store/database.ts";
import type { Lanes } from "../lanes.ts";
import { bundle, freePort, workerdOf } from "../reading/contender.ts";
import { cpuMicroseconds } from "../reading/load.ts";
import { answering, reaching } from "./far-stores.ts";
import type { Counts, Second } from "./worker.ts";

const HOST = "127.0.0.1";
const QUEUE = { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 100 };

export interface RunningSite {
  readonly db: ContentDb;
  /** Where the reader answers. */
  readonly origin: string;
  /** Into the queue. */
  send(events: readonly CairnEvent[]): Promise<void>;
  live(second: Second): Promise<void>;
  /** Since the last time. */
  counts(): Promise<Counts>;
  /** CPU time of both processes so far. Microseconds. */
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
  const [consumerPort, readerPort] = [await freePort(), await freePort()];
  const sockets = mkdtempSync(join(tmpdir(), "cairn-stores-"));
  const stores = await startStores(stateDir, sockets, consumerPort);
  const workers = await startProcess({
    workers: [
      {
        name: "consumer",
        ...(await codeOf("build/bench/load/worker.ts")),
        bindings: { ...lanes, ORIGIN: siteOrigin, ADMINS: "" },
        serviceBindings: { SELF: "consumer" },
        unsafeBindings: reaching(sockets, { DB: "d1", PAGES: "r2", SITE: "kv", PUBLISH: "queue" }),
        unsafeDirectSockets: [{ host: HOST, port: consumerPort }],
      },
      {
        name: "reader",
        ...(await codeOf("src/reader/worker.ts")),
        bindings: { KEEP_MS: "250" },
        unsafeBindings: reaching(sockets, { PAGES: "r2", SITE: "kv" }),
        serviceBindings: { INTAKE: () => new Response(null, { status: 503 }) },
        unsafeDirectSockets: [{ host: HOST, port: readerPort }],
      },
    ],
  });
  const ask = (path: string, body: unknown) => post(workers.miniflare, `consumer${path}`, body);
  return {
    db: (await stores.miniflare.getD1Database("DB")) as unknown as ContentDb,
    origin: `http://${HOST}:${readerPort}`,
    send: async (events) => void (await post(stores.miniflare, "stores/", events)),
    live: async (second) => void (await ask("/second", second)),
    counts: async () => (await (await ask("/counts", null)).json()) as Counts,
    cpu: () => ({ workers: workers.cpu(), stores: stores.cpu() }),
    stop: async () => {
      await workers.miniflare.dispose();
      await stores.miniflare.dispose();
      rmSync(sockets, { recursive: true });
    },
  };
}

async function startStores(stateDir: string, sockets: string, consumerPort: number) {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml", "dev");
  const { d1Databases, r2Buckets, kvNamespaces } = workerOptions;
  const external = { address: `${HOST}:${consumerPort}`, http: {} };
  return startProcess({
    resourcePersistencePath: join(stateDir, "v3"),
    workers: [
      {
        name: "stores",
        ...(await codeOf("build/bench/load/stores-worker.ts")),
        d1Databases,
        r2Buckets,
        kvNamespaces,
        queueProducers: {
          EVENTS: { queueName: "cairn-events" },
          PUBLISH: { queueName: "cairn-publish" },
        },
        queueConsumers: { "cairn-events": QUEUE, "cairn-publish": QUEUE },
        serviceBindings: { CONSUMER: { external } },
        unsafeBindings: [answering(sockets)],
      },
    ],
  });
}

async function codeOf(main: string) {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml", "dev");
  return {
    modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundle(main) }],
    compatibilityDate: workerOptions.compatibilityDate,
    // The latter lets the bench say to the consumer what a queue delivers.
    compatibilityFlags: ["nodejs_compat", "service_binding_extra_handlers"],
  };
}

async function startProcess(options: object) {
  const before = new Set(workerdOf());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions(options as unknown as V4MiniflareOptions),
  );
  await miniflare.ready;
  const pid = workerdOf().find((each) => !before.has(each));
  if (pid === undefined) throw new Error("workerd did not start");
  return { miniflare, cpu: () => cpuMicroseconds(pid) };
}

async function post(miniflare: Miniflare, place: string, body: unknown) {
  const answer = await miniflare.dispatchFetch(`http://${place}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`);
  return answer;
}
