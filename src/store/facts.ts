/** Reads and writes whole tables as src/store/tables.ts describes them, while nothing else runs. */
import type { D1Database } from "@cloudflare/workers-types";
import { bindChunks, fromJson } from "./statements.ts";
import { type DatabaseName, FACT_TABLES, type FactTable, type TableRow } from "./tables.ts";

export type Databases = Readonly<Record<DatabaseName, D1Database>>;

/** Rows of one query: bounds memory, also where each is a post of 160 KB. */
const READ_ROWS = 500;

/** The facts of a table in the order of its key, in chunks. */
export async function* walkFacts(db: D1Database, table: FactTable): AsyncGenerator<TableRow[]> {
  const { key, facts, which = "true" } = table;
  const order = key.join(", ");
  const after = `(${order}) > (${key.map((_, index) => `?${index + 1}`).join(", ")})`;
  const select = (condition: string) =>
    db.prepare(
      `SELECT ${facts.join(", ")} FROM ${table.table} WHERE ${which} AND ${condition}
       ORDER BY ${order} LIMIT ${READ_ROWS}`,
    );
  let next = select("true");
  while (true) {
    const { results } = await next.all<TableRow>();
    if (results.length > 0) yield results;
    const last = results.at(-1);
    if (!last || results.length < READ_ROWS) return;
    next = select(after).bind(...key.map((column) => last[column]));
  }
}

/**
 * One transaction.
 * @param rows facts, all with the same columns; what an older backup does not know gets its default
 */
export async function restoreFacts(
  db: D1Database,
  { table, complete = (facts) => facts }: FactTable,
  rows: readonly TableRow[],
): Promise<void> {
  const full = rows.map(complete);
  const columns = Object.keys(full[0] ?? {}).join(", ");
  const sql = `INSERT OR REPLACE INTO ${table} (${columns})
    SELECT ${fromJson(columns)} FROM json_each(?1)`;
  const statements = bindChunks(db, sql, full);
  if (statements.length > 0) await db.batch(statements);
}

/** What migrations wrote makes room for what a backup says instead. */
export async function removePresets(db: D1Database, database: DatabaseName): Promise<void> {
  const presets = FACT_TABLES.filter((each) => each.isPreset && each.database === database);
  if (presets.length === 0) return;
  await db.batch(presets.map(({ table }) => db.prepare(`DELETE FROM ${table}`)));
}

/** A table with something that a site without content does not have; null if there is none. */
export async function findFacts(databases: Databases): Promise<FactTable | null> {
  for (const each of FACT_TABLES.filter(({ isPreset }) => !isPreset)) {
    const { database, table, which = "true" } = each;
    const sql = `SELECT 1 FROM ${table} WHERE ${which} LIMIT 1`;
    if ((await databases[database].prepare(sql).first()) !== null) return each;
  }
  return null;
}
