/**
 * What a write costs when writes come often enough to be counted and published together. Time is not
 * the machine's: a second of it takes as long as its work.
 */
import type { Site } from "../../../src/pages/page-type.ts";
import { pageTypeOf } from "../../../src/pages/table.ts";
import type { Pace } from "../../../src/store/page-rows.ts";
import { countApplied, readStale } from "../../../src/store/status.ts";
import { OPERATIONS_A_MESSAGE } from "../counted-consumer.ts";
import { countedDatabase, noCounts } from "../counted-stores.ts";
import type { WriteCost } from "../money/measured.ts";
import { cpuOfOne, type RunningSite } from "./running-site.ts";
import type { Trace } from "./trace.ts";

const CRON_SECONDS = 60;
/** Kinds of pages by which nobody but one person is concerned. */
export const OWN = "of one's own";

export interface Load {
  readonly label: string;
  /** Not always whole. */
  readonly perSecond: number;
  /** Among whom the writes are. */
  readonly people: number;
  /** Among which posts are spread by Zipf's law; null: they stay in those of the site. */
  readonly communities: number | null;
  readonly pace: Required<Pace>;
  /** Until pages are named and written as often as ever. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Pages of one's votes wait longer than that: how many of them there are after so long. */
  readonly privateSeconds: number;
}

/** Of each write, as a mean. */
export interface LoadCost {
  readonly load: Load;
  /** By kind of page; those of one's own included. */
  readonly objects: ReadonlyMap<string, number>;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Of objects, by publishers. */
  readonly storageReads: number;
  readonly invocations: number;
  readonly bells: number;
  readonly keptBytes: number;
  /** Of the stores' simulators as well. */
  readonly cpuMicroseconds: number;
  readonly leastPause: number;
}

/** @param clock milliseconds since 1970: one for all loads, because pages remember when they were written */
export async function costOfLoad(
  site: RunningSite,
  load: Load,
  trace: Trace,
  config: Site,
  clock: { ms: number },
): Promise<LoadCost> {
  const { perSecond, pace, warmUpSeconds, seconds } = load;
  let lived = 0;
  const live = async (count: number, isPublished: boolean) => {
    let writes = 0;
    for (let second = 0; second < count; second++) {
      const length = Math.floor((lived + 1) * perSecond) - Math.floor(lived++ * perSecond);
      const events = Array.from({ length }, (_, write) =>
        trace.next(clock.ms + Math.floor((write * 1000) / length)),
      );
      writes += length;
      clock.ms += 1000;
      const isTicked = isPublished && second % CRON_SECONDS === 0;
      await site.live({ events, now: clock.ms, pace, config, isPublished, isTicked });
    }
    return writes;
  };
  const sizeBefore = await databaseBytes(site);
  const warmUpWrites = await live(warmUpSeconds, true);
  await site.counts();
  const before = site.cpu();
  const writes = await live(seconds, true);
  const used = cpuOfOne(before, site.cpu(), writes);
  const { rows, invocations, bells, storageReads, puts, leastPause } = await site.counts();
  const grown = (await databaseBytes(site)) - sizeBefore;
  const objects = byKind(puts, writes);
  const rest = load.privateSeconds - warmUpSeconds - seconds;
  if (rest > 0) {
    await live(rest, false);
    const { pages } = (await readStale(site.db, clock.ms)).private;
    objects.set(OWN, pages / (load.privateSeconds * perSecond));
  }
  return {
    load,
    objects,
    rowsRead: rows.read / writes,
    rowsWritten: rows.written / writes,
    storageReads: storageReads / writes,
    invocations: invocations / writes,
    bells: bells / writes,
    keptBytes: grown / (warmUpWrites + writes),
    cpuMicroseconds: used.workers + used.stores,
    leastPause: leastPause ?? Number.POSITIVE_INFINITY,
  };
}

async function databaseBytes({ db }: RunningSite): Promise<number> {
  const counts = noCounts();
  await countApplied(countedDatabase(db, counts));
  return counts.databaseBytes;
}

function byKind(puts: readonly (readonly [string, number])[], writes: number): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const [key, times] of puts) {
    const name = pageTypeOf(key)?.name ?? "no type";
    const kind = name.startsWith("mine:") ? OWN : name;
    kinds.set(kind, (kinds.get(kind) ?? 0) + times / writes);
  }
  return kinds;
}

export function objectsOf({ objects }: LoadCost): number {
  return [...objects.values()].reduce((sum, each) => sum + each, 0);
}

export function writeCostOf(cost: LoadCost): WriteCost {
  return {
    cpuMs: cost.cpuMicroseconds / 1000,
    rowsRead: cost.rowsRead,
    rowsWritten: cost.rowsWritten,
    objectsWritten: objectsOf(cost),
    storageReads: cost.storageReads,
    queueOperations: OPERATIONS_A_MESSAGE * (1 + cost.bells),
    invocations: cost.invocations,
    keptBytes: cost.keptBytes,
  };
}
