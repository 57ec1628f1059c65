/**
 * Local only: the three Workers behind one port, in one process. Forms take the same way as in
 * production: reader, service binding, intake, queue, consumer; with a journal beside the queue.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ExportedHandler } from "@cloudflare/workers-types";
import type { ConsumerEnv, IntakeEnv, JournalEnv, ReaderEnv } from "./bindings.ts";
import { limitsOf } from "./consumer/limits.ts";
import { openPhases } from "./consumer/phases.ts";
import consumer, { depsOf } from "./consumer/worker.ts";
import { Workshop as ConsumersWorkshop } from "./consumer/workshop.ts";
import { isTold, tendDeadLetters } from "./dev/dead-letters.ts";
import { consumeJournaled, journaledQueue, sendJournalAgain } from "./dev/journal.ts";
import { DEAD_PATH, isOperators } from "./dev/operator.ts";
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
  async fetch(request: Request, env: DevEnv, context: ExecutionContext) {
    const isOfDead = new URL(request.url).pathname === DEAD_PATH;
    return isOfDead && (await isOperators(request, env.SESSION_SECRET, Date.now()))
      ? tendForScript(request, watched(env))
      : reader.fetch(request, env, context);
  },
  queue: (batch, env) =>
    consumeJournaled(batch, env.JOURNAL, (messages) => consumer.queue(messages, watched(env))),
  async scheduled(controller, env) {
    if (!isJournalSent) await sendJournalAgain(env.JOURNAL, env.EVENTS);
    isJournalSent = true;
    await consumer.scheduled(controller, watched(env));
  },
} satisfies ExportedHandler<DevEnv>;

/** `npm run dead`, which may not open the database that this process has open. */
async function tendForScript(request: Request, env: DevEnv): Promise<Response> {
  const deps = depsOf(env, limitsOf(env.PLAN));
  const published = "Their pages are published in their lanes.";
  const told = await request.json().catch(() => null);
  if (!isTold(told)) return new Response("words and options, as lists of texts", { status: 400 });
  const tended = await tendDeadLetters(deps, told, published);
  await openPhases(deps, env.PUBLISH).ringBell();
  return Response.json(tended);
}

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
