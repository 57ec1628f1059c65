/** The consumer's Worker, as far as one write needs it, with everything counted that is billed. */
import { ringBell } from "../../src/consumer/bell.ts";
import { commitEvents } from "../../src/consumer/consume.ts";
import type { ConsumerDeps } from "../../src/consumer/consumer-deps.ts";
import { fingerprintOf } from "../../src/consumer/name-all.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { tick } from "../../src/consumer/tick.ts";
import { pageTypeOf } from "../../src/pages/table.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import { readCommitNumber } from "../../src/store/commit.ts";
import { keysNamedAt } from "../../src/store/page-rows.ts";
import { answerBell, type Pending } from "../../src/store/pending.ts";
import {
  countedBell,
  countedBucket,
  countedDatabase,
  noCounts,
  type StoreCounts,
} from "./counted-stores.ts";
import type { WriteCost } from "./money/measured.ts";

/** Sent, received and acked. */
export const OPERATIONS_A_MESSAGE = 3;

export interface Counts {
  /** By kind of page. */
  readonly named: Map<string, number>;
  readonly stores: StoreCounts;
  unchanged: number;
  /**
   * Of this process, in which each call to a simulated store is serialised and sent to another one: far
   * more than a Worker uses.
   */
  cpuMs: number;
  invocations: number;
}

/** What a write needs of the consumer, one step after another. */
export interface CountedConsumer {
  apply(event: CairnEvent): Promise<void>;
  /** If anything is due now: else no bell has rung. */
  publish(): Promise<void>;
  /** What cron costs in any case is counted for itself. */
  tick(): Promise<void>;
  /** What the last commit made stale. */
  countNamed(): Promise<void>;
}

export function noWrites(): Counts {
  return {
    named: new Map(),
    stores: noCounts(),
    unchanged: 0,
    cpuMs: 0,
    invocations: 0,
  };
}

/** The mean of so many writes, each of which came as a message of its own. */
export function costOf({ stores, cpuMs, invocations }: Counts, writes: number): WriteCost {
  return {
    cpuMs: cpuMs / writes,
    rowsRead: stores.rowsRead / writes,
    rowsWritten: stores.rowsWritten / writes,
    objectsWritten: stores.objectsWritten / writes,
    storageReads: stores.storageReads / writes,
    queueOperations: OPERATIONS_A_MESSAGE * (1 + stores.bells / writes),
    invocations: invocations / writes,
    keptBytes: 0,
  };
}

export function openCountedConsumer(deps: ConsumerDeps, counts: Counts): CountedConsumer {
  const { stores } = counts;
  const db = countedDatabase(deps.db, stores);
  const counted = { ...deps, db, pages: countedBucket(deps.pages, stores) };
  const bell = countedBell(stores);
  const measure = async (work: () => Promise<unknown>) => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    counts.cpuMs += (user + system) / 1000;
  };
  const invoke = async (work: () => Promise<Pending | null>) => {
    await measure(async () => {
      const pending = (await work()) ?? undefined;
      await ringBell(db, bell, fingerprintOf(deps.config), deps.now(), pending);
    });
    counts.invocations++;
  };
  return {
    apply: (event) =>
      invoke(async () => (await commitEvents(db, [event], deps.now(), deps.pace)).pending),
    tick: () => measure(() => tick(db, deps.now(), deps.pace)),
    async publish() {
      const due = await nextDue(deps.db);
      if (due === null || due > deps.now()) return;
      await invoke(async () => {
        counts.unchanged += (await publishStale(counted)).unchanged;
        return answerBell(db, deps.now());
      });
    },
    countNamed: () => countNamed(deps, counts),
  };
}

export async function countNamed({ db }: ConsumerDeps, { named }: Counts): Promise<void> {
  for (const key of await keysNamedAt(db, await readCommitNumber(db))) {
    const kind = pageTypeOf(key)?.name ?? "no type";
    named.set(kind, (named.get(kind) ?? 0) + 1);
  }
}
