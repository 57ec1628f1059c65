/**
 * The local content database read from its file, without the simulator. D1 is SQLite, and its local
 * file may be read while workerd has it open; but workerd answers from one thread, as JSON, and Node
 * waits for each statement that Miniflare's proxy makes. A build reads everything, from several threads.
 * Reads only: whatever is written goes through the binding.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";

/** Milliseconds that a read waits while the simulator tidies up the file. */
const OPTIONS = { readOnly: true, timeout: 10_000 };

/** @returns the content database, as far as `src/store` reads it */
export function openContentFile(file: string): D1Database {
  return readOnlyD1(new DatabaseSync(file, OPTIONS));
}

function readOnlyD1(file: DatabaseSync): D1Database {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): D1PreparedStatement => {
    const statement = prepared.get(sql) ?? file.prepare(sql);
    prepared.set(sql, statement);
    return boundStatement(statement, []);
  };
  const batch = (statements: readonly D1PreparedStatement[]) =>
    Promise.all(statements.map((statement) => statement.all()));
  return { prepare, batch } as unknown as D1Database;
}

function boundStatement(statement: StatementSync, values: SQLInputValue[]): D1PreparedStatement {
  return {
    bind: (...given: SQLInputValue[]) => boundStatement(statement, given),
    all: async () => ({ results: statement.all(...values) }),
    first: async (column?: string) => {
      const row = statement.get(...values);
      return (column === undefined ? row : row?.[column]) ?? null;
    },
  } as unknown as D1PreparedStatement;
}
