/** What an import did, counted and put into words. Pure. */
import { type Refusal, type RefusedLine, refusalKind, refusalText } from "./refusal.ts";

export interface ImportSummary {
  /** Rows (and lines that should have been): imported + already there + refused. */
  readonly read: number;
  /** Of them; all others count as links. */
  readonly commentsRead: number;
  readonly imported: number;
  readonly alreadyThere: number;
  readonly refused: number;
  /** By what the refusals have in common, in the order of their first appearance. */
  readonly refusedByKind: ReadonlyMap<string, number>;
  readonly firstRefused: readonly RefusedLine[];
  /** New ones. */
  readonly communities: number;
  /** Whether `npm run build` has anything to do. */
  readonly hasChanged: boolean;
}

/** Who has more has taken another file. */
const SHOWN_REFUSALS = 1000;

/** Counts refusals while an import runs, and keeps the first ones. */
export class RefusalCount {
  total = 0;
  readonly byKind = new Map<string, number>();
  readonly first: RefusedLine[] = [];

  add(file: string, line: number, refusal: Refusal): void {
    this.total++;
    const kind = refusalKind(refusal);
    this.byKind.set(kind, (this.byKind.get(kind) ?? 0) + 1);
    if (this.first.length < SHOWN_REFUSALS) this.first.push({ file, line, refusal });
  }
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}

function counted(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? "" : "s"}`;
}

/** `2,021 links and 5,040 comments read: 7,061 imported, 0 already there, 0 could not be used` */
export function summaryText(summary: ImportSummary): string {
  const { read, commentsRead, imported, alreadyThere, refused } = summary;
  const linksRead = read - commentsRead;
  const things = [
    ...(linksRead > 0 || commentsRead === 0 ? [counted(linksRead, "link")] : []),
    ...(commentsRead > 0 ? [counted(commentsRead, "comment")] : []),
  ].join(" and ");
  return `${things} read: ${count(imported)} imported, ${count(alreadyThere)} already there, ${count(refused)} could not be used`;
}

/** The first refused lines by name, then the totals by reason; nothing if all could be used. */
export function refusalLines(summary: ImportSummary): string[] {
  const lines = summary.firstRefused.map(
    ({ file, line, refusal }) => `${file}:${line}: ${refusalText(refusal)}`,
  );
  const totals = [...summary.refusedByKind].map(([kind, total]) => `${count(total)} × ${kind}`);
  const more = summary.refused - summary.firstRefused.length;
  return [...lines, ...(more > 0 ? [`… and ${count(more)} more`] : []), ...totals];
}
