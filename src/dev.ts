/**
 * Local only: the three Workers behind one port, in one process. Forms take the same way as in
 * production: reader, service binding, intake, queue, consumer.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ConsumerEnv, IntakeEnv, ReaderEnv } from "./bindings.ts";
import consumer from "./consumer/worker.ts";
import intake from "./intake/worker.ts";
import reader from "./reader/worker.ts";

type DevEnv = ReaderEnv & IntakeEnv & ConsumerEnv;

export default {
  fetch: (request: Request, env: DevEnv, context: ExecutionContext) =>
    reader.fetch(request, env, context),
  queue: consumer.queue,
  scheduled: consumer.scheduled,
};

export class Intake extends WorkerEntrypoint<DevEnv> {
  override fetch(request: Request): Response | Promise<Response> {
    return intake.fetch(request, this.env, this.ctx);
  }
}
