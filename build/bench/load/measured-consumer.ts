/**
 * The consumer as it is deployed, on databases and stores that count. Bench only: asked by HTTP, it
 * tells what it has counted since the last time.
 */
import type { ExportedHandler } from "@cloudflare/workers-types";
import type { ConsumerEnv } from "../../../src/bindings.ts";
import consumer from "../../../src/consumer/worker.ts";
import { countedDatabase, countedPages, type PutCounts, type RowCounts } from "./counted.ts";

const ROWS: RowCounts = { queries: 0, read: 0, written: 0 };
const PUTS: PutCounts = { byKey: new Map(), leastPause: Number.POSITIVE_INFINITY };
let batches = 0;

export interface Counted {
  readonly rows: RowCounts;
  readonly batches: number;
  /** Objects put, by key. */
  readonly puts: readonly (readonly [string, number])[];
  /** Least milliseconds between two puts of one key. */
  readonly leastPause: number;
}

let watched: ConsumerEnv | undefined;

function counted(env: ConsumerEnv): ConsumerEnv {
  watched ??= {
    ...env,
    DB: countedDatabase(env.DB, ROWS),
    PAGES: countedPages(env.PAGES, PUTS, Date.now),
  };
  return watched;
}

export default {
  async fetch() {
    const puts = [...PUTS.byKey];
    const all: Counted = { rows: { ...ROWS }, batches, puts, leastPause: PUTS.leastPause };
    PUTS.byKey.clear();
    Object.assign(ROWS, { queries: 0, read: 0, written: 0 });
    batches = 0;
    return Response.json(all) as never;
  },
  queue(batch, env) {
    if (batch.queue === "cairn-events") batches++;
    return consumer.queue(batch, counted(env));
  },
  scheduled: (controller, env) => consumer.scheduled(controller, counted(env)),
} satisfies ExportedHandler<ConsumerEnv>;
