/** Threads that render pages and store them: as many as there are cores, or as few as are needed. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Site } from "../src/pages/page-type.ts";
import type { ObjectPaths } from "./object-files.ts";

const THREAD = join(import.meta.dirname, "render-thread.ts");

/**
 * Of each thread: V8 would rather grow than tidy up; a chunk of the largest pages needs half of it. Of
 * what is young, little lives on: with 32 MB, building takes a twelfth more CPU.
 */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64 };

export interface ThreadSettings {
  /** See build/content-file. */
  readonly contentFile: string;
  readonly config: Site;
  /** That the pages are rendered as of. */
  readonly commit: number;
  /** Where they are stored; null to compress and let go: what a bench measures. */
  readonly objects: ObjectPaths | null;
}

export interface PageTask {
  readonly key: string;
  /** Also when the stored page says that it is the same. */
  readonly mustPut: boolean;
}

export interface Order {
  readonly id: number;
  readonly pages: readonly PageTask[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Stored {
  /** How many were put. */
  readonly written: number;
  /** What the page table is to note of each page's object, in their order; null if there is none. */
  readonly notes: readonly (string | null)[];
}

export interface Answer extends Stored {
  readonly id: number;
}

export interface RenderThreads {
  /** At most. */
  readonly count: number;
  /** @param now milliseconds since 1970 */
  render(pages: readonly PageTask[], now: number): Promise<Stored>;
  stop(): Promise<void>;
}

/** Each starts when all others are busy. */
export function openRenderThreads(settings: ThreadSettings): RenderThreads {
  const count = availableParallelism();
  const threads: Thread[] = [];
  return {
    count,
    render(pages, now) {
      const isAnyIdle = threads.some((thread) => thread.waiting() === 0);
      if (!isAnyIdle && threads.length < count) threads.push(startThread(settings));
      const idlest = threads.reduce((a, b) => (b.waiting() < a.waiting() ? b : a));
      return idlest.render(pages, now);
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}

type Thread = ReturnType<typeof startThread>;

function startThread(settings: ThreadSettings) {
  const worker = new Worker(THREAD, { workerData: settings, resourceLimits: HEAP });
  const orders = new Map<number, PromiseWithResolvers<Stored>>();
  let lastId = 0;
  /** Of a thread that has ended: it may do so before it has anything to do. */
  let failure: Error | null = null;
  worker.on("message", ({ id, ...stored }: Answer) => {
    orders.get(id)?.resolve(stored);
    orders.delete(id);
  });
  worker.on("error", (error) => {
    failure = error;
    for (const order of orders.values()) order.reject(error);
  });
  return {
    waiting: () => orders.size,
    render(pages: readonly PageTask[], now: number): Promise<Stored> {
      if (failure) return Promise.reject(failure);
      const order = Promise.withResolvers<Stored>();
      const id = ++lastId;
      orders.set(id, order);
      const tasks = pages.map(({ key, mustPut }) => ({ key, mustPut }));
      worker.postMessage({ id, pages: tasks, now } satisfies Order);
      return order.promise;
    },
    stop: () => worker.terminate(),
  };
}
