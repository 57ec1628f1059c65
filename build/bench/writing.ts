/** Writes under load: how many a second, when they are seen, and what each costs. */
import { fingerprintOf } from "../../src/consumer/name-all.ts";
import type { Post } from "../../src/model/entities.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { setCompiled } from "../../src/store/compiled.ts";
import { openReads } from "../../src/store/reads.ts";
import { withCopyOf } from "./copy.ts";
import { type Lanes, LOCAL, PRODUCTION, paceOf } from "./lanes.ts";
import { addCommunities, addYoungPosts, growSite } from "./load/growth.ts";
import {
  costOfLoad,
  type Load,
  type LoadCost,
  OWN,
  objectsOf,
  writeCostOf,
} from "./load/merging.ts";
import { mixedTrace } from "./load/mixed-trace.ts";
import { type Offered, offerVotes } from "./load/offer.ts";
import { type RunningSite, startSite } from "./load/running-site.ts";
import { COUNTED_PEOPLE, type Crowd, type Trace, voteTrace } from "./load/trace.ts";
import { mixedTable } from "./mixed.ts";
import { grossDollars, total, usageOf } from "./money/bill.ts";
import { actsIn, type MixedCost, type WriteCost } from "./money/measured.ts";
import type { Usage } from "./money/prices.ts";
import { perSecondOf, REDDIT_2012, usageOfWrite } from "./money/sites.ts";
import type { Table } from "./table.ts";
import type { Sources } from "./writes.ts";

const OFFERS = [
  { label: "50 a second, local lanes", lanes: LOCAL, votes: 1500, votesPerSecond: 50 },
  { label: "500 a second, local lanes", lanes: LOCAL, votes: 20_000, votesPerSecond: 500 },
  { label: "all at once, local lanes", lanes: LOCAL, votes: 20_000, votesPerSecond: null },
  {
    label: "all at once, production's lanes",
    lanes: PRODUCTION,
    votes: 200_000,
    votesPerSecond: null,
  },
] as const;

/**
 * As many people as Reddit had. The first pages of one's votes wait nine minutes: what is measured are
 * those that began to wait in the first minutes, of which there are more than later.
 */
const AS_REDDIT = {
  people: REDDIT_2012.people,
  communities: REDDIT_2012.listings,
  warmUpSeconds: 600,
  seconds: 300,
  privateSeconds: 0,
};
const MERGED = { warmUpSeconds: 90, seconds: 60, privateSeconds: 600 };
const LOADS: readonly Load[] = [
  { ...load("local lanes", 500, LOCAL), warmUpSeconds: 10, seconds: 20, privateSeconds: 0 },
  { ...load("production", 500, PRODUCTION), ...MERGED },
  { ...load("production", 500, PRODUCTION), ...MERGED, people: REDDIT_2012.people },
  // As many as Reddit had in 2012, if one view in a hundred was a vote.
  { ...load("production", 10, PRODUCTION), ...AS_REDDIT },
];
const ACTS = perSecondOf(REDDIT_2012);
/** The same with its comments and submissions. */
const MIXED: Load = { ...load("production", actsIn(ACTS), PRODUCTION), ...AS_REDDIT };
const GROWTH: Load = {
  ...load("grown", 500, PRODUCTION),
  warmUpSeconds: 30,
  seconds: 30,
  privateSeconds: 0,
};
const GROWTH_TIMES = 10;
/** Of two days, for a trace to vote on. */
const YOUNG_POSTS = 8000;
/** Between two loads. */
const APART_MS = 3_600_000;

function load(label: string, perSecond: number, lanes: Lanes) {
  return { label, perSecond, people: COUNTED_PEOPLE, communities: null, pace: paceOf(lanes) };
}

export interface BusyCosts {
  readonly vote: WriteCost;
  readonly mixed: MixedCost;
}

/**
 * @param report is given each table as soon as it is measured: all of them take minutes
 * @returns what writes cost on a site as busy as Reddit in 2012: votes alone, and all of them together
 */
export async function benchWriting(
  stateDir: string,
  config: Site,
  { now, random }: Sources,
  report: (table: Table) => void,
): Promise<BusyCosts> {
  const offered: Offered[] = [];
  for (const [index, offer] of OFFERS.entries()) {
    const site = await startSite(stateDir, offer.lanes, config.origin);
    const posts = await hottest(site);
    const trace = votesOn(posts, random, { name: `offer${index}_`, people: COUNTED_PEOPLE });
    offered.push(await offerVotes(site, offer, trace, posts, now));
    await site.stop();
  }
  report(offersTable(offered));
  // Ahead of every page's last write.
  const clock = { ms: now() + APART_MS };
  const measure = async (
    site: RunningSite,
    posts: readonly Post[],
    each: Load,
    mark: string,
    traceOf = votesOn,
  ) => {
    clock.ms += APART_MS;
    const place =
      each.communities === null
        ? undefined
        : await addCommunities(site.db, each.communities, mark, clock.ms, random);
    const young = await addYoungPosts(site.db, posts.slice(0, YOUNG_POSTS), mark, clock.ms, place);
    // The new posts' pages are not there yet, and nobody asks for them.
    await setCompiled(site.db, fingerprintOf(config));
    const crowd = { name: `load_${mark}`, people: each.people };
    return costOfLoad(site, each, traceOf(young, random, crowd), config, clock);
  };
  const withSite = <Result>(work: (site: RunningSite, posts: readonly Post[]) => Promise<Result>) =>
    withCopyOf(stateDir, async (copy) => {
      const site = await startSite(copy, PRODUCTION, config.origin);
      try {
        return await work(site, await hottest(site));
      } finally {
        await site.stop();
      }
    });
  const costs: LoadCost[] = [];
  for (const each of LOADS) {
    costs.push(await withSite((site, posts) => measure(site, posts, each, "x")));
  }
  report(costsTable(costs));
  const together = await withSite((site, posts) =>
    measure(site, posts, MIXED, "m", (young, ...rest) => mixedTrace(young, ACTS, ...rest)),
  );
  report(mixedTable(ACTS, together));
  const [small, large] = await withSite(async (site, posts) => {
    const sized = async (mark: string) => ({
      cost: await measure(site, posts, GROWTH, mark),
      posts: (await hottest(site)).length,
    });
    const before = await sized("s");
    await growSite(site.db, posts, GROWTH_TIMES);
    return [before, await sized("l")] as const;
  });
  report(growthTable(small, large));
  return {
    vote: writeCostOf(costs.at(-1) as LoadCost),
    mixed: { perSecond: ACTS, act: writeCostOf(together) },
  };
}

type TraceOf = (posts: readonly Post[], random: () => number, crowd: Crowd) => Trace;

const votesOn: TraceOf = (posts, ...rest) => voteTrace(ids(posts), ...rest);

/** All posts that a front page could show, the hottest first. */
async function hottest({ db }: RunningSite): Promise<readonly Post[]> {
  const reads = openReads(db);
  const [posts = []] = await reads.rankedSlices([
    { ranking: "hot", scope: null, from: 0, count: 1_000_000 },
  ]);
  return posts;
}

function ids(posts: readonly Post[]): Post["id"][] {
  return posts.map(({ id }) => id);
}

function offersTable(offered: readonly Offered[]): Table {
  const row = (label: string, of: (offered: Offered) => string) => [label, ...offered.map(of)];
  const perSecond = (votes: number, ms: number) => String(Math.round((votes / ms) * 1000));
  return {
    title: "Votes into the queue, in real time, until nothing is overdue",
    columns: ["", ...OFFERS.map(({ label }) => label)],
    rows: [
      row("votes", ({ votes }) => String(votes)),
      row("applied a second", ({ votes, appliedMs }) => perSecond(votes, appliedMs)),
      row("applied and published a second", ({ votes, publishedMs }) =>
        perSecond(votes, publishedMs),
      ),
      row("vote → visible in its thread, median", ({ visibleMs }) =>
        seconds(quantile(visibleMs, 0.5)),
      ),
      row("99 of 100 within", ({ visibleMs }) => seconds(quantile(visibleMs, 0.99))),
      row("objects written per vote", ({ votes, counts }) => (puts(counts) / votes).toFixed(2)),
      row(
        "CPU per vote: Cairn's Workers, and queues",
        ({ cpu }) => `${Math.round(cpu.workers)} µs`,
      ),
      row("CPU per vote: simulated stores", ({ cpu }) => `${Math.round(cpu.stores)} µs`),
      row("least time between two writes of a page", ({ counts }) =>
        seconds(counts.leastPause ?? Number.NaN),
      ),
    ],
  };
}

function puts(counts: Offered["counts"]): number {
  return counts.puts.reduce((sum, [, times]) => sum + times, 0);
}

/** By nearest rank: the least of the values that so large a share of them does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function costsTable(costs: readonly LoadCost[]): Table {
  const row = (label: string, of: (cost: LoadCost) => number, digits = 2) => [
    label,
    ...costs.map((cost) => of(cost).toFixed(digits)),
  ];
  const kinds = [...new Set(costs.flatMap(({ objects }) => [...objects.keys()]))];
  return {
    title: "What a vote costs when others come as well",
    columns: [
      "",
      ...costs.map(
        ({ load: { label, perSecond, people } }) =>
          `${perSecond} a second, ${label}, ${people} people`,
      ),
    ],
    rows: [
      ...kinds.map((kind) => [
        `written: ${kind}`,
        ...costs.map(({ objects, load: each }) =>
          kind === OWN && isTooShort(each) ? "–" : (objects.get(kind) ?? 0).toFixed(3),
        ),
      ]),
      row("objects written", objectsOf, 3),
      row("objects looked at before", ({ storageReads }) => storageReads, 3),
      row("rows read", ({ rowsRead }) => rowsRead, 0),
      row("rows written", ({ rowsWritten }) => rowsWritten),
      row("beyond 3 for each object", (cost) => cost.rowsWritten - 3 * objectsOf(cost)),
      row("bytes in D1", ({ keptBytes }) => keptBytes, 0),
      row("CPU, µs", ({ cpuMicroseconds }) => cpuMicroseconds, 0),
      row("least time between two writes of a page, s", ({ leastPause }) => leastPause / 1000, 1),
    ],
  };
}

/** To see a page of one's own votes written. */
function isTooShort({ pace, warmUpSeconds, seconds, privateSeconds }: Load): boolean {
  return privateSeconds === 0 && (warmUpSeconds + seconds) * 1000 < pace.patience;
}

interface Sized {
  readonly cost: LoadCost;
  readonly posts: number;
}

function growthTable(small: Sized, large: Sized): Table {
  const row = (label: string, of: (cost: LoadCost) => number, digits: number) => [
    label,
    of(small.cost).toFixed(digits),
    of(large.cost).toFixed(digits),
    (of(large.cost) / of(small.cost)).toFixed(2),
  ];
  return {
    title: "What a vote costs when the site grows (500 a second, production's lanes)",
    columns: ["", `${small.posts} posts`, `${large.posts} posts`, "ratio"],
    rows: [
      row("rows read", ({ rowsRead }) => rowsRead, 0),
      row("rows written", ({ rowsWritten }) => rowsWritten, 2),
      row("objects written", objectsOf, 3),
      row("CPU, µs", ({ cpuMicroseconds }) => cpuMicroseconds, 0),
      row("dollars for rows, per million", (cost) => perMillion(usageOf(rowsOf(cost))), 2),
      row("dollars, per million", (cost) => perMillion(usageOfWrite(writeCostOf(cost))), 2),
    ],
  };
}

function rowsOf({ rowsRead, rowsWritten }: LoadCost): Partial<Usage> {
  return { rowsRead, rowsWritten };
}

/** In dollars, without what a plan includes. */
function perMillion(usage: Usage): number {
  return 1e6 * total(grossDollars(usage));
}
