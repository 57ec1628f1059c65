/**
 * Local only: the three Workers behind one port, in one process. Forms take the same way as in
 * production: reader, service binding, intake, queue, consumer; with a journal beside the queue.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ExportedHandler } from "@cloudflare/workers-types";
import type { ConsumerEnv, IntakeEnv, JournalEnv, ReaderEnv } from "./bindings.ts";
import consumer from "./consumer/worker.ts";
import { Workshop as ConsumersWorkshop } from "./consumer/workshop.ts";
import { consumeJournaled, journaledQueue, sendJournalAgain } from "./dev/journal.ts";
import { PasswordHasher } from "./intake/password-hasher.ts";
import intake from "./intake/worker.ts";
import reader from "./reader/worker.ts";
import { loggedDatabase } from "./store/logged.ts";

type DevEnv = ReaderEnv & IntakeEnv & ConsumerEnv & JournalEnv;

/** The databases, so that they say what they are asked if somebody wants to see it. */
function watched<Env extends DevEnv>(env: Env): Env {
  if (env.LOG_SQL !== "on") return env;
  const log = (line: string) => console.log(line);
  const DB = loggedDatabase(env.DB, log, Date.now);
  return { ...env, DB, ACCOUNTS: loggedDatabase(env.ACCOUNTS, log, Date.now) };
}

/** An isolate begins with empty queues: what is in the journal then has been lost from them. */
let isJournalSent = false;

export default {
  fetch: (request: Request, env: DevEnv, context: ExecutionContext) =>
    reader.fetch(request, env, context),
  queue: (batch, env) =>
    consumeJournaled(batch, env.JOURNAL, (messages) => consumer.queue(messages, watched(env))),
  async scheduled(controller, env) {
    if (!isJournalSent) await sendJournalAgain(env.JOURNAL, env.EVENTS);
    isJournalSent = true;
    await consumer.scheduled(controller, watched(env));
  },
} satisfies ExportedHandler<DevEnv>;

/** The consumer's, whose questions can be seen as well. */
export class Workshop extends ConsumersWorkshop {
  constructor(state: DurableObjectState, env: DevEnv) {
    super(state, watched(env));
  }
}

export { PasswordHasher };

export class Intake extends WorkerEntrypoint<DevEnv> {
  override fetch(request: Request): Response | Promise<Response> {
    const EVENTS = journaledQueue(this.env.EVENTS, this.env.JOURNAL);
    return intake.fetch(request, { ...watched(this.env), EVENTS }, this.ctx);
  }
}
