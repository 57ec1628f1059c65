/** What a second of a large site costs, in which votes, comments and submissions meet on pages. */
import { OPERATIONS_A_MESSAGE } from "./counted-consumer.ts";
import type { LoadCost } from "./load/merging.ts";
import { objectsOf, writeCostOf } from "./load/merging.ts";
import type { Acts } from "./money/measured.ts";
import type { Table } from "./table.ts";

export function mixedTable({ votes, comments, submissions }: Acts, cost: LoadCost): Table {
  const { cpuMs, queueOperations, invocations } = writeCostOf(cost);
  const row = (label: string, ofOne: number, digits = 2) => [
    label,
    (ofOne * cost.load.perSecond).toFixed(digits),
    ofOne.toFixed(3),
  ];
  return {
    title: `A second of ${votes.toFixed(1)} votes, ${comments.toFixed(1)} comments and ${submissions.toFixed(1)} submissions together, ${cost.load.label}`,
    columns: ["", "a second", "each write, as a mean"],
    rows: [
      ...[...cost.objects].map(([kind, objects]) => row(`written: ${kind}`, objects)),
      row("objects written", objectsOf(cost)),
      row("objects looked at before", cost.storageReads),
      row("rows read", cost.rowsRead, 0),
      row("rows written", cost.rowsWritten),
      row("bytes in D1", cost.keptBytes, 0),
      row("CPU, ms", cpuMs, 0),
      row("queue messages", queueOperations / OPERATIONS_A_MESSAGE),
      row("invocations", invocations),
      ["least time between two writes of a page, s", (cost.leastPause / 1000).toFixed(1), ""],
    ],
  };
}
