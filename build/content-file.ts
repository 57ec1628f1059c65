/**
 * The local content database read from its file, without the simulator. D1 is SQLite, and its local
 * file may be read while workerd has it open; but workerd answers from one thread, as JSON, and Node
 * waits for each statement that Miniflare's proxy makes. A build reads everything, from two threads.
 * Reads only: whatever is written goes through the binding.
 */
import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";

/** Where Miniflare keeps the files of all D1 databases, in a state directory. */
const FOLDER = ["v3", "d1", "miniflare-D1DatabaseObject"];

/** Milliseconds that a read waits while the simulator tidies up the file. */
const OPTIONS = { readOnly: true, timeout: 10_000 };

/**
 * Others may lie beside it, that a wrangler.toml with other ids has left.
 * @param id the database's, as wrangler.toml has it
 */
export function contentFileOf(stateDir: string, id: string): string {
  return join(stateDir, ...FOLDER, `${objectIdOf(FOLDER.at(-1) as string, id)}.sqlite`);
}

/** As workerd makes the id of a Durable Object from its class and its name. */
function objectIdOf(className: string, name: string): string {
  const key = createHash("sha256").update(className).digest();
  const sign = (text: string | Buffer) =>
    createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const signed = sign(name);
  return Buffer.concat([signed, sign(signed)]).toString("hex");
}

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
