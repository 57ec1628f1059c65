/** The consumer on the free plan, over real bindings, with each call counted on both sides. */
import { createScheduledController, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { aroundPhases } from "../../../build/bench/around-phases.ts";
import {
  countedBell,
  countedBucket,
  countedDatabase,
  countedEvents,
  countedNamespace,
  noCounts,
} from "../../../build/bench/counted-stores.ts";
import type { ConsumerEnv } from "../../../src/bindings.ts";
import { FREE } from "../../../src/consumer/limits.ts";
import consumer, { ownPhases } from "../../../src/consumer/worker.ts";
import type { Workshop } from "../../../src/consumer/workshop.ts";
import { anId } from "../../makers.ts";

/** What each phase asked at most, by its name. */
export type MostCalls = Map<string, number>;

/** Has the real object count what it asks of its bindings. */
export async function countedWorkshop(
  most: MostCalls,
  database: D1Database = env.DB,
): Promise<void> {
  const stores = noCounts();
  const phases = aroundPhases(
    ownPhases(
      {
        ...env,
        DB: countedDatabase(database, stores),
        PAGES: countedBucket(env.PAGES, stores),
        SITE: countedNamespace(env.SITE, stores),
        EVENTS: countedEvents(stores),
        PUBLISH: countedBell(stores),
      },
      FREE,
    ),
    async (name, work) => {
      const before = stores.subrequests;
      try {
        return await work();
      } finally {
        most.set(name, Math.max(most.get(name) ?? 0, stores.subrequests - before));
      }
    },
  );
  const stub = env.WORKSHOP.getByName("the one");
  await runInDurableObject(stub, (workshop) => {
    (workshop as unknown as Workshop).phases = phases;
  });
}

/** A Worker of the free plan: all it may do itself is to ask the object. */
export function freeWorker() {
  let asked = 0;
  let most = 0;
  const forbidden = new Proxy({}, { get: () => forbid }) as never;
  const WORKSHOP = {
    getByName: (name: string) => {
      const stub = env.WORKSHOP.getByName(name);
      return aroundPhases(stub as never, (_, work) => {
        asked++;
        return work();
      });
    },
  } as unknown as ConsumerEnv["WORKSHOP"];
  const bindings: ConsumerEnv = {
    ...env,
    PLAN: "free",
    WORKSHOP,
    DB: forbidden,
    PAGES: forbidden,
    SITE: forbidden,
    EVENTS: forbidden,
    PUBLISH: forbidden,
  };
  const invoke = async (work: () => Promise<void>) => {
    asked = 0;
    await work();
    most = Math.max(most, asked);
  };
  return {
    /** Calls of the costliest invocation. */
    mostCalls: () => most,
    /** @returns what was acked, and after how many seconds the others come again */
    async deliver(queue: string, bodies: readonly unknown[], attempts = 1) {
      const acked: unknown[] = [];
      const delays: unknown[] = [];
      const messages = bodies.map((body) => ({
        id: anId(),
        timestamp: new Date(),
        attempts,
        body,
        ack: () => void acked.push(body),
        retry: (options?: { readonly delaySeconds?: number }) =>
          void delays.push(options?.delaySeconds),
      }));
      await invoke(() => consumer.queue({ queue, messages } as never, bindings));
      return { acked, delays };
    },
    cron: () => invoke(() => consumer.scheduled(createScheduledController(), bindings)),
  };
}

function forbid(): never {
  throw new Error("the Worker itself asks nobody but its object");
}
