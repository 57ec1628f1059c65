/**
 * Local only: a database that says what it is asked, and how long that takes, so that one sees at a
 * glance that reading a page asks nothing. Depends on D1's types; the clock is passed in.
 */
import type { D1Database, D1PreparedStatement, D1Result } from "@cloudflare/workers-types";

export type Log = (line: string) => void;

/** @param now milliseconds of any clock */
export function loggedDatabase(db: D1Database, log: Log, now: () => number): D1Database {
  const statements = new WeakMap<D1PreparedStatement, Logged>();
  const timed = async <Result>(sql: string, ask: () => Promise<Result>): Promise<Result> => {
    const began = now();
    try {
      return await ask();
    } finally {
      log(`SQL ${now() - began} ms: ${sql.replace(/\s+/g, " ")}`);
    }
  };
  const logged = (sql: string, real: D1PreparedStatement): D1PreparedStatement => {
    const statement = {
      bind: (...values: unknown[]) => logged(sql, real.bind(...values)),
      all: () => timed(sql, () => real.all()),
      run: () => timed(sql, () => real.run()),
      first: (column?: string) =>
        timed(sql, () => (column === undefined ? real.first() : real.first(column))),
    } as unknown as D1PreparedStatement;
    statements.set(statement, { sql, real });
    return statement;
  };
  return {
    prepare: (sql: string) => logged(sql, db.prepare(sql)),
    batch: (batch: D1PreparedStatement[]): Promise<D1Result[]> => {
      const known = batch.map((statement) => statements.get(statement) as Logged);
      const all = known.map(({ sql }) => sql).join("; ");
      return timed(`batch of ${batch.length}: ${all}`, () =>
        db.batch(known.map(({ real }) => real)),
      );
    },
  } as unknown as D1Database;
}

interface Logged {
  readonly sql: string;
  readonly real: D1PreparedStatement;
}
