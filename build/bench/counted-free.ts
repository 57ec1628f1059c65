/**
 * The consumer as the free plan runs it, with everything counted: its Worker, which only asks, and the
 * phases of its object. Here they are in one process: what goes from one to the other is copied, as it
 * would be.
 */

import type { ConsumerDeps } from "../../src/consumer/consumer-deps.ts";
import { FREE } from "../../src/consumer/limits.ts";
import { openPhases } from "../../src/consumer/phases.ts";
import { runCron, workOffBatch } from "../../src/consumer/work-off.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import { aroundPhases } from "./around-phases.ts";
import { type CountedConsumer, type Counts, countNamed } from "./counted-consumer.ts";
import { countedBell, countedBucket, countedDatabase, countedNamespace } from "./counted-stores.ts";
import type { Extremes, ObjectCost } from "./money/measured.ts";

type Mutable<Fields> = { -readonly [Field in keyof Fields]: Fields[Field] };

export interface FreeCounts {
  /** Of all writes of a kind together. */
  readonly object: Mutable<ObjectCost>;
  readonly most: Mutable<Extremes>;
  /** Of each invocation of the Worker, without what the object did. */
  readonly workerCpuMs: number[];
}

export interface FreeConsumer extends CountedConsumer {
  cron(): Promise<void>;
}

/**
 * @param deps with a clock that may run ahead
 * @param clock the real one, in milliseconds
 * @param sleep moves the clock of `deps`
 */
export function openFreeConsumer(
  deps: ConsumerDeps,
  counts: Counts,
  { object, most, workerCpuMs }: FreeCounts,
  clock: () => number,
  sleep: (ms: number) => void,
): FreeConsumer {
  const { stores } = counts;
  const bindings = {
    db: countedDatabase(deps.db, stores),
    pages: countedBucket(deps.pages, stores),
    site: countedNamespace(deps.site, stores),
  };
  let inObjectMs = 0;
  let calls = 0;
  const own = openPhases({ ...deps, ...bindings, limits: FREE }, countedBell(stores));
  const phases = aroundPhases(own, async (_, work) => {
    const before = { ...stores };
    const began = { wall: clock(), cpu: process.cpuUsage() };
    const result = await work();
    const cpuMs = cpuSince(began.cpu);
    object.requests++;
    object.wallMs += clock() - began.wall;
    object.storeCalls += stores.subrequests - before.subrequests;
    raise(most, "calls", stores.subrequests - before.subrequests);
    raise(most, "statements", stores.statements - before.statements);
    raise(most, "cpuMs", cpuMs);
    inObjectMs += cpuMs;
    calls++;
    return structuredClone(result);
  });
  const invoke = async (work: () => Promise<void>) => {
    [inObjectMs, calls] = [0, 0];
    const before = process.cpuUsage();
    await work();
    const cpuMs = cpuSince(before);
    raise(most, "workerCalls", calls);
    workerCpuMs.push(cpuMs - inObjectMs);
    counts.cpuMs += cpuMs;
    counts.invocations++;
  };
  const deliver = (queue: string, bodies: readonly unknown[]) =>
    invoke(() => {
      const messages = bodies.map((body) => messageOf(body)) as never;
      const time = { now: deps.now, sleep: async (ms: number) => sleep(ms) };
      return workOffBatch({ queue, messages }, phases, time, FREE);
    });
  return {
    apply: (event) => deliver("cairn-events", [event]),
    async publish() {
      for (let due = await nextDue(deps.db); due !== null && due <= deps.now(); ) {
        await deliver("cairn-publish", []);
        due = await nextDue(deps.db);
      }
    },
    tick: async () => void (await phases.tick()),
    cron: () => invoke(() => runCron(phases, FREE)),
    countNamed: () => countNamed(deps, counts),
  };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function raise(most: Mutable<Extremes>, what: keyof Extremes, seen: number): void {
  most[what] = Math.max(most[what], seen);
}

function messageOf(body: unknown) {
  const ack = () => undefined;
  const retry = () => {
    throw new Error("an event of the bench was not applied");
  };
  return {
    id: "bench",
    timestamp: new Date(0),
    attempts: 1,
    body: structuredClone(body),
    ack,
    retry,
  };
}
