/**
 * A database that asks together what is asked at the same moment: a round trip for a dozen questions
 * instead of one for each, which is most of what they cost. Depends on D1's types.
 */
import type { D1Database, D1PreparedStatement, D1Result } from "@cloudflare/workers-types";

/**
 * Promises that are awaited before what was asked by then goes out: readers of one round begin that far
 * apart, each after some function of its own. Of fifty pages, twenty calls become ten.
 */
const PROMISES = 20;

interface Question {
  readonly statement: D1PreparedStatement;
  readonly resolve: (result: D1Result) => void;
  readonly reject: (error: unknown) => void;
}

export function gathered(db: D1Database): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();
  let questions: Question[] = [];
  const askAll = async () => {
    for (let awaited = 0; awaited < PROMISES; awaited++) await null;
    const asked = questions;
    questions = [];
    try {
      const [only] = asked;
      const answers =
        asked.length === 1 && only
          ? [await only.statement.all()]
          : await db.batch(asked.map(({ statement }) => statement));
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index] as D1Result);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  const ask = (statement: D1PreparedStatement) =>
    new Promise<D1Result>((resolve, reject) => {
      if (questions.push({ statement, resolve, reject }) === 1) queueMicrotask(askAll);
    });
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: () => ask(statement),
      run: () => ask(statement),
      async first(column?: string) {
        const row = (await ask(statement)).results[0] as Record<string, unknown> | undefined;
        return column === undefined ? (row ?? null) : (row?.[column] ?? null);
      },
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (sql: string) => wrap(db.prepare(sql)),
    // Together, they are in one batch still, whatever else is in it.
    batch: (statements: D1PreparedStatement[]) =>
      Promise.all(statements.map((each) => ask(real.get(each) ?? each))),
  } as unknown as D1Database;
}
