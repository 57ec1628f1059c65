/**
 * Works off stale pages: lease, load, render, put, settle. A crash anywhere leaves pages stale, and
 * the next publisher takes them over when their leases end.
 */
import { encodePage } from "../pages/encode.ts";
import type { Prepared } from "../pages/page-type.ts";
import {
  type Published,
  type PublishOptions,
  type PublishResult,
  publishDeployPage,
  publishPage,
} from "../pages/publish.ts";
import { fromNote, noteOf } from "../pages/storage.ts";
import { pageTypeOf } from "../pages/table.ts";
import { partsOf } from "../pages/together.ts";
import { wantPurge } from "../store/front-cache.ts";
import {
  LEASE_MS,
  type LeasedPage,
  leasePages,
  type PublishedPage,
  settleLease,
} from "../store/leases.ts";
import { countPages } from "../store/status.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { eachInParallel } from "./each-in-parallel.ts";
import { type Limits, PAID } from "./limits.ts";
import { fingerprintOf } from "./name-all.ts";
import { prepareLease } from "./prepare-pages.ts";
import { settleTallies } from "./settle-tallies.ts";

/** Simultaneous connections that a Worker may hold. */
const PARALLEL_PUTS = 6;
/** Pages between two breaths, parts of others among them: some tens of milliseconds of a processor. */
const PAGES_A_BREATH = 12;
/** After storage has failed. Milliseconds. */
const RETRY_MS = 5000;
/**
 * How long before the end of a lease the last put is sent: whoever takes the page over may put at
 * once, and neither R2 nor KV takes two within a second. Milliseconds; longer than a put takes.
 */
const LAST_PUT_MS = 10_000;

export type PublishCounts = Record<PublishResult | "failed", number>;

const NO_PAGES: Readonly<PublishCounts> = { written: 0, unchanged: 0, superseded: 0, failed: 0 };
const RESULTS = ["written", "unchanged", "superseded", "failed"] as const;

/** A turn's two steps, wherever they are done. */
export interface Publishing {
  /** @returns whether more votes are to be counted */
  settleTallies(): Promise<boolean>;
  publishLease(): Promise<PublishedLease>;
}

export interface PublishedLease {
  readonly counts: PublishCounts;
  /** Whether there may be more. */
  readonly isMore: boolean;
}

/** Publishes what is due now; votes that are to be counted by now are among it. */
export function publishStale(deps: ConsumerDeps): Promise<PublishCounts> {
  return publishTurn(
    { settleTallies: () => settleTallies(deps), publishLease: () => publishLease(deps) },
    deps.limits ?? PAID,
  );
}

/** What remains waits for the next bell. */
export async function publishTurn(
  publishing: Publishing,
  { leasesATurn }: Limits,
): Promise<PublishCounts> {
  const sum: PublishCounts = { ...NO_PAGES };
  for (let lease = 0; lease < leasesATurn; lease++) {
    const isMoreToCount = await publishing.settleTallies();
    const { counts, isMore } = await publishing.publishLease();
    for (const result of RESULTS) sum[result] += counts[result];
    if (!isMore && !isMoreToCount) break;
  }
  return sum;
}

export async function publishLease(deps: ConsumerDeps): Promise<PublishedLease> {
  const { pagesALease } = deps.limits ?? PAID;
  const token = deps.token();
  const leasedAt = deps.now();
  const code = fingerprintOf(deps.config);
  const { pages, commit } = await leasePages(
    deps.db,
    code,
    token,
    leasedAt,
    pagesALease,
    deps.pace,
  );
  if (pages.length === 0) return { counts: { ...NO_PAGES }, isMore: false };
  const { prepared, untried } = await prepareLease(
    deps,
    pages.map(({ key }) => key),
  );
  const mayPut = () => deps.now() < leasedAt + LEASE_MS - LAST_PUT_MS;
  const tried = pages.filter(({ key }) => !untried.has(key));
  const { counts, settled, failed } = await putAll(deps, tried, prepared, { commit, mayPut });
  const now = deps.now();
  await deps.db.batch([
    ...settleLease(deps.db, token, { settled, failed, commit, retryMs: RETRY_MS }, now, deps.pace),
    countPages(deps.db, counts),
    ...(deps.purge && pages.some(({ isUrgent }) => isUrgent) ? [wantPurge(deps.db, now)] : []),
  ]);
  // A page that is taken over may have been leased alone, with others waiting behind it.
  const isTakenOver = pages.some((page) => page.isTakenOver);
  return { counts, isMore: isTakenOver || pages.length === pagesALease || untried.size > 0 };
}

interface PutPages {
  readonly counts: PublishCounts;
  readonly settled: readonly PublishedPage[];
  /** Their keys. */
  readonly failed: readonly string[];
}

/** One that fails keeps no other. */
async function putAll(
  deps: ConsumerDeps,
  pages: readonly LeasedPage[],
  prepared: ReadonlyMap<string, Prepared>,
  lease: Pick<PublishOptions, "commit" | "mayPut">,
): Promise<PutPages> {
  const counts: PublishCounts = { ...NO_PAGES };
  const settled: PublishedPage[] = [];
  const failed: string[] = [];
  const beforePages = breathing(deps.breathe);
  await eachInParallel(pages, PARALLEL_PUTS, async (page) => {
    await beforePages(1 + partsOf(page.key).length);
    try {
      const { result, stored } = await putOne(deps, page, prepared.get(page.key), lease);
      counts[result]++;
      const at = result === "unchanged" ? null : deps.now();
      settled.push({ key: page.key, at, stored: stored && noteOf(stored) });
    } catch (error) {
      console.error(`publishing ${page.key} failed`, error);
      counts.failed++;
      failed.push(page.key);
    }
  });
  return { counts, settled, failed };
}

/** @returns what is awaited before so many pages: after each dozen all wait for the same breath */
function breathing(breathe: ConsumerDeps["breathe"]): (pages: number) => Promise<void> | undefined {
  let begun = 0;
  let breath: Promise<void> | undefined;
  return (pages) => {
    begun += pages;
    if (begun >= PAGES_A_BREATH) {
      begun = 0;
      breath = breathe?.();
    }
    return breath;
  };
}

async function putOne(
  { pages, site }: ConsumerDeps,
  leased: LeasedPage,
  prepared: Prepared | undefined,
  lease: Pick<PublishOptions, "commit" | "mayPut">,
): Promise<Published> {
  if (!prepared) throw new Error("its rows could not be read");
  // Here, between two puts, and not for the whole lease at once: others want the thread as well.
  const page = encodePage(prepared());
  const { key, isTakenOver } = leased;
  return pageTypeOf(key)?.tier === "deploy"
    ? publishDeployPage(site, key, page, lease)
    : publishPage(pages, key, page, {
        ...lease,
        isTakenOver,
        expected: expectedOf(leased),
      });
}

function expectedOf({ stored, written, isTakenOver }: LeasedPage): PublishOptions["expected"] {
  if (stored !== null) return fromNote(stored, written);
  return written === 0 && !isTakenOver ? "nothing" : null;
}
