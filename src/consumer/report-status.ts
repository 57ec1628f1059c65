/** Once a minute cron writes down how the site is, and the status page follows. */
import type { Backlog, RowCounts } from "../model/status.ts";
import { STATUS_KEY, statusPage } from "../pages/status.ts";
import { commitStatus, countRows, readStatus, takeStatus } from "../store/status.ts";
import type { ConsumerDeps } from "./consumer-deps.ts";
import { MAX_CLOCK_SKEW_MS } from "./patience.ts";

/** Local cron ticks every second or two; once a minute is what production does. Seconds. */
const REPORT_EVERY = 55;
/** Counting reads every row: seconds until it is done again, for each million of them and at least. */
const COUNT_EVERY = 3600;

type Deps = Pick<ConsumerDeps, "db" | "now" | "pace" | "backlog">;

/** A report that a commit overtakes is written a minute later; one from the future is none. */
export async function reportStatus(deps: Deps): Promise<void> {
  const { db, now: clock, pace } = deps;
  const now = clock();
  const seconds = Math.floor(now / 1000);
  const last = await readStatus(db);
  if (last !== null && isWithin(last.at, REPORT_EVERY, seconds)) return;
  const isRecent = last !== null && isWithin(last.rows.at, countPause(last.rows), seconds);
  const rows = isRecent ? last.rows : await countRows(db, now);
  const page = { key: STATUS_KEY, lane: statusPage.lane(STATUS_KEY) };
  const report = await takeStatus(db, now, rows, await askBacklog(deps));
  await commitStatus(db, report, page, now, pace);
}

/** The rest of the report does not hang on a queue that does not say. */
async function askBacklog({ backlog }: Deps): Promise<Backlog | null> {
  try {
    return (await backlog?.()) ?? null;
  } catch (error) {
    console.error("asking the queue what waits failed", error);
    return null;
  }
}

function isWithin(at: number, pause: number, now: number): boolean {
  return now - at < pause && at - now <= MAX_CLOCK_SKEW_MS / 1000;
}

function countPause({ posts, comments, people, objects }: RowCounts): number {
  return COUNT_EVERY * Math.max(1, (posts + comments + people + objects) / 1e6);
}
