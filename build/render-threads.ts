/** Threads that render pages and have them stored: as many as there are cores, less for few pages. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Site } from "../src/pages/page-type.ts";

const THREAD = new URL("./render-thread.ts", import.meta.url).pathname;

/** Of each thread: V8 would rather grow than tidy up; a chunk of the largest pages needs half of it. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

export interface ThreadSettings {
  /** See build/content-file. */
  readonly contentFile: string;
  readonly config: Site;
  /** That the pages are rendered as of. */
  readonly commit: number;
  /** The address of the Worker that puts; null to compress and let go: what a bench measures. */
  readonly storekeeper: string | null;
}

export interface PageTask {
  readonly key: string;
  readonly isStored: boolean;
  /** Also when the stored page says that it is the same. */
  readonly mustPut: boolean;
}

export interface Order {
  readonly id: number;
  readonly pages: readonly PageTask[];
}

export interface Answer {
  readonly id: number;
  readonly written: number;
}

export interface RenderThreads {
  readonly count: number;
  /** @returns how many were written */
  render(pages: readonly PageTask[]): Promise<number>;
  stop(): Promise<void>;
}

/** @param chunks that there will be: none needs no thread */
export function startRenderThreads(settings: ThreadSettings, chunks: number): RenderThreads {
  const count = Math.min(availableParallelism(), chunks);
  const threads = Array.from({ length: count }, () => startThread(settings));
  return {
    count,
    render(pages) {
      const idlest = threads.reduce((a, b) => (b.waiting() < a.waiting() ? b : a));
      return idlest.render(pages);
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}

function startThread(settings: ThreadSettings) {
  const worker = new Worker(THREAD, { workerData: settings, resourceLimits: HEAP });
  const orders = new Map<number, PromiseWithResolvers<number>>();
  let lastId = 0;
  worker.on("message", ({ id, written }: Answer) => {
    orders.get(id)?.resolve(written);
    orders.delete(id);
  });
  worker.on("error", (error) => {
    for (const order of orders.values()) order.reject(error);
  });
  return {
    waiting: () => orders.size,
    render(pages: readonly PageTask[]): Promise<number> {
      const order = Promise.withResolvers<number>();
      const id = ++lastId;
      orders.set(id, order);
      const tasks = pages.map(({ key, isStored, mustPut }) => ({ key, isStored, mustPut }));
      worker.postMessage({ id, pages: tasks } satisfies Order);
      return order.promise;
    },
    stop: () => worker.terminate(),
  };
}
