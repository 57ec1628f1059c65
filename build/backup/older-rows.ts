/** What older backups hold in tables that are no more, in the shape that has replaced them. Pure. */
import { FACT_TABLES, type FactTable, type TableRow } from "../../src/store/tables.ts";
import type { RestoredRows } from "./read-backup.ts";

const WINDOW_LIST = FACT_TABLES.find(({ table }) => table === "window_list") as FactTable;

/** @param entries in the order of their slots */
export function toWindowLists(entries: readonly TableRow[]): RestoredRows {
  const lists = Map.groupBy(entries, ({ listing }) => listing as string);
  const rows = [...lists].map(([listing, own]) => ({
    listing,
    posts: JSON.stringify(own.map(({ post }) => post)),
  }));
  return { table: WINDOW_LIST, rows };
}
