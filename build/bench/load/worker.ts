/**
 * The consumer as it is deployed, on a database and a store that count, for `npm run bench`. By HTTP
 * it takes events into its queue, or lives through a second of another clock, and tells what it
 * counted.
 */
import type { ExportedHandler, Queue } from "@cloudflare/workers-types";
import type { ConsumerEnv } from "../../../src/bindings.ts";
import { ringBell } from "../../../src/consumer/bell.ts";
import { commitEvents } from "../../../src/consumer/consume.ts";
import { fingerprintOf } from "../../../src/consumer/name-all.ts";
import { publishStale } from "../../../src/consumer/publish-stale.ts";
import { RankedHeads } from "../../../src/consumer/ranked-heads.ts";
import { tick } from "../../../src/consumer/tick.ts";
import consumer from "../../../src/consumer/worker.ts";
import type { Site } from "../../../src/pages/page-type.ts";
import type { CairnEvent } from "../../../src/queue/events.ts";
import type { Pace } from "../../../src/store/page-rows.ts";
import { answerBell, type Pending } from "../../../src/store/pending.ts";
import { countedBell, countedDatabase, noCounts } from "../counted-stores.ts";
import { countedPages, type PageCounts } from "./counted-puts.ts";

/** What the platform lets a queue take or deliver at once. */
const MAX_BATCH = 100;

export interface Counts {
  readonly rows: { readonly read: number; readonly written: number };
  /** Where a second was lived through: batches of events, and bells that were rung. */
  readonly invocations: number;
  /** Of those the bells. */
  readonly bells: number;
  /** Of objects. */
  readonly storageReads: number;
  /** Objects put, by key. */
  readonly puts: readonly (readonly [string, number])[];
  /** Least milliseconds between two puts of one key since the beginning. */
  readonly leastPause: number | null;
}

/** A second of a clock that is not the real one. */
export interface Second {
  readonly events: readonly CairnEvent[];
  /** When it ends, in milliseconds since 1970. */
  readonly now: number;
  readonly pace: Pace;
  readonly config: Site;
  readonly isPublished: boolean;
  /** Cron has its minute. */
  readonly isTicked: boolean;
}

interface BenchEnv extends ConsumerEnv {
  readonly EVENTS: Queue;
}

/** While a queue is filled, nothing is delivered. */
let isHeld = false;
const LOOK_EVERY_MS = 20;

const ROWS = noCounts();
const PAGES: PageCounts = { reads: 0, byKey: new Map(), leastPause: Number.POSITIVE_INFINITY };
/** The platform may have consumer and publisher in two isolates. */
const CONSUMER_RANKED = new RankedHeads();
const PUBLISHER_RANKED = new RankedHeads();
let clock: () => number = Date.now;
let batches = 0;
let counting: ConsumerEnv | undefined;

function counted(env: ConsumerEnv): ConsumerEnv {
  counting ??= {
    ...env,
    DB: countedDatabase(env.DB, ROWS),
    PAGES: countedPages(env.PAGES, PAGES, () => clock()),
  };
  return counting;
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/counts") return Response.json(takeCounts()) as never;
    if (pathname === "/hold" || pathname === "/release") isHeld = pathname === "/hold";
    if (pathname === "/events") await send((await request.json()) as CairnEvent[], env);
    if (pathname === "/second") await live((await request.json()) as Second, counted(env));
    return new Response() as never;
  },
  async queue(batch, env) {
    while (isHeld) await scheduler.wait(LOOK_EVERY_MS);
    return consumer.queue(batch, counted(env));
  },
} satisfies ExportedHandler<BenchEnv>;

function takeCounts(): Counts {
  const { reads: storageReads, leastPause } = PAGES;
  const rows = { read: ROWS.rowsRead, written: ROWS.rowsWritten };
  const { bells } = ROWS;
  const counts = {
    rows,
    invocations: batches + bells,
    bells,
    storageReads,
    puts: [...PAGES.byKey],
    leastPause,
  };
  batches = 0;
  PAGES.reads = 0;
  PAGES.byKey.clear();
  Object.assign(ROWS, noCounts());
  return counts;
}

async function send(events: readonly CairnEvent[], { EVENTS }: BenchEnv): Promise<void> {
  for (let from = 0; from < events.length; from += MAX_BATCH) {
    await EVENTS.sendBatch(events.slice(from, from + MAX_BATCH).map((body) => ({ body })));
  }
}

async function live(second: Second, { DB, PAGES, SITE }: ConsumerEnv): Promise<void> {
  const { events, pace, config } = second;
  clock = () => second.now;
  const bell = countedBell(ROWS);
  const ring = (pending: Pending) => ringBell(DB, bell, fingerprintOf(config), second.now, pending);
  for (let from = 0; from < events.length; from += MAX_BATCH) {
    const batch = events.slice(from, from + MAX_BATCH);
    const { outcomes, pending } = await commitEvents(DB, batch, second.now, pace, {
      ranked: CONSUMER_RANKED,
    });
    batches++;
    if (pending) await ring(pending);
    // A trace of what is refused, or waits for what never comes, would measure something else.
    const other = outcomes.find((outcome) => outcome !== "applied");
    if (other) throw new Error(`an event of the trace was not applied, but is ${other}`);
  }
  if (second.isTicked) while (!(await tick(DB, second.now, pace)));
  if (!second.isPublished) return;
  const stores = { db: DB, pages: PAGES, site: SITE };
  const token = () => crypto.randomUUID();
  const deps = { ...stores, config, pace, token, now: clock, ranked: PUBLISHER_RANKED };
  for (let pages = 1; pages > 0; ) {
    const done = await publishStale(deps);
    pages = Object.values(done).reduce((sum, each) => sum + each, 0);
  }
  await ring(await answerBell(DB, second.now));
}
