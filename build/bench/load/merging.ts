/**
 * What a vote costs when votes come often enough to be counted and published together. Time is not
 * the machine's: a second of it takes as long as its work.
 */
import type { Site } from "../../../src/pages/page-type.ts";
import { pageTypeOf } from "../../../src/pages/table.ts";
import type { Pace } from "../../../src/store/page-rows.ts";
import { readStale } from "../../../src/store/status.ts";
import type { RunningSite } from "./running-site.ts";
import type { Trace } from "./trace.ts";

const CRON_SECONDS = 60;

export interface Load {
  readonly label: string;
  readonly votesPerSecond: number;
  readonly pace: Required<Pace>;
  /** Until pages are named and written as often as ever. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Pages of one's votes wait longer than that: how many of them there are after so long. */
  readonly privateSeconds: number;
}

export interface VoteCost {
  readonly load: Load;
  /** Per vote, by kind of page; those of one's votes included. */
  readonly objects: ReadonlyMap<string, number>;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly cpuMicroseconds: number;
  readonly leastPause: number;
}

/** @param clock milliseconds since 1970: one for all loads, because pages remember when they were written */
export async function costOfVotes(
  site: RunningSite,
  load: Load,
  trace: Trace,
  config: Site,
  clock: { ms: number },
): Promise<VoteCost> {
  const { votesPerSecond, pace, warmUpSeconds, seconds } = load;
  const live = async (count: number, isPublished: boolean) => {
    for (let second = 0; second < count; second++) {
      const events = Array.from({ length: votesPerSecond }, (_, vote) =>
        trace.vote(clock.ms + Math.floor((vote * 1000) / votesPerSecond)),
      );
      clock.ms += 1000;
      const isTicked = isPublished && second % CRON_SECONDS === 0;
      await site.live({ events, now: clock.ms, pace, config, isPublished, isTicked });
    }
  };
  await live(warmUpSeconds, true);
  await site.counts();
  const cpu = site.cpu();
  await live(seconds, true);
  const used = site.cpu() - cpu;
  const { rows, puts, leastPause } = await site.counts();
  const votes = seconds * votesPerSecond;
  const objects = byKind(puts, votes);
  const rest = load.privateSeconds - warmUpSeconds - seconds;
  if (rest > 0) {
    await live(rest, false);
    const { pages } = (await readStale(site.db, clock.ms)).private;
    objects.set("of one's votes", pages / (load.privateSeconds * votesPerSecond));
  }
  return {
    load,
    objects,
    rowsRead: rows.read / votes,
    rowsWritten: rows.written / votes,
    cpuMicroseconds: used / votes,
    leastPause: leastPause ?? Number.POSITIVE_INFINITY,
  };
}

function byKind(puts: readonly (readonly [string, number])[], votes: number): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const [key, times] of puts) {
    const name = pageTypeOf(key)?.name ?? "no type";
    const kind = name.startsWith("mine:") ? "of one's votes" : name;
    kinds.set(kind, (kinds.get(kind) ?? 0) + times / votes);
  }
  return kinds;
}
