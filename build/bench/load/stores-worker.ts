/**
 * Beside the simulated stores, in their process: by HTTP it takes events into their queue, and what
 * their queues deliver it sends on to the consumer's process.
 */
import type { ExportedHandler, Fetcher, Queue } from "@cloudflare/workers-types";
import type { CairnEvent } from "../../../src/queue/events.ts";

/** While a queue is filled, nothing is delivered. */
let isHeld = false;
const LOOK_EVERY_MS = 20;

/** What the platform lets a queue take at once. */
const MAX_BATCH = 100;

interface StoresEnv {
  readonly EVENTS: Queue;
  readonly CONSUMER: Fetcher;
}

/** workerd's queue events do not leave its process ("RPC connections don't yet support this"): in JSON. */
export interface Delivery {
  readonly queue: string;
  readonly messages: readonly {
    readonly id: string;
    /** Milliseconds since 1970. */
    readonly timestamp: number;
    readonly body: unknown;
    readonly attempts: number;
  }[];
}

/** As the runtime has it, as far as Cairn's consumer has a say: it never retries a whole batch. */
export interface Delivered {
  readonly outcome: string;
  readonly retryMessages: readonly { readonly msgId: string; readonly delaySeconds?: number }[];
}

export default {
  async fetch(request, { EVENTS }) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/events") {
      isHeld = pathname === "/hold";
      return new Response() as never;
    }
    const events = (await request.json()) as CairnEvent[];
    for (let from = 0; from < events.length; from += MAX_BATCH) {
      await EVENTS.sendBatch(events.slice(from, from + MAX_BATCH).map((body) => ({ body })));
    }
    return new Response() as never;
  },
  async queue({ queue, messages }, { CONSUMER }) {
    while (isHeld) await scheduler.wait(LOOK_EVERY_MS);
    const delivery: Delivery = {
      queue,
      messages: messages.map(({ id, timestamp, body, attempts }) => ({
        id,
        timestamp: timestamp.getTime(),
        body,
        attempts,
      })),
    };
    const init = { method: "POST", body: JSON.stringify(delivery) };
    const answer = await CONSUMER.fetch("http://consumer/deliver", init);
    if (!answer.ok) throw new Error(`delivering: ${answer.status} ${await answer.text()}`);
    const { outcome, retryMessages } = (await answer.json()) as Delivered;
    if (outcome !== "ok") throw new Error(`the consumer's outcome is ${outcome}`);
    const again = new Map(retryMessages.map(({ msgId, ...options }) => [msgId, options]));
    for (const message of messages) {
      const options = again.get(message.id);
      if (options) message.retry(options);
    }
  },
} satisfies ExportedHandler<StoresEnv>;
