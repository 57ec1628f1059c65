/** What Cairn set out to reach, beside what the bench's tables say. Pure. */
import type { Table } from "./table.ts";

/** The first cell of any table whose row and column begin so. */
interface Cell {
  readonly row: string;
  readonly column: string;
}

interface Goal {
  readonly what: string;
  readonly cell: Cell;
  /** What the cell is divided by. */
  readonly over?: Cell;
  readonly least?: number;
  readonly most?: number;
  readonly unit?: string;
}

export const NOT_MEASURED = "not measured";
const FRONT = "front page, gzip";
const AT_500 = "500 a second, production";

export const GOALS: readonly Goal[] = [
  {
    what: "front page, of hello world's requests/s",
    cell: { row: FRONT, column: "of hello world" },
    least: 0.85,
  },
  {
    what: "front page, of hello world's CPU",
    cell: { row: FRONT, column: "of its CPU" },
    most: 1.3,
  },
  {
    what: "front page, of the requests/s of one asked from D1",
    cell: { row: FRONT, column: "requests/s" },
    over: { row: "front page from D1", column: "requests/s" },
    least: 15,
  },
  {
    what: "first view of the front page",
    cell: { row: "front page", column: "together" },
    most: 15,
    unit: "KB",
  },
  {
    what: "first view of a thread of a hundred comments",
    cell: { row: "thread of", column: "together" },
    most: 25,
    unit: "KB",
  },
  {
    what: "Lighthouse's performance of the front page",
    cell: { row: "front page", column: "performance" },
    least: 100,
  },
  {
    what: "Lighthouse's performance of that thread",
    cell: { row: "thread of", column: "performance" },
    least: 100,
  },
  {
    what: "votes applied and published a second",
    cell: { row: "applied and published a second", column: "all at once, production" },
    least: 5000,
  },
  {
    what: "99 votes of 100 are seen within, at 500 a second",
    cell: { row: "99 of 100 within", column: "500 a second, local" },
    most: 2,
    unit: "s",
  },
  {
    what: "objects for each vote, at 500 a second",
    cell: { row: "objects written", column: AT_500 },
    most: 0.25,
  },
  {
    what: "rows read for each vote",
    cell: { row: "rows read", column: AT_500 },
    most: 500,
  },
  {
    what: "rows written for each vote, beyond three for each object",
    cell: { row: "beyond 3 for each object", column: AT_500 },
    most: 6,
  },
  {
    what: "time between two writes of a page",
    cell: { row: "least time between", column: "all at once, local" },
    least: 1,
    unit: "s",
  },
  {
    what: "dollars for a vote on ten times as many posts",
    cell: { row: "dollars, per million", column: "ratio" },
    most: 1.1,
  },
  {
    what: "pages built and compressed a second, of Hugo's",
    cell: { row: "Cairn, up to the compressed object", column: "of Hugo" },
    least: 2,
  },
  {
    what: "pages built and stored a second, of Hugo's",
    cell: { row: "Cairn, stored", column: "of Hugo" },
    least: 1,
  },
  {
    what: "memory to build 200,000 posts",
    cell: { row: "all of it", column: "peak memory" },
    most: 1500,
    unit: "MB",
  },
  {
    what: "Reddit in 2012, its votes, a month",
    cell: { row: "votes only", column: "together" },
    most: 1500,
    unit: "dollars",
  },
];

export function goalsTable(tables: readonly Table[]): Table {
  return {
    title: "Goals",
    columns: ["", "goal", "figure", "reached"],
    rows: GOALS.map((goal) => {
      const { what, cell, over, least, most, unit } = goal;
      const figure = figureIn(tables, cell) / (over ? figureIn(tables, over) : 1);
      const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
      const isReached = figure >= (least ?? figure) && figure <= (most ?? figure);
      const shown = over ? figure.toFixed(1) : String(figure);
      const isMeasured = !Number.isNaN(figure);
      return [
        what,
        [bound, unit ?? ""].join(" ").trim(),
        isMeasured ? shown : "–",
        isMeasured ? (isReached ? "yes" : "no") : NOT_MEASURED,
      ];
    }),
  };
}

/** NaN where no table has it. */
function figureIn(tables: readonly Table[], { row, column }: Cell): number {
  for (const { columns, rows } of tables) {
    const index = columns.findIndex((name) => name.startsWith(column));
    const found = rows.find(([name]) => name?.startsWith(row));
    const value = Number.parseFloat(found?.[index]?.replace("$", "") ?? "");
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
}
