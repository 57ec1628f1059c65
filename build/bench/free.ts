/** What the free plan's way costs: the writes of a small site, each alone, and an hour without any. */
import { mintId } from "../../src/model/ids.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { parseEvent } from "../../src/queue/events.ts";
import { openReads } from "../../src/store/reads.ts";
import { type LocalState, openLocalState } from "../local.ts";
import type { Settings } from "../settings.ts";
import { type Counts, costOf, noWrites, OPERATIONS_A_MESSAGE } from "./counted-consumer.ts";
import { type FreeConsumer, type FreeCounts, openFreeConsumer } from "./counted-free.ts";
import { PRODUCTION, paceOf } from "./lanes.ts";
import type { FreeMeasured, Measured, ObjectCost } from "./money/measured.ts";
import { benchWrites, type Sources, WRITES } from "./writes.ts";

/** An hour: cron counts all rows once in it. */
const RUNS = 60;
/** Before: what is left of the writes, and what the clock has moved since, is not nothing. */
const RUNS_BEFORE = 3;
const MINUTE_MS = 60_000;
/** Until a bell rings that cron has rung for its status: the fast lane. */
const UNTIL_DUE_MS = 11_000;
/** After the writes, whose lanes are over by then; and longer than all runs take. */
const LATER_MS = 4 * 3_600_000;

export interface FreeCosts extends Pick<FreeMeasured, "objects" | "most"> {
  readonly costs: Pick<Measured, "vote" | "comment" | "submission" | "idle">;
}

/** On a state that is used for nothing else: its clock ends hours ahead. */
export async function benchFree(
  { stateDir, site }: Settings,
  sources: Sources,
): Promise<FreeCosts> {
  const state = await openLocalState(stateDir);
  const totals = openTotals();
  const clock: Clock = { ms: 0 };
  try {
    const { counts, ...writes } = await benchWrites(state, site, sources, (deps, own) => {
      clock.ms = deps.now();
      const now = () => Math.max(clock.ms, deps.now());
      return openFreeConsumer({ ...deps, now }, own, totals.of(own), sources.now, sleepOf(clock));
    });
    clock.ms += LATER_MS;
    const idle = await idleHour({ state, site, sources, clock, totals });
    // No message has brought it about, but for the bell.
    const queueOperations = (OPERATIONS_A_MESSAGE * idle.stores.bells) / RUNS;
    const { vote, comment, submission } = writes;
    return {
      costs: { vote, comment, submission, idle: { ...costOf(idle, RUNS), queueOperations } },
      objects: {
        vote: totals.mean(counts.vote, WRITES),
        comment: totals.mean(counts.comment, WRITES),
        submission: totals.mean(counts.submission, WRITES),
        idle: totals.mean(idle, RUNS),
      },
      most: totals.most(),
    };
  } finally {
    await state.dispose();
  }
}

/** Never moves by itself. */
interface Clock {
  ms: number;
}

function sleepOf(clock: Clock): (ms: number) => void {
  return (ms) => {
    clock.ms += ms;
  };
}

/** What objects and Workers did: of each kind of write, and at most. */
function openTotals() {
  const most = { calls: 0, statements: 0, cpuMs: 0, workerCalls: 0, workerCpuMs: 0 };
  const workerCpuMs: number[] = [];
  const objects = new Map<Counts, FreeCounts["object"]>();
  const of = (counts: Counts): FreeCounts => {
    const object = objects.get(counts) ?? { requests: 0, wallMs: 0, storeCalls: 0 };
    objects.set(counts, object);
    return { object, most, workerCpuMs };
  };
  return {
    of,
    mean(counts: Counts, times: number): ObjectCost {
      const { requests, wallMs, storeCalls } = of(counts).object;
      return {
        requests: requests / times,
        wallMs: wallMs / times,
        storeCalls: storeCalls / times,
      };
    },
    most: () => ({ ...most, workerCpuMs: mostOf99(workerCpuMs) }),
  };
}

/** Of 99 among 100. */
function mostOf99(seen: readonly number[]): number {
  return seen.toSorted((a, b) => a - b)[Math.ceil(seen.length * 0.99) - 1] ?? 0;
}

interface IdleBench {
  readonly state: LocalState;
  readonly site: Site;
  readonly sources: Sources;
  readonly clock: Clock;
  readonly totals: ReturnType<typeof openTotals>;
}

async function idleHour({ state, site, sources, clock, totals }: IdleBench): Promise<Counts> {
  const open = (own: Counts, patience = paceOf(PRODUCTION).patience) => {
    const pace = { ...paceOf(PRODUCTION), patience };
    const token = () => mintId(clock.ms, sources.random);
    const deps = { ...state, config: site, pace, now: () => clock.ms, token };
    return openFreeConsumer(deps, own, totals.of(own), sources.now, sleepOf(clock));
  };
  await runCron(open(noWrites()), RUNS_BEFORE, clock);
  // Most of the time somebody's own pages wait for a bell of their own, which costs a second one.
  await open(noWrites(), LATER_MS).apply(await aVote(state, clock.ms, sources));
  await runCron(open(noWrites()), RUNS_BEFORE, clock);
  const idle = noWrites();
  await runCron(open(idle), RUNS, clock);
  return idle;
}

async function runCron(consumer: FreeConsumer, times: number, clock: Clock): Promise<void> {
  for (let run = 0; run < times; run++) {
    const began = clock.ms;
    await consumer.cron();
    clock.ms = began + UNTIL_DUE_MS;
    await consumer.publish();
    clock.ms = began + MINUTE_MS;
  }
}

async function aVote({ db }: LocalState, now: number, { random }: Sources) {
  const slice = { ranking: "hot", scope: null, from: 0, count: 1 } as const;
  const [front = []] = await openReads(db).rankedSlices([slice]);
  const id = mintId(now, random);
  const sent = { version: 1, id, at: now, by: "bench-idle", post: front[0]?.id, value: 1 };
  const event = parseEvent({ ...sent, type: "post_voted" });
  if (event.type === "malformed") throw new Error(event.why);
  return event;
}
