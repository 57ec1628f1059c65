/** Which assumption matters most: a month again, with one of them changed. Pure. */
import { monthDollars } from "./bill.ts";
import type { Measured, WriteCost } from "./measured.ts";
import { type Site, usageOfMonth } from "./sites.ts";

export interface Sensitivity {
  readonly what: string;
  /** Of the month. */
  readonly dollars: number;
}

const A_MINUTE = { busy: 60, quiet: 60 };
/** Chrome and Firefox, Safari, others: an assumption. Each has a copy, if headers reach the cache as they were sent. */
const BROWSERS = [0.75, 0.2, 0.05];
const APART = "comments and submissions each as dear as one alone";

/** Those that change most come first. */
export function sensitivities(measured: Measured, site: Site): Sensitivity[] {
  const month = (changed: Partial<Site>, costs = measured) =>
    monthDollars(usageOfMonth(costs, { ...site, ...changed }));
  const asAssumed = month({});
  const { votes, comments, submissions, threads } = site;
  const votesOnly = { comments: 0, submissions: 0 };
  const goals = eachWrite(measured, atTheGoals);
  const apart = { ...measured, mixed: null };
  return [
    { what: "no view from the front cache", dollars: month({ missShare: 1 }) },
    { what: "every view from the front cache", dollars: month({ missShare: 0 }) },
    { what: "pages fresh for a minute there", dollars: month({ fresh: A_MINUTE }) },
    { what: "no domain of its own", dollars: month({ hasDomain: false }) },
    { what: "pages cached there for each kind of browser", dollars: month({ codings: BROWSERS }) },
    {
      what: "threads read for five days, not for thirty",
      dollars: month({ threads: threads / 6 }),
    },
    { what: "nobody logged in", dollars: month({ loggedIn: 0 }) },
    { what: "three times as many logged in", dollars: month({ loggedIn: 3 * site.loggedIn }) },
    { what: "twice as many votes", dollars: month({ votes: 2 * votes }) },
    { what: "votes only", dollars: month(votesOnly) },
    ...(measured.mixed === null ? [] : [{ what: APART, dollars: month({}, apart) }]),
    {
      what: "twice as many writes of all kinds",
      dollars: month({ votes: 2 * votes, comments: 2 * comments, submissions: 2 * submissions }),
    },
    {
      what: "half as many objects and rows per write",
      dollars: month({}, withMerged(measured, 0.5)),
    },
    { what: "half as many objects per write", dollars: month({}, withObjects(measured, 0.5)) },
    { what: "a tenth of the CPU", dollars: month({}, eachWrite(measured, withTenthOfCpu)) },
    { what: "the goals", dollars: month({}, goals) },
    { what: "the goals, votes only", dollars: month(votesOnly, goals) },
    {
      what: "the goals, votes only, pages fresh for a minute there",
      dollars: month({ ...votesOnly, fresh: A_MINUTE }, goals),
    },
  ].sort((a, b) => Math.abs(b.dollars - asAssumed) - Math.abs(a.dollars - asAssumed));
}

function eachWrite(measured: Measured, change: (cost: WriteCost) => WriteCost): Measured {
  const { vote, comment, submission, mixed } = measured;
  return {
    ...measured,
    vote: change(vote),
    comment: change(comment),
    submission: change(submission),
    mixed: mixed && { ...mixed, act: change(mixed.act) },
  };
}

export function withObjects(measured: Measured, factor: number): Measured {
  return eachWrite(measured, (cost) => ({
    ...cost,
    objectsWritten: cost.objectsWritten * factor,
    storageReads: cost.storageReads * factor,
  }));
}

/** Lanes merge objects, and with them what is looked at before, and the rows that say they are stale. */
export function withMerged(measured: Measured, factor: number): Measured {
  return eachWrite(withObjects(measured, factor), (cost) => ({
    ...cost,
    rowsWritten: cost.rowsWritten * factor,
  }));
}

/**
 * What lanes and batches should make of a write among 500 a second: a quarter of an object, six rows
 * written and three for each object, 500 read, and a hundred messages an invocation. Nothing that was
 * measured.
 */
function atTheGoals(cost: WriteCost): WriteCost {
  return {
    ...withTenthOfCpu(cost),
    objectsWritten: 0.25,
    storageReads: (0.25 * cost.storageReads) / cost.objectsWritten,
    rowsWritten: 6.75,
    rowsRead: 500,
    queueOperations: 3,
    invocations: 0.01,
  };
}

function withTenthOfCpu(cost: WriteCost): WriteCost {
  return { ...cost, cpuMs: cost.cpuMs / 10 };
}

/** Far finer than anything here is known. */
const STEPS = 30;

/** The share of the measured objects and rows at which a month costs so much; null when none does. */
export function breakEven(measured: Measured, site: Site, dollars: number): number | null {
  const costs = (factor: number) => monthDollars(usageOfMonth(withMerged(measured, factor), site));
  if (costs(0) > dollars) return null;
  let [enough, tooMany] = [0, 1];
  if (costs(tooMany) <= dollars) return tooMany;
  for (let step = 0; step < STEPS; step++) {
    const middle = (enough + tooMany) / 2;
    if (costs(middle) <= dollars) enough = middle;
    else tooMany = middle;
  }
  return enough;
}
