/**
 * Local only: the three Workers behind one port, in one process. Forms take the same way as in
 * production: reader, service binding, intake, queue, consumer; with a journal beside the queue.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ExportedHandler } from "@cloudflare/workers-types";
import type { ConsumerEnv, IntakeEnv, JournalEnv, ReaderEnv } from "./bindings.ts";
import consumer from "./consumer/worker.ts";
import { consumeJournaled, journaledQueue, sendJournalAgain } from "./dev/journal.ts";
import intake from "./intake/worker.ts";
import reader from "./reader/worker.ts";

type DevEnv = ReaderEnv & IntakeEnv & ConsumerEnv & JournalEnv;

/** An isolate begins with empty queues: what is in the journal then has been lost from them. */
let isJournalSent = false;

export default {
  fetch: (request: Request, env: DevEnv, context: ExecutionContext) =>
    reader.fetch(request, env, context),
  queue: (batch, env) =>
    consumeJournaled(batch, env.JOURNAL, (watched) => consumer.queue(watched, env)),
  async scheduled(controller, env) {
    if (!isJournalSent) await sendJournalAgain(env.JOURNAL, env.EVENTS);
    isJournalSent = true;
    await consumer.scheduled(controller, env);
  },
} satisfies ExportedHandler<DevEnv>;

export class Intake extends WorkerEntrypoint<DevEnv> {
  override fetch(request: Request): Response | Promise<Response> {
    const EVENTS = journaledQueue(this.env.EVENTS, this.env.JOURNAL);
    return intake.fetch(request, { ...this.env, EVENTS }, this.ctx);
  }
}
