/** Whether a site fits Cloudflare's free plan: by the day, the month and the invocation. Pure. */
import type { FreeMeasured, ObjectCost } from "./measured.ts";
import {
  BILLED,
  FREE_CPU_MS,
  FREE_DAILY,
  FREE_MONTHLY,
  FREE_OBJECT_CPU_MS,
  FREE_OBJECT_GB_SECONDS,
  FREE_OBJECT_REQUESTS,
  FREE_SUBREQUESTS,
  OBJECT_GB,
  PRICES,
} from "./prices.ts";
import { DAYS, RUNS_A_MONTH, type Site, usageOfMonth } from "./sites.ts";

export interface Fit {
  readonly what: string;
  readonly used: number;
  /** Null: no limit is known, or counted so. */
  readonly free: number | null;
}

/** A store that is far away answers within that, mostly much sooner. Milliseconds. */
const FAR_MS = 100;

export function fitsFreePlan(free: FreeMeasured, site: Site): Fit[] {
  return [...storesFit(free, site), ...objectsFit(free, site), ...invocationsFit(free)];
}

function storesFit({ measured }: FreeMeasured, site: Site): Fit[] {
  const month = usageOfMonth(measured, site);
  return BILLED.flatMap((each): Fit[] => {
    const { label } = PRICES[each];
    const daily = FREE_DAILY[each];
    const monthly = FREE_MONTHLY[each];
    if (daily !== undefined) {
      return [{ what: `${label} a day`, used: month[each] / DAYS, free: daily }];
    }
    return monthly === undefined
      ? []
      : [{ what: `${label} a month`, used: month[each], free: monthly }];
  });
}

/** Everybody logs in once a month, as long as a session is. */
function objectsFit({ objects, hashMs }: FreeMeasured, site: Site): Fit[] {
  const a = (of: (cost: ObjectCost) => number) =>
    (site.votes * of(objects.vote) +
      site.comments * of(objects.comment) +
      site.submissions * of(objects.submission) +
      RUNS_A_MONTH * of(objects.idle)) /
    DAYS;
  const logins = site.people / DAYS;
  const gbSeconds = (ms: number) => (ms / 1000) * OBJECT_GB;
  const hashing = logins * hashMs;
  return [
    {
      what: "requests to objects a day",
      used: a(({ requests }) => requests) + logins,
      free: FREE_OBJECT_REQUESTS,
    },
    {
      what: "GB-seconds of objects a day, with stores as near as here",
      used: gbSeconds(a(({ wallMs }) => wallMs) + hashing),
      free: FREE_OBJECT_GB_SECONDS,
    },
    {
      what: `the same, were each call of a store to take ${FAR_MS} ms more`,
      used: gbSeconds(a(({ wallMs, storeCalls }) => wallMs + storeCalls * FAR_MS) + hashing),
      free: FREE_OBJECT_GB_SECONDS,
    },
  ];
}

/** The highest that were seen. */
function invocationsFit({ measured, most, hashMs }: FreeMeasured): Fit[] {
  return [
    { what: "calls of a request to an object", used: most.calls, free: FREE_SUBREQUESTS },
    { what: "calls of a Worker's invocation", used: most.workerCalls, free: FREE_SUBREQUESTS },
    { what: "statements in the calls of one request", used: most.statements, free: null },
    { what: "CPU of a request to an object, ms", used: most.cpuMs, free: FREE_OBJECT_CPU_MS },
    { what: "CPU of a login in its object, ms", used: hashMs, free: FREE_OBJECT_CPU_MS },
    {
      what: "CPU of the consumer's Worker, ms, 99 times of 100",
      used: most.workerCpuMs,
      free: FREE_CPU_MS,
    },
    { what: "CPU of a view, ms", used: measured.view.cpuMs, free: FREE_CPU_MS },
  ];
}
