/** Stores that count what they are asked: rows as D1 bills them, and puts by key and second. */
import type { D1Database, D1PreparedStatement, D1Result } from "@cloudflare/workers-types";
import type { PageStore } from "../../../src/pages/storage.ts";

export interface RowCounts {
  queries: number;
  read: number;
  written: number;
}

interface Counted {
  readonly sql: string;
  readonly real: D1PreparedStatement;
}

/** @param tables rows written, by the statement's beginning; left out: not kept */
export function countedDatabase(
  db: D1Database,
  counts: RowCounts,
  tables?: Map<string, RowCounts>,
): D1Database {
  const statements = new WeakMap<D1PreparedStatement, Counted>();
  const add = (to: RowCounts, { meta }: D1Result) => {
    to.queries++;
    to.read += meta.rows_read;
    to.written += meta.rows_written;
  };
  const count = (sql: string, result: D1Result) => {
    add(counts, result);
    if (!tables) return;
    const table = tables.get(sql) ?? { queries: 0, read: 0, written: 0 };
    tables.set(sql, table);
    add(table, result);
  };
  const counted = (sql: string, real: D1PreparedStatement): D1PreparedStatement => {
    const all = async () => {
      const result = await real.all();
      count(sql, result);
      return result;
    };
    const statement = {
      bind: (...values: unknown[]) => counted(sql, real.bind(...values)),
      all,
      run: all,
      first: async (column?: string) => {
        const row = (await all()).results[0];
        return column === undefined ? (row ?? null) : (row?.[column] ?? null);
      },
    } as unknown as D1PreparedStatement;
    statements.set(statement, { sql, real });
    return statement;
  };
  return {
    prepare: (sql: string) => counted(sql, db.prepare(sql)),
    batch: async (batch: D1PreparedStatement[]): Promise<D1Result[]> => {
      const known = batch.map((statement) => statements.get(statement) as Counted);
      const results = await db.batch(known.map(({ real }) => real));
      results.forEach((result, index) => {
        count(known[index]?.sql ?? "", result);
      });
      return results;
    },
  } as unknown as D1Database;
}

export interface PutCounts {
  /** Objects put, by key. */
  readonly byKey: Map<string, number>;
  /** Least milliseconds between two puts of one key. */
  leastPause: number;
}

export function countedPages(pages: PageStore, counts: PutCounts, now: () => number): PageStore {
  const last = new Map<string, number>();
  const put = async (key: string, ...rest: unknown[]) => {
    const at = now();
    counts.byKey.set(key, (counts.byKey.get(key) ?? 0) + 1);
    counts.leastPause = Math.min(
      counts.leastPause,
      at - (last.get(key) ?? Number.NEGATIVE_INFINITY),
    );
    last.set(key, at);
    return (pages.put as (...args: unknown[]) => Promise<unknown>)(key, ...rest);
  };
  return new Proxy(pages, {
    get: (_, name) => {
      if (name === "put") return put;
      const value = pages[name as keyof PageStore];
      return typeof value === "function" ? value.bind(pages) : value;
    },
  });
}
