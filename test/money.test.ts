/** The cost model's arithmetic, on examples that can be checked by hand. */
import { describe, expect, test } from "vitest";
import {
  billedDollars,
  grossDollars,
  monthDollars,
  sum,
  times,
  total,
  usageOf,
} from "../build/bench/money/bill.ts";
import { fitsFreePlan } from "../build/bench/money/free-plan.ts";
import { FRESH, missShare } from "../build/bench/money/front-cache.ts";
import type { FreeMeasured, Measured, WriteCost } from "../build/bench/money/measured.ts";
import { breakEven, sensitivities, withMerged } from "../build/bench/money/sensitivity.ts";
import {
  HOBBY,
  LOBSTERS_SIZE,
  missesOf,
  perSecondOf,
  REDDIT_2012,
  type Site,
  usageOfMonth,
  usageOfViews,
  usageOfWrite,
} from "../build/bench/money/sites.ts";

const MILLION = 1e6;

const A_WRITE: WriteCost = {
  cpuMs: 10,
  rowsRead: 1000,
  rowsWritten: 20,
  objectsWritten: 8,
  storageReads: 8,
  queueOperations: 6,
  invocations: 2,
  keptBytes: 0,
};
const NO_WRITE: WriteCost = {
  cpuMs: 0,
  rowsRead: 0,
  rowsWritten: 0,
  objectsWritten: 0,
  storageReads: 0,
  queueOperations: 0,
  invocations: 1,
  keptBytes: 0,
};
const MEASURED: Measured = {
  view: { cpuMs: 0.05, storageReads: 1 },
  vote: A_WRITE,
  comment: A_WRITE,
  submission: A_WRITE,
  mixed: null,
  post: { storedBytes: 10_000, storedObjects: 3, databaseBytes: 2000 },
  idle: NO_WRITE,
};
/** An object that is asked twice for a vote, for a second together. */
const FREE: FreeMeasured = {
  measured: MEASURED,
  objects: {
    vote: { requests: 2, wallMs: 1000, storeCalls: 20 },
    comment: { requests: 0, wallMs: 0, storeCalls: 0 },
    submission: { requests: 0, wallMs: 0, storeCalls: 0 },
    idle: { requests: 1, wallMs: 0, storeCalls: 0 },
  },
  most: { calls: 40, statements: 70, cpuMs: 250, workerCalls: 60, workerCpuMs: 2 },
  hashMs: 200,
};

/** Seven writes a second, each of which writes 2 objects and 5 rows; a vote among votes only, 10 rows. */
const BUSY: Measured = {
  ...MEASURED,
  vote: { ...A_WRITE, rowsWritten: 10 },
  mixed: {
    perSecond: { votes: 4, comments: 2, submissions: 1 },
    act: { ...A_WRITE, objectsWritten: 2, rowsWritten: 5, queueOperations: 3 },
  },
};

function aSite(numbers: Partial<Site>): Site {
  const nobody = { views: 0, votes: 0, comments: 0, submissions: 0, posts: 0, loggedIn: 0 };
  return {
    name: "a site",
    ...nobody,
    listings: 1,
    threads: 1,
    people: 1,
    viewsAVisit: Number.POSITIVE_INFINITY,
    hasDomain: false,
    fresh: { busy: 10, quiet: 50 },
    codings: [1],
    missShare: 0,
    ...numbers,
  };
}

describe("a bill", () => {
  test("has each line at its price", () => {
    const dollars = grossDollars(
      usageOf({ requests: 2 * MILLION, objectWrites: MILLION / 2, databaseBytes: 4e9 }),
    );
    expect(dollars).toMatchObject({ requests: 0.6, objectWrites: 2.25, databaseBytes: 3 });
    expect(total(dollars)).toBeCloseTo(5.85);
  });

  test("begins beyond what the plan includes, line by line", () => {
    const dollars = billedDollars(usageOf({ requests: 12 * MILLION, queueOperations: MILLION }));
    expect(dollars).toMatchObject({ requests: 0.6, queueOperations: 0 });
  });

  test("is the plan's price for whoever stays within it", () => {
    expect(monthDollars(usageOf({ requests: 10 * MILLION, cpuMs: 30 * MILLION }))).toBe(5);
  });

  test("adds up parts and multiples", () => {
    const usage = sum(usageOf({ requests: 1 }), times(usageOf({ requests: 2, rowsRead: 3 }), 10));
    expect(usage).toMatchObject({ requests: 21, rowsRead: 30, rowsWritten: 0 });
  });
});

describe("what is kept for a year", () => {
  const site = aSite({ votes: 400, comments: 200, submissions: 100, posts: 1200 });
  const databaseBytes = (measured: Measured) => usageOfMonth(measured, site).databaseBytes;

  test("is posts as they are on the measured site", () => {
    expect(databaseBytes(BUSY)).toBe(1200 * 2000);
  });

  test("is all that was written, where that is more", () => {
    const { mixed } = BUSY;
    const act = { ...A_WRITE, keptBytes: 1000 };
    expect(databaseBytes({ ...BUSY, mixed: mixed && { ...mixed, act } })).toBe(12 * 700 * 1000);
  });
});

describe("the front cache", () => {
  test("fetches a page that is seen ten times a second once in 10.1 seconds", () => {
    const audience = {
      viewsPerSecond: 10,
      codings: [1],
      shares: [{ share: 1, pages: 1, changesAView: 1 }],
    };
    expect(missShare(audience, FRESH)).toBeCloseTo(1 / 101);
  });

  test("fetches it once in 50.1 seconds if it never changes, and sometimes so if it seldom does", () => {
    const shares = (changesAView: number) => [{ share: 1, pages: 1, changesAView }];
    const missesAt = (changesAView: number) =>
      missShare({ viewsPerSecond: 10, codings: [1], shares: shares(changesAView) }, FRESH);
    expect(missesAt(0)).toBeCloseTo(1 / 501);
    // Once in ten minutes: no change in the last ten by a chance of 1 / e.
    expect(missesAt(1 / 6000)).toBeCloseTo(Math.exp(-1) / 501 + (1 - Math.exp(-1)) / 101);
  });

  test("has nothing of what is seen once in a long while", () => {
    const audience = {
      viewsPerSecond: 0.0001,
      codings: [1],
      shares: [{ share: 1, pages: 1000, changesAView: 0 }],
    };
    expect(missShare(audience, FRESH)).toBeGreaterThan(0.999);
  });

  test("knows shares that fall on different pages, the second half as often as the first", () => {
    // Two pages seen 2/3 and 1/3 of a time a second, and one seen once a second.
    const shares = [
      { share: 0.5, pages: 2, changesAView: 1 },
      { share: 0.5, pages: 1, changesAView: 1 },
    ];
    const fetched = 2 / 3 / (1 + 20 / 3) + 1 / 3 / (1 + 10 / 3) + 1 / 11;
    expect(missShare({ viewsPerSecond: 2, codings: [1], shares }, FRESH)).toBeCloseTo(fetched / 2);
  });

  test("has a page for each of the codings that clients ask for, and fetches each of these", () => {
    const shares = [{ share: 1, pages: 1, changesAView: 1 }];
    const audience = { viewsPerSecond: 10, codings: [0.9, 0.1], shares };
    expect(missShare(audience, FRESH)).toBeCloseTo((9 / 91 + 1 / 11) / 10);
  });

  test("has more of a larger site's views", () => {
    const [hobby = 0, lobsters = 0, reddit = 0] = [HOBBY, LOBSTERS_SIZE, REDDIT_2012].map(missesOf);
    expect(hobby).toBeGreaterThan(lobsters);
    expect(lobsters).toBeGreaterThan(reddit);
  });
});

describe("a month", () => {
  test("has three files for each visit, which are requests too", () => {
    const requests = (numbers: Partial<Site>) => usageOfMonth(MEASURED, aSite(numbers)).requests;
    const visited = requests({ views: 1000, viewsAVisit: 10 });
    expect(visited - requests({ views: 1000 })).toBe(300);
    expect(requests({ views: 1000, viewsAVisit: 10, hasDomain: true })).toBe(
      requests({ views: 1000 }),
    );
  });

  test("of views is billed by the request, and by what the front cache does not have", () => {
    expect(usageOfViews(MEASURED, 1000, 0.25)).toMatchObject({
      requests: 1000,
      cpuMs: 12.5,
      objectReads: 250,
    });
  });

  test("of a write has its form's request and the consumer's", () => {
    expect(usageOfWrite(A_WRITE)).toMatchObject({
      requests: 3,
      objectWrites: 8,
      objectReads: 8,
      queueOperations: 6,
      rowsWritten: 20,
    });
  });

  test("without anybody is cron's", () => {
    const idle = { ...A_WRITE, invocations: 2 };
    const usage = usageOfMonth({ ...MEASURED, idle }, aSite({}));
    // 43,200 minutes, two invocations each.
    expect(usage).toMatchObject({ requests: 86_400, rowsWritten: 864_000 });
  });

  test("has the documents that the logged-in ask for: one every other view, of twelve one has two reads", () => {
    const site = aSite({ views: 1000, loggedIn: 0.1 });
    const { requests, objectReads } = usageOfMonth(MEASURED, site);
    expect({ requests: requests - 43_200, objectReads }).toEqual({
      requests: 1050,
      objectReads: (50 * 13) / 12,
    });
  });

  test("of Reddit has 2.7 billion views, of which one in a hundred votes", () => {
    expect(REDDIT_2012.views / REDDIT_2012.votes).toBe(100);
    expect(LOBSTERS_SIZE.comments).toBeCloseTo(9141);
  });
});

describe("writes that came together", () => {
  const rowsOf = (acts: Partial<Site>) => usageOfMonth(BUSY, aSite(acts)).rowsWritten;

  test("cost a month what they did in a second, as often as there are such seconds", () => {
    const usage = usageOfMonth(BUSY, aSite({ votes: 400, comments: 200, submissions: 100 }));
    expect(usage).toMatchObject({ objectWrites: 1400, rowsWritten: 3500, queueOperations: 2100 });
    // Of each its form, and what the consumer does; and cron's minutes.
    expect(usage.requests).toBe(700 * 3 + 43_200);
  });

  test("leave the others to what one of their kind costs", () => {
    expect(rowsOf({ votes: 800, comments: 200, submissions: 100 })).toBe(3500 + 4000);
    expect(rowsOf({ votes: 400, comments: 300, submissions: 100 })).toBe(3500 + 2000);
    expect(rowsOf({ votes: 400 })).toBe(4000);
  });

  test("are dearer by a factor, or by what is not merged, as all others", () => {
    const site = aSite({ votes: 4e6, comments: 2e6, submissions: 1e6 });
    const objects = (measured: Measured) => usageOfMonth(measured, site).objectWrites;
    expect(objects(withMerged(BUSY, 0.5))).toBe(7e6);
    expect(objects({ ...BUSY, mixed: null })).toBe(56e6);
  });

  test("come as often as the month has them", () => {
    const { votes, comments } = perSecondOf(REDDIT_2012);
    expect(votes).toBeCloseTo(10.42);
    expect(comments).toBeCloseTo(2.79);
  });
});

describe("an assumption", () => {
  test.each([
    ["alone", MEASURED],
    ["together", BUSY],
  ])("that changes more comes first, with writes %s", (_, measured) => {
    const month = monthDollars(usageOfMonth(measured, REDDIT_2012));
    const changes = sensitivities(measured, REDDIT_2012).map(({ dollars }) =>
      Math.abs(dollars - month),
    );
    expect(changes).toEqual([...changes].sort((a, b) => b - a));
    expect(changes.at(-1)).toBeGreaterThan(0);
  });

  test("that nobody writes makes pages quieter, and the front cache fetch less often", () => {
    const { votes, comments, submissions } = REDDIT_2012;
    const readersOnly = { ...REDDIT_2012, votes: 0, comments: 0, submissions: 0 };
    expect([votes, comments, submissions]).not.toContain(0);
    const [misses, withoutWrites] = [missesOf(REDDIT_2012), missesOf(readersOnly)];
    expect(withoutWrites).toBeLessThan(misses);
    expect(withoutWrites).toBeGreaterThan(misses * 0.9);
  });

  test("is turned round: how many objects a month may write", () => {
    // 10 million votes: 80 million objects, written and looked at before, and 200 million rows.
    const site = aSite({ votes: 10 * MILLION });
    const all = monthDollars(usageOfMonth(MEASURED, site));
    const few = monthDollars(usageOfMonth(withMerged(MEASURED, 0.5), site));
    expect(all - few).toBeCloseTo(40 * 4.5 + 40 * 0.36 + 100);
    expect(breakEven(MEASURED, site, few)).toBeCloseTo(0.5);
    expect(breakEven(MEASURED, site, all + 1)).toBe(1);
    expect(breakEven(MEASURED, site, 1)).toBeNull();
  });
});

test("the free plan is held against a day, a month and an invocation", () => {
  // 30,000 votes a month are 1,000 a day: 6,000 queue operations and 20,000 rows.
  const fits = fitsFreePlan(FREE, aSite({ votes: 30_000, people: 60 }));
  const found = new Map(fits.map(({ what, used, free }) => [what, [used, free]]));
  expect(found.get("queues a day")).toEqual([6000, 10_000]);
  expect(found.get("D1 rows written a day")).toEqual([20_000, 100_000]);
  expect(found.get("R2 writes a month")).toEqual([240_000, 1_000_000]);
  expect(found.get("calls of a request to an object")).toEqual([40, 50]);
  expect(found.get("calls of a Worker's invocation")).toEqual([60, 50]);
  expect(found.get("statements in the calls of one request")).toEqual([70, null]);
  expect(found.get("CPU of a login in its object, ms")).toEqual([200, 30_000]);
  expect(found.get("CPU of the consumer's Worker, ms, 99 times of 100")).toEqual([2, 10]);
});

test("the free plan's objects are held against a day of requests and of seconds", () => {
  const fits = fitsFreePlan(FREE, aSite({ votes: 30_000, people: 60 }));
  const found = new Map(fits.map(({ what, used, free }) => [what, [used, free]]));
  // 1,000 votes, 1,440 minutes and 2 logins a day.
  expect(found.get("requests to objects a day")).toEqual([3442, 100_000]);
  const near = found.get("GB-seconds of objects a day, with stores as near as here");
  expect(near?.[0]).toBeCloseTo((1000 + 2 * 0.2) * 0.128);
  const far = found.get("the same, were each call of a store to take 100 ms more");
  expect(far?.[0]).toBeCloseTo((3000 + 2 * 0.2) * 0.128);
});
