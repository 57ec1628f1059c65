/** The bench's verdict on itself, and the README's tables of one of its runs. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GOALS, goalsTable } from "../build/bench/goals.ts";
import { type Table, tableText } from "../build/bench/table.ts";

function tablesOf(markdown: string): Table[] {
  const blocks = markdown.match(/(?:^\|.*\n)+/gm) ?? [];
  return blocks.map((block) => {
    const [columns = [], , ...rows] = block
      .trim()
      .split("\n")
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    return { title: "", columns, rows };
  });
}

describe("goals", () => {
  const table = (figure: string): Table => ({
    title: "Reading",
    columns: ["", "requests/s", "of hello world", "CPU per request", "of its CPU"],
    rows: [
      ["front page, gzip", "3000", figure, "30 µs", "1.31"],
      ["front page from D1", "100", "0.03", "900 µs", "30"],
    ],
  });
  const verdicts = (...tables: Table[]) => goalsTable(tables).rows;

  it("are reached at their bound, and missed beyond it", () => {
    expect(verdicts(table("0.85"))[0]?.slice(1)).toEqual(["at least 0.85", "0.85", "yes"]);
    expect(verdicts(table("0.84"))[0]?.slice(1)).toEqual(["at least 0.85", "0.84", "no"]);
    expect(verdicts(table("0.84"))[1]?.slice(1)).toEqual(["at most 1.3", "1.31", "no"]);
  });

  it("compare two rows where they are about a ratio", () => {
    expect(verdicts(table("1"))[2]?.slice(1)).toEqual(["at least 15", "30.0", "yes"]);
  });

  it("that nothing was measured of are neither", () => {
    expect(verdicts().map(([, , ...rest]) => rest)).toEqual(GOALS.map(() => ["–", "not measured"]));
  });

  it("of the README follow from its tables", () => {
    const readme = readFileSync("README.md", "utf8");
    const [, performance = ""] = readme.split(/<!-- \/?performance -->/);
    const computed = goalsTable(tablesOf(performance));
    expect(computed.rows.filter(([, , , reached]) => reached === "not measured")).toEqual([]);
    const [, , ...lines] = tableText(computed).trim().split("\n");
    expect(performance).toContain(lines.join("\n"));
  });
});
