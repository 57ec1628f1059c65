/**
 * D1's interface over Node's own SQLite, in memory: the same SQL, thousands of sequences a minute.
 * The tests in test/workerd run the same code on the real D1.
 */
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { D1Database } from "@cloudflare/workers-types";

const MIGRATIONS = new URL("../../migrations/content/", import.meta.url).pathname;

interface Statement {
  bind(...values: SQLInputValue[]): Statement;
  run(): Promise<unknown>;
  all(): Promise<unknown>;
  first(column?: string): Promise<unknown>;
  execute(): unknown;
}

function statement(db: DatabaseSync, sql: string, values: SQLInputValue[] = []): Statement {
  const execute = () => {
    const results = db.prepare(sql).all(...values);
    const { changes } = db.prepare("SELECT changes() AS changes").get() as { changes: number };
    return { results, success: true, meta: { changes } };
  };
  return {
    bind: (...bound) => statement(db, sql, bound),
    run: async () => execute(),
    all: async () => execute(),
    async first(column) {
      const row = execute().results[0];
      return row === undefined ? null : column === undefined ? row : row[column];
    },
    execute,
  };
}

const opened = new WeakMap<D1Database, DatabaseSync>();

/** @param numbers of the migrations, those that there are */
export function applyMigrations(database: D1Database, numbers: readonly string[]): void {
  const files = readdirSync(MIGRATIONS).sort();
  for (const file of files.filter((name) => numbers.includes(name.slice(0, 4)))) {
    opened.get(database)?.exec(readFileSync(MIGRATIONS + file, "utf8"));
  }
}

/** A fresh content database with its migrations applied: all, or those with these numbers. */
export function openMemoryD1(numbers?: readonly string[]): D1Database {
  const db = new DatabaseSync(":memory:");
  const database = {
    prepare: (sql: string) => statement(db, sql),
    async batch(statements: Statement[]) {
      db.exec("BEGIN");
      try {
        const answers = statements.map((each) => each.execute());
        db.exec("COMMIT");
        return answers;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
  const d1 = database as unknown as D1Database;
  opened.set(d1, db);
  applyMigrations(d1, numbers ?? readdirSync(MIGRATIONS).map((name) => name.slice(0, 4)));
  return d1;
}
