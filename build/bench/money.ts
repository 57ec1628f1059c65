/** What it costs on Cloudflare: tables computed from what the rest of the bench has measured. */
import { billedDollars, grossDollars, monthDollars, times, total } from "./money/bill.ts";
import { fitsFreePlan } from "./money/free-plan.ts";
import type { FreeMeasured, Measured } from "./money/measured.ts";
import { BILLED, MOST_DATABASE_BYTES, PLAN_DOLLARS, PRICES, type Usage } from "./money/prices.ts";
import { breakEven, sensitivities } from "./money/sensitivity.ts";
import {
  HOBBY,
  LOBSTERS_SIZE,
  missesOf,
  REDDIT_2012,
  type Site,
  usageOfMonth,
  usageOfPost,
  usageOfViews,
  usageOfWrite,
} from "./money/sites.ts";
import type { Table } from "./table.ts";

const MILLION = 1e6;
/** What Reddit in 2012 may cost a month. */
const GOAL_DOLLARS = 1500;

const dollars = (amount: number) => `$${amount.toFixed(2)}`;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const count = (amount: number) => Math.round(amount).toLocaleString("en");

/**
 * @param alone with each write on its own: the worst case, and what a small site sees
 * @param busy with the writes of a large site, which meet on pages; null where it was not measured
 * @param free as `alone`, done as the free plan has it done
 */
export function moneyTables(alone: Measured, busy: Measured | null, free: FreeMeasured): Table[] {
  const large = busy ?? alone;
  return [
    perMillion(alone),
    months(alone, large, busy !== null),
    freePlan(free),
    assumptions(large),
  ];
}

/** Lines that are nothing everywhere are left out. */
function dollarRows(columns: readonly Usage[]): string[][] {
  return BILLED.filter((each) => columns.some((column) => column[each] >= 0.005)).map((each) => [
    PRICES[each].label,
    ...columns.map((column) => dollars(column[each])),
  ]);
}

function perMillion(measured: Measured): Table {
  const usages = {
    "views, all from the front cache": usageOfViews(measured, 1, 0),
    "views, none from it": usageOfViews(measured, 1, 1),
    votes: usageOfWrite(measured.vote),
    comments: usageOfWrite(measured.comment),
    submissions: usageOfWrite(measured.submission),
    "posts stored for a month": usageOfPost(measured),
  };
  const columns = Object.values(usages).map((usage) => grossDollars(times(usage, MILLION)));
  return {
    title: "Dollars per million, each write alone, nothing included",
    columns: ["", ...Object.keys(usages)],
    rows: [
      ...dollarRows(columns),
      ["together", ...columns.map((column) => dollars(total(column)))],
    ],
  };
}

function months(alone: Measured, large: Measured, isMerged: boolean): Table {
  const sites = [HOBBY, LOBSTERS_SIZE, REDDIT_2012];
  const usages = sites.map((site) => usageOfMonth(site === REDDIT_2012 ? large : alone, site));
  const row = (label: string, of: (site: (typeof sites)[number]) => string) => [
    label,
    ...sites.map(of),
  ];
  return {
    title: `A month, beyond what the $${PLAN_DOLLARS} plan includes${isMerged ? "" : "; no two writes share a page's write: the worst case"}`,
    columns: ["", ...sites.map(({ name }) => name)],
    rows: [
      row("views", ({ views }) => count(views)),
      row("votes", ({ votes }) => count(votes)),
      row("comments", ({ comments }) => count(comments)),
      row("submissions", ({ submissions }) => count(submissions)),
      row("posts stored", ({ posts }) => count(posts)),
      row("views from the front cache", (site) => percent(1 - missesOf(site))),
      [
        "D1 databases of 10 GB",
        ...usages.map(({ databaseBytes }) => count(databasesFor(databaseBytes))),
      ],
      ...dollarRows(usages.map(billedDollars)),
      ["with the plan", ...usages.map((usage) => dollars(monthDollars(usage)))],
    ],
  };
}

/** What one may hold is Cloudflare's limit, and Cairn has its content in one. */
function databasesFor(bytes: number): number {
  return Math.ceil(bytes / MOST_DATABASE_BYTES);
}

function freePlan(free: FreeMeasured): Table {
  return {
    title: "A hobby site and the free plan",
    columns: ["", "used", "free", "fits"],
    rows: fitsFreePlan(free, HOBBY).map(({ what, used, free: most }) => [
      what,
      used < 100 ? used.toFixed(1) : count(used),
      most === null ? "" : count(most),
      most === null ? "" : used <= most ? "yes" : "no",
    ]),
  };
}

function assumptions(measured: Measured): Table {
  const asAssumed = monthDollars(usageOfMonth(measured, REDDIT_2012));
  const goalRow = (what: string, site: Site) => {
    const merged = breakEven(measured, site, GOAL_DOLLARS);
    const share = merged === null ? "none is few enough" : `${percent(merged)} of those measured`;
    return [`objects and rows per write for ${dollars(GOAL_DOLLARS)}${what}: ${share}`, "", ""];
  };
  return {
    title:
      "Reddit in 2012: what each assumption is worth, by the month (the goals: 0.25 objects, 6.75 rows " +
      "written, 500 read, a tenth of the CPU per write)",
    columns: ["", "together", "difference"],
    rows: [
      ["as assumed", dollars(asAssumed), ""],
      ...sensitivities(measured, REDDIT_2012).map(({ what, dollars: amount }) => [
        what,
        dollars(amount),
        dollars(amount - asAssumed),
      ]),
      goalRow("", REDDIT_2012),
      goalRow(", votes only", { ...REDDIT_2012, comments: 0, submissions: 0 }),
    ],
  };
}
