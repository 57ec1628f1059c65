/** How a script comes by the local state: alone, open, and brought up to date before its work. */
import { deriveRows } from "../src/consumer/derive-rows.ts";
import { areListingsComplete, renumberImported } from "../src/store/renumber.ts";
import { untilSignalled } from "./interrupt.ts";
import { type LocalState, openLocalState } from "./local.ts";
import { lockState, type StateLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import type { Settings } from "./settings.ts";

/**
 * Nobody else uses the state meanwhile.
 * @param command as a user runs it
 * @throws StateInUseError
 */
export async function withLock(
  settings: Settings,
  command: string,
  work: (lock: StateLock) => Promise<number>,
): Promise<number> {
  const lock = await lockState(settings.stateDir, command);
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

/** The same, and open: most scripts. */
export function withState(
  settings: Settings,
  command: string,
  work: (state: LocalState) => Promise<number>,
): Promise<number> {
  return withLock(settings, command, (lock) => withOpenState(settings, lock, work));
}

/** Open, migrated, and as a whole: what a killed script has left is finished first. */
export async function withOpenState(
  { stateDir }: Settings,
  lock: StateLock,
  work: (state: LocalState) => Promise<number>,
): Promise<number> {
  return untilSignalled(lock, async () => {
    const state = await openLocalState(stateDir);
    lock.addSimulator();
    try {
      await migrate(state);
      while (!(await deriveRows(state.db)));
      // An import was killed.
      if (!(await areListingsComplete(state.db))) await renumberImported(state.db);
      return await work(state);
    } finally {
      await state.dispose();
    }
  });
}
