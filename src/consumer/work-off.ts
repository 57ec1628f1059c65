/** The order of the phases: of what a queue has brought, and of a run of cron. */
import type { MessageBatch } from "@cloudflare/workers-types";
import type { Pending } from "../store/pending.ts";
import type { Limits } from "./limits.ts";
import type { Phases } from "./phases.ts";
import { type Clock, publishSoon } from "./publish-soon.ts";
import { publishTurn } from "./publish-stale.ts";
import { receiveDeadLetters, receiveEvents } from "./receive.ts";

const EVENTS_QUEUE = "cairn-events";
const PUBLISH_QUEUE = "cairn-publish";
const DEAD_QUEUE = "cairn-dead";

type Batch = Pick<MessageBatch, "queue" | "messages">;

/** Messages have been answered before the rest: it fails by itself, and is done again by others. */
export async function workOffBatch(
  batch: Batch,
  phases: Phases,
  clock: Clock,
  limits: Limits,
): Promise<void> {
  const pending = (await receive(batch, phases, clock, limits)) ?? (await phases.readPending());
  const isMore = pending.isLeaving || pending.purgeDue > 0;
  if (isMore) {
    await tryEach({
      "working off what somebody left": () => finish(phases, limits),
      "purging the front cache": () => phases.purgeFrontCache(),
    });
  }
  await phases.ringBell(isMore ? undefined : pending);
}

/**
 * Time passes for the listings that it drives. And the safety net: whatever lost its bell is
 * published, and a deploy's new code names all pages.
 */
export async function runCron(phases: Phases, limits: Limits): Promise<void> {
  if (!(await phases.deriveRows())) return;
  const errors = await tryEach({
    "moving the windows": () => phases.tick(),
    "naming all pages": () => nameAll(phases, limits),
    "working off what somebody left": () => finish(phases, limits),
    // Before publishing, so that its page needs no bell of its own.
    "reporting the status": () => phases.reportStatus(),
    publishing: () => publishTurn(phases, limits),
    "purging the front cache": () => phases.purgeFrontCache(),
    "auditing some pages": () => phases.auditSome(),
    "ringing the bell": () => phases.ringBell(),
  });
  if (errors.length > 0) throw errors[0];
}

/** What fails keeps nothing after it from being done. @returns why it failed, logged */
async function tryEach(
  steps: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      console.error(`${name} failed`, error);
      errors.push(error);
    }
  }
  return errors;
}

/** @returns what is to be done now; null when that has to be read */
async function receive(
  { queue, messages }: Batch,
  phases: Phases,
  clock: Clock,
  limits: Limits,
): Promise<Pending | null> {
  switch (queue) {
    case EVENTS_QUEUE:
      return receiveEvents(messages, phases);
    case PUBLISH_QUEUE:
      await publishSoon(phases, clock, limits);
      return phases.answerBell();
    case DEAD_QUEUE:
      await receiveDeadLetters(messages, phases);
      return null;
    default:
      throw new Error(`no such queue: ${queue}`);
  }
}

async function nameAll(phases: Phases, { namings }: Limits): Promise<void> {
  for (let naming = 0; naming < namings; naming++) if (await phases.nameSome()) return;
}

/** What an account that was deleted left is worked off by one invocation after another. */
async function finish(phases: Phases, { finishes }: Limits): Promise<void> {
  for (let part = 0; part < finishes; part++) if (!(await phases.finishDepartures())) return;
  await phases.wakePublisher();
}
