/**
 * The CPU that this process spends on the way to the simulated stores, and a Worker would not: each
 * statement and each call is serialised and sent to another process.
 */
import { settlePages } from "../../src/store/page-rows.ts";
import type { LocalState } from "../local.ts";
import type { StoreCounts } from "./counted-stores.ts";

const CALLS = 40;
const MANY = 21;

/** Milliseconds. */
export interface SimulatorCost {
  readonly call: number;
  readonly statement: number;
}

/** Statements that change nothing, one a call and many a call. */
export async function benchSimulator({ db }: LocalState): Promise<SimulatorCost> {
  const pace = { fast: 0, slow: 0, private: 0 };
  const batchOf = async (statements: number) => {
    const before = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) {
      const each = Array.from({ length: statements }, () =>
        settlePages(db, ["no page"], "nobody", 0, 0, pace),
      );
      await db.batch(each.flat());
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / CALLS;
  };
  await batchOf(1);
  const [one, many] = [await batchOf(1), await batchOf(MANY)];
  const statement = Math.max(0, (many - one) / (MANY - 1));
  return { statement, call: Math.max(0, one - statement) };
}

/** What is left of the CPU that was measured. */
export function withoutSimulator(
  cpuMs: number,
  { subrequests, statements }: StoreCounts,
  { call, statement }: SimulatorCost,
): number {
  return Math.max(0, cpuMs - subrequests * call - statements * statement);
}
