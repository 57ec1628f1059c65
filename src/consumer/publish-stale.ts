/**
 * Works off stale pages: lease, load, render, put, settle. A crash anywhere leaves pages stale, and
 * the next publisher takes them over when their leases end.
 */

import { encodePage } from "../pages/encode.ts";
import type { PageType, Prepared, Rendered, Site } from "../pages/page-type.ts";
import {
  type Published,
  type PublishOptions,
  type PublishResult,
  publishDeployPage,
  publishPage,
} from "../pages/publish.ts";
import { type DeployStore, fromNote, noteOf, type PageStore } from "../pages/storage.ts";
import { pageTypeOf } from "../pages/table.ts";
import type { ContentDb } from "../store/database.ts";
import { wantPurge } from "../store/front-cache.ts";
import { gathered } from "../store/gathered.ts";
import {
  LEASE_MS,
  type LeasedPage,
  leasePages,
  type PublishedPage,
  settleLease,
} from "../store/leases.ts";
import type { Pace } from "../store/page-rows.ts";
import { openReads } from "../store/reads.ts";
import { countPages } from "../store/status.ts";
import { fingerprintOf } from "./name-all.ts";
import type { RankedHeads } from "./ranked-heads.ts";
import { settleTallies } from "./settle-tallies.ts";

/** Pages of one lease: bounds queries (D1 allows 1,000 an invocation) and memory. */
const PAGES_A_LEASE = 100;
/** Leases of one invocation, by the same limit; what remains waits for the next bell. */
const MAX_LEASES = 6;
/** Simultaneous connections that a Worker may hold. */
const PARALLEL_PUTS = 6;
/** Pages between two breaths: some tens of milliseconds of a processor. */
const PAGES_A_BREATH = 12;
/**
 * Of one lease: fourteen find one page among a hundred that cannot be read. Each may take some twenty
 * of D1's 1,000 queries, and without any left nothing could be settled.
 */
const MAX_READS = 30;
/** After storage has failed. Milliseconds. */
const RETRY_MS = 5000;
/**
 * How long before the end of a lease the last put is sent: whoever takes the page over may put at
 * once, and neither R2 nor KV takes two within a second. Milliseconds; longer than a put takes.
 */
const LAST_PUT_MS = 10_000;

export interface PublisherDeps {
  readonly db: ContentDb;
  readonly pages: PageStore;
  readonly site: DeployStore;
  readonly config: Site;
  readonly pace: Pace;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Names a lease; never the same twice. */
  readonly token: () => string;
  /**
   * Lets others have the thread. workerd looks for requests, and for timers that have run out, only
   * when nothing else is ready; locally, where the storage is in the same process, something always
   * is until all is published. Not there where nobody else wants the thread.
   */
  readonly breathe?: () => Promise<void>;
  /** What the isolate remembers of the database, if anything. */
  readonly ranked?: RankedHeads;
  /** Empties the front cache, if it can; not there where nothing caches. */
  readonly purge?: (() => Promise<boolean>) | undefined;
}

export type PublishCounts = Record<PublishResult | "failed", number>;

/** Publishes what is due now; votes that are to be counted by now are among it. */
export async function publishStale(deps: PublisherDeps): Promise<PublishCounts> {
  const counts: PublishCounts = { written: 0, unchanged: 0, superseded: 0, failed: 0 };
  for (let lease = 0; lease < MAX_LEASES; lease++) {
    const isMoreToCount = await settleTallies(deps);
    const leased = await publishLease(deps, counts);
    if (leased < PAGES_A_LEASE && !isMoreToCount) break;
  }
  return counts;
}

async function publishLease(deps: PublisherDeps, counts: PublishCounts): Promise<number> {
  const token = deps.token();
  const leasedAt = deps.now();
  const code = fingerprintOf(deps.config);
  const { pages, commit } = await leasePages(deps.db, code, token, leasedAt, PAGES_A_LEASE);
  if (pages.length === 0) return 0;
  const prepared = await prepareLease(
    deps,
    pages.map(({ key }) => key),
  );
  const mayPut = () => deps.now() < leasedAt + LEASE_MS - LAST_PUT_MS;
  const settled: PublishedPage[] = [];
  const failed: string[] = [];
  const before = { ...counts };
  let begun = 0;
  let breath: Promise<void> | undefined;
  const publishOne = async (page: LeasedPage) => {
    if (++begun % PAGES_A_BREATH === 0) breath = deps.breathe?.();
    await breath;
    try {
      const { result, stored } = await putOne(deps, page, prepared.get(page.key), {
        commit,
        mayPut,
      });
      counts[result]++;
      settled.push({ key: page.key, at: deps.now(), stored: stored && noteOf(stored) });
    } catch (error) {
      console.error(`publishing ${page.key} failed`, error);
      counts.failed++;
      failed.push(page.key);
    }
  };
  await eachInParallel(pages, PARALLEL_PUTS, publishOne);
  const now = deps.now();
  await deps.db.batch([
    ...settleLease(deps.db, token, { settled, failed, commit, retryMs: RETRY_MS }, now, deps.pace),
    countPages(deps.db, {
      written: counts.written - before.written,
      unchanged: counts.unchanged - before.unchanged,
      failed: failed.length,
    }),
    ...(deps.purge && pages.some(({ isUrgent }) => isUrgent) ? [wantPurge(deps.db, now)] : []),
  ]);
  return pages.length;
}

/**
 * One page whose rows cannot be read does not keep the others: those that fail together are halved,
 * and what is still not read is missing from the answer.
 */
async function prepareLease(
  deps: PublisherDeps,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Prepared>> {
  const prepared = new Map<string, Prepared>();
  const groups = [keys];
  let reads = 0;
  // The largest first: so several that cannot be read do not keep the others either.
  for (let group = groups.shift(); group && reads < MAX_READS; group = groups.shift()) {
    reads++;
    try {
      for (const [key, page] of await preparePages(deps, group)) prepared.set(key, page);
    } catch (error) {
      console.error(`reading ${group.length} pages failed, ${group[0]} among them`, error);
      const half = Math.ceil(group.length / 2);
      if (group.length > 1) groups.push(group.slice(0, half), group.slice(half));
    }
  }
  return prepared;
}

/** Reads keys of any types, each type's together. A key of no type is a void. */
export async function preparePages(
  { db, config }: Pick<PublisherDeps, "db" | "config">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Prepared>> {
  const reads = openReads(gathered(db));
  const prepared = new Map<string, Prepared>();
  const prepareType = async (type: PageType | null, ofType: readonly string[]) => {
    const pages = await type?.read(reads, ofType, config);
    ofType.forEach((key, index) => {
      prepared.set(key, pages?.[index] ?? (() => ({ type: "void" })));
    });
  };
  // At once, so that what all types read goes out together.
  await Promise.all([...Map.groupBy(keys, pageTypeOf)].map((group) => prepareType(...group)));
  return prepared;
}

/** For whoever needs all of them at once. */
export async function renderPages(
  deps: Pick<PublisherDeps, "db" | "config">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Rendered>> {
  const prepared = await preparePages(deps, keys);
  return new Map([...prepared].map(([key, page]) => [key, page()]));
}

async function putOne(
  { pages, site }: PublisherDeps,
  { key, isTakenOver, written, stored }: LeasedPage,
  prepared: Prepared | undefined,
  lease: Pick<PublishOptions, "commit" | "mayPut">,
): Promise<Published> {
  if (!prepared) throw new Error("its rows could not be read");
  // Here, between two puts, and not for the whole lease at once: others want the thread as well.
  const page = encodePage(prepared());
  return pageTypeOf(key)?.tier === "deploy"
    ? publishDeployPage(site, key, page, lease)
    : publishPage(pages, key, page, {
        ...lease,
        isTakenOver,
        expected: stored === null ? null : fromNote(stored, written),
      });
}

/** Runs `work` for every item, at most `parallel` at a time. */
export async function eachInParallel<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
