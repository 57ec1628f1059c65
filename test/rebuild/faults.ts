/**
 * Storage and databases that fail on command: before or after the effect, at the call that a random
 * countdown hits. Every call also waits a random number of turns, so that what runs at the same
 * time interleaves in ever new ways.
 */
import type { D1Database, R2Bucket } from "@cloudflare/workers-types";
import type { Random } from "./random.ts";

export class InjectedFault extends Error {}

export interface Faults {
  /** From now on, calls fail with this probability; 0 ends it. */
  probability: number;
  readonly random: Random;
}

async function disturbed<Result>(faults: Faults, effect: () => Promise<Result>): Promise<Result> {
  for (let turns = faults.random.int(4); turns > 0; turns--) await Promise.resolve();
  const fails = faults.random.chance(faults.probability);
  if (fails && faults.random.chance(0.5)) throw new InjectedFault("before the effect");
  const result = await effect();
  if (fails) throw new InjectedFault("after the effect");
  return result;
}

/** The real one, by way of `batch` and `all`/`first`/`run` that may fail. */
export function faultyD1(db: D1Database, faults: Faults): D1Database {
  type Statement = ReturnType<D1Database["prepare"]>;
  const real = new WeakMap<object, Statement>();
  const wrap = (statement: Statement): Statement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: () => disturbed(faults, () => statement.all()),
      run: () => disturbed(faults, () => statement.run()),
      first: (column?: string) =>
        disturbed(faults, () =>
          column === undefined ? statement.first() : statement.first(column),
        ),
    } as unknown as Statement;
    real.set(wrapped, statement);
    return wrapped;
  };
  const database = {
    prepare: (sql: string) => wrap(db.prepare(sql)),
    batch: (statements: Statement[]) =>
      disturbed(faults, () => db.batch(statements.map((each) => real.get(each) ?? each))),
  };
  return database as unknown as D1Database;
}

export function faultyBucket(bucket: R2Bucket, faults: Faults): R2Bucket {
  const wrapped = {
    get: (key: string) => disturbed(faults, () => bucket.get(key)),
    head: (key: string) => disturbed(faults, () => bucket.head(key)),
    list: (options: never) => disturbed(faults, () => bucket.list(options)),
    put: (key: string, body: never, options: never) =>
      disturbed(faults, () => bucket.put(key, body, options)),
  };
  return wrapped as unknown as R2Bucket;
}
