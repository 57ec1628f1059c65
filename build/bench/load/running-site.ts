/** The consumer and the reader on raw workerd, over a copy of the operator's site. */
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { CairnEvent } from "../../../src/queue/events.ts";
import type { ContentDb } from "../../../src/store/database.ts";
import type { Lanes } from "../lanes.ts";
import { bundle, freePort, workerdOf } from "../reading/contender.ts";
import { cpuMicroseconds } from "../reading/load.ts";
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
  /** CPU time of workerd so far. */
  cpu(): number;
  stop(): Promise<void>;
}

export async function startSite(
  stateDir: string,
  lanes: Lanes,
  siteOrigin: string,
): Promise<RunningSite> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml", "dev");
  const { d1Databases, r2Buckets, kvNamespaces, compatibilityDate } = workerOptions;
  const compatibilityFlags = ["nodejs_compat"];
  const stores = { compatibilityDate, compatibilityFlags, d1Databases, r2Buckets, kvNamespaces };
  const modules = async (main: string) => [
    { type: "ESModule", path: "worker.mjs", contents: await bundle(main) },
  ];
  const port = await freePort();
  const before = new Set(workerdOf());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(stateDir, "v3"),
      workers: [
        {
          ...stores,
          name: "consumer",
          modules: await modules("build/bench/load/worker.ts"),
          queueProducers: {
            EVENTS: { queueName: "cairn-events" },
            PUBLISH: { queueName: "cairn-publish" },
          },
          queueConsumers: { "cairn-events": QUEUE, "cairn-publish": QUEUE },
          bindings: { ...lanes, ORIGIN: siteOrigin, ADMINS: "" },
        },
        {
          ...stores,
          name: "reader",
          modules: await modules("src/reader/worker.ts"),
          bindings: { KEEP_MS: "250" },
          serviceBindings: { INTAKE: () => new Response(null, { status: 503 }) },
          unsafeDirectSockets: [{ host: HOST, port }],
        },
      ],
    } as unknown as V4MiniflareOptions),
  );
  await miniflare.ready;
  const pid = workerdOf().find((each) => !before.has(each));
  if (pid === undefined) throw new Error("workerd did not start");
  const post = async (path: string, body: unknown) => {
    const answer = await miniflare.dispatchFetch(`http://consumer${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  return {
    db: (await miniflare.getD1Database("DB", "consumer")) as unknown as ContentDb,
    origin: `http://${HOST}:${port}`,
    send: async (events) => void (await post("/send", events)),
    live: async (second) => void (await post("/second", second)),
    counts: async () => (await (await post("/counts", null)).json()) as Counts,
    cpu: () => cpuMicroseconds(pid),
    stop: () => miniflare.dispose(),
  };
}
