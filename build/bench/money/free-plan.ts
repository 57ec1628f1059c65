/** Whether a site fits Cloudflare's free plan: by the day, the month and the invocation. Pure. */
import type { Measured } from "./measured.ts";
import {
  BILLED,
  FREE_CPU_MS,
  FREE_DAILY,
  FREE_MONTHLY,
  FREE_SUBREQUESTS,
  PRICES,
} from "./prices.ts";
import { DAYS, type Site, usageOfMonth } from "./sites.ts";

export interface Fit {
  readonly what: string;
  readonly used: number;
  readonly free: number;
}

/** @param hashCpuMs of a password, at each login and registration */
export function fitsFreePlan(measured: Measured, site: Site, hashCpuMs: number): Fit[] {
  const month = usageOfMonth(measured, site);
  const fits = BILLED.flatMap((each): Fit[] => {
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
  return [
    ...fits,
    {
      what: "subrequests of the costliest invocation seen",
      used: measured.mostSubrequests,
      free: FREE_SUBREQUESTS,
    },
    { what: "CPU of a login, ms", used: hashCpuMs, free: FREE_CPU_MS },
  ];
}
