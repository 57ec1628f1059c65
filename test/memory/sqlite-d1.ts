/**
 * D1's interface over Node's own SQLite, in memory: the same SQL, thousands of sequences a minute.
 * The tests in test/workerd run the same code on the real D1.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { D1Database } from "@cloudflare/workers-types";
import type { DatabaseName } from "../../src/store/tables.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

interface Statement {
  bind(...values: SQLInputValue[]): Statement;
  run(): Promise<unknown>;
  all(): Promise<unknown>;
  first(column?: string): Promise<unknown>;
  execute(): unknown;
}

/** Of a string, a blob or a row, in bytes: D1's own limit, which SQLite does not have. */
const MAX_BYTES = 2_000_000;

/** At most three bytes for each UTF-16 unit: nearly nothing has to be counted. */
function refuseTooBig(value: SQLInputValue): void {
  if (typeof value !== "string" || value.length <= MAX_BYTES / 3) return;
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_BYTES) throw new Error(`string or blob too big: ${bytes} bytes: SQLITE_TOOBIG`);
}

type Prepare = (sql: string) => StatementSync;

/** Preparing costs more than running. */
function preparedOnce(db: DatabaseSync): Prepare {
  const prepared = new Map<string, StatementSync>();
  return (sql) => {
    const known = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
}

function statement(prepare: Prepare, sql: string, values: SQLInputValue[] = []): Statement {
  const execute = () => {
    values.forEach(refuseTooBig);
    const results = prepare(sql).all(...values);
    const { changes } = prepare("SELECT changes() AS changes").get() as { changes: number };
    return { results, success: true, meta: { changes } };
  };
  return {
    bind: (...bound) => statement(prepare, sql, bound),
    run: async () => execute(),
    all: async () => execute(),
    async first(column) {
      const row = execute().results[0];
      return row === undefined ? null : column === undefined ? row : row[column];
    },
    execute,
  };
}

/** A database's migrations, in order, by name. */
export function migrationsOf(name: DatabaseName): ReadonlyMap<string, string> {
  const folder = join(MIGRATIONS, name);
  const files = readdirSync(folder).sort();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

/** A fresh database with its migrations applied, or with some of them. */
export function openMemoryD1(
  name: DatabaseName = "content",
  migrations = [...migrationsOf(name).values()],
): D1Database {
  return asD1(openMemoryDatabase(migrations));
}

/** The same as SQLite itself, for tests that look behind D1. */
export function openMemoryDatabase(
  migrations = [...migrationsOf("content").values()],
): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  for (const sql of migrations) db.exec(sql);
  return db;
}

/** A batch is a savepoint, so that a test may have a transaction around everything. */
export function asD1(db: DatabaseSync): D1Database {
  const prepare = preparedOnce(db);
  const database = {
    exec: async (sql: string) => db.exec(sql),
    prepare: (sql: string) => statement(prepare, sql),
    async batch(statements: Statement[]) {
      db.exec("SAVEPOINT batch");
      try {
        const answers = statements.map((each) => each.execute());
        return answers;
      } catch (error) {
        db.exec("ROLLBACK TO batch");
        throw error;
      } finally {
        db.exec("RELEASE batch");
      }
    },
  };
  return database as unknown as D1Database;
}
