/** What a month of a site uses. Pure arithmetic on measured operations and stated assumptions. */
import { NOTHING, sum, times, usageOf } from "./bill.ts";
import { FRESH, type Freshness, missShare, type Share } from "./front-cache.ts";
import { type Acts, actsIn, type Measured, type WriteCost } from "./measured.ts";
import type { Usage } from "./prices.ts";

export const DAYS = 30;
const MONTH_SECONDS = DAYS * 86_400;
/** Cron's. */
export const RUNS_A_MONTH = MONTH_SECONDS / 60;
/** Of posts, and of what is written to D1 for them: what a site keeps stored. */
const MONTHS_KEPT = 12;

/**
 * Requests to lobste.rs as counted in 2018 (jonhoo/trawler, MIT or Apache-2.0), taken as a month's.
 * What else was asked for is less than a thousandth.
 */
const LOBSTERS = {
  threads: 1_615_623,
  frontPage: 870_987,
  people: 193_915,
  newestComments: 135_227,
  recent: 27_984,
  votes: 18_235 + 13_730 + 1550 + 608,
  comments: 9141,
  submissions: 1522,
} as const;
const LOBSTERS_VIEWS =
  LOBSTERS.threads +
  LOBSTERS.frontPage +
  LOBSTERS.people +
  LOBSTERS.newestComments +
  LOBSTERS.recent;

export interface Site extends Acts {
  readonly name: string;
  /** By the month, as all of these. */
  readonly views: number;
  readonly posts: number;
  /** Whose pages are read. */
  readonly threads: number;
  /** First pages that readers go to: the site's and its communities'. */
  readonly listings: number;
  readonly people: number;
  /** By one browser within the hour for which it keeps stylesheet and script. */
  readonly viewsAVisit: number;
  /** Of its own: files have a Worker without a cache there, and are not billed. */
  readonly hasDomain: boolean;
  /** Views by somebody with a session, as a share of all. */
  readonly loggedIn: number;
  /** In the front cache. */
  readonly fresh: Freshness;
  /** As an audience has them. */
  readonly codings: readonly number[];
  /** Null: as the views spread over the pages. */
  readonly missShare: number | null;
}

/**
 * Stylesheet, script and icon, and one more script for who is logged in: requests like others where
 * Workers Cache stands in front of them.
 */
const FILES_A_VISIT = 3;
/** An assumption. */
const VIEWS_A_VISIT = 10;
/** An assumption: Reddit had about a tenth of its visitors logged in. */
const LOGGED_IN = 0.1;
/** Asked by the overlay, once a minute of reading at most: the inbox's count, sometimes the votes. */
const OWN_DOCUMENTS_A_VIEW = 0.5;
/** Of eleven minutes: eleven times the count, which is one read, and once the votes, which are two. */
const READS_OF_OWN_DOCUMENT = (11 + 2) / 12;

/** Comments and submissions in the proportion to votes that Lobsters has. */
function aSite(name: string, views: number, votes: number, listings: number, people: number): Site {
  const submissions = (votes * LOBSTERS.submissions) / LOBSTERS.votes;
  return {
    name,
    views,
    votes,
    comments: (votes * LOBSTERS.comments) / LOBSTERS.votes,
    submissions,
    posts: submissions * MONTHS_KEPT,
    threads: submissions,
    listings,
    people,
    viewsAVisit: VIEWS_A_VISIT,
    hasDomain: true,
    loggedIn: LOGGED_IN,
    fresh: FRESH,
    codings: [1],
    missShare: null,
  };
}

export const HOBBY = { ...aSite("a hobby", 100_000, 3000, 10, 100), hasDomain: false };
export const LOBSTERS_SIZE = aSite("Lobsters", LOBSTERS_VIEWS, LOBSTERS.votes, 50, 10_000);
/** 2.7 billion views; one in a hundred votes. */
export const REDDIT_2012 = aSite("Reddit in 2012", 2.7e9, 27e6, 5000, 1_000_000);

export function perSecondOf({ votes, comments, submissions }: Acts): Acts {
  return {
    votes: votes / MONTH_SECONDS,
    comments: comments / MONTH_SECONDS,
    submissions: submissions / MONTH_SECONDS,
  };
}

/** Of all views, how many the front cache does not have. Threads are those of the month. */
export function missesOf(site: Site): number {
  if (site.missShare !== null) return site.missShare;
  const of = (views: number, pages: number, changes = Number.POSITIVE_INFINITY): Share => ({
    share: views / LOBSTERS_VIEWS,
    pages: Math.ceil(pages),
    changesAView: (changes * LOBSTERS_VIEWS) / views / site.views,
  });
  const { votes, comments, submissions } = site;
  const shares = [
    of(LOBSTERS.frontPage + LOBSTERS.recent, site.listings),
    of(LOBSTERS.newestComments, site.listings),
    of(LOBSTERS.threads, site.threads, votes + comments),
    of(LOBSTERS.people, site.people, votes + comments + submissions),
  ];
  const { codings } = site;
  return missShare({ viewsPerSecond: site.views / MONTH_SECONDS, codings, shares }, site.fresh);
}

/** @param misses of these views, how many reach the reader: from 0 to 1 */
export function usageOfViews({ view }: Measured, views: number, misses: number): Usage {
  const reached = views * misses;
  return usageOf({
    requests: views,
    cpuMs: reached * view.cpuMs,
    objectReads: reached * view.storageReads,
  });
}

/** Its form comes with a request of its own. */
export function usageOfWrite(cost: WriteCost): Usage {
  return usageOf({
    requests: 1 + cost.invocations,
    cpuMs: cost.cpuMs,
    objectWrites: cost.objectsWritten,
    objectReads: cost.storageReads,
    queueOperations: cost.queueOperations,
    rowsRead: cost.rowsRead,
    rowsWritten: cost.rowsWritten,
  });
}

export function usageOfPost({ post }: Measured): Usage {
  return usageOf({ objectBytes: post.storedBytes, databaseBytes: post.databaseBytes });
}

/** Cron's own run is the request that every write has otherwise. */
function usageOfCron({ idle }: Measured): Usage {
  return times(usageOfWrite({ ...idle, invocations: idle.invocations - 1 }), RUNS_A_MONTH);
}

/**
 * As many as came together in the proportion that was measured; of what is left, each costs what one
 * of its kind does without the others.
 */
function usageOfWrites({ vote, comment, submission, mixed }: Measured, site: Acts): Usage {
  const together = mixed === null ? NO_ACTS : proportional(mixed.perSecond, site);
  const rest = (kind: keyof Acts) => Math.max(0, site[kind] - together[kind]);
  return sum(
    mixed === null ? NOTHING : times(usageOfWrite(mixed.act), actsIn(together)),
    times(usageOfWrite(vote), rest("votes")),
    times(usageOfWrite(comment), rest("comments")),
    times(usageOfWrite(submission), rest("submissions")),
  );
}

const NO_ACTS: Acts = { votes: 0, comments: 0, submissions: 0 };

/** The most of `acts` that are in this proportion. */
function proportional({ votes, comments, submissions }: Acts, acts: Acts): Acts {
  const seconds = Math.min(
    acts.votes / votes,
    acts.comments / comments,
    acts.submissions / submissions,
  );
  return {
    votes: seconds * votes,
    comments: seconds * comments,
    submissions: seconds * submissions,
  };
}

/** A post with what comes with it on this site; or, where that was measured and is more, all that is written. */
function usageOfKept(measured: Measured, site: Site): Usage {
  const { vote, mixed } = measured;
  const posts = times(usageOfPost(measured), site.posts);
  const together = mixed === null ? NO_ACTS : proportional(mixed.perSecond, site);
  const written =
    (mixed?.act.keptBytes ?? 0) * actsIn(together) + vote.keptBytes * (site.votes - together.votes);
  return { ...posts, databaseBytes: Math.max(posts.databaseBytes, MONTHS_KEPT * written) };
}

/** Those that are billed. */
function filesOf({ views, viewsAVisit, hasDomain, loggedIn }: Site): number {
  return hasDomain ? 0 : (views / viewsAVisit) * (FILES_A_VISIT + loggedIn);
}

export function usageOfMonth(measured: Measured, site: Site): Usage {
  const { view } = measured;
  const own = site.views * site.loggedIn * OWN_DOCUMENTS_A_VIEW;
  return sum(
    usageOfViews(measured, site.views, missesOf(site)),
    usageOf({ requests: filesOf(site) }),
    usageOfViews({ ...measured, view: { ...view, storageReads: READS_OF_OWN_DOCUMENT } }, own, 1),
    usageOfWrites(measured, site),
    usageOfKept(measured, site),
    usageOfCron(measured),
  );
}
