/**
 * The local content database read from its file, without the simulator. D1 is SQLite, and its local
 * file may be read while workerd has it open; but workerd answers from one thread, as JSON, and Node
 * waits for each statement that Miniflare's proxy makes. A build reads everything, from two threads.
 * Reads only: whatever is written goes through the binding.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { readCommitNumber } from "../src/store/commit.ts";

/** Where Miniflare keeps the files of all D1 databases, named by hashes. */
const FOLDER = ["v3", "d1", "miniflare-D1DatabaseObject"];

/** Milliseconds that a read waits while the simulator tidies up the file. */
const OPTIONS = { readOnly: true, timeout: 10_000 };

/** @returns the content database of a local state, as far as `src/store` reads it */
export async function openContentFile(stateDir: string): Promise<D1Database> {
  const folder = join(stateDir, ...FOLDER);
  for (const name of readdirSync(folder).filter((each) => /^[0-9a-f]{64}\.sqlite$/.test(each))) {
    const db = readOnlyD1(new DatabaseSync(join(folder, name), OPTIONS));
    if (await isContent(db)) return db;
  }
  throw new Error(`no content database in ${folder}`);
}

/** The others have no commits. */
async function isContent(db: D1Database): Promise<boolean> {
  try {
    await readCommitNumber(db);
    return true;
  } catch {
    return false;
  }
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
