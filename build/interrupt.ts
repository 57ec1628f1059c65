/**
 * A script that is told to end ends at once. Its simulator ends with it or before it, and then no call
 * that is under way would ever be answered. Whatever a script does may be killed anywhere.
 */
import { constants } from "node:os";
import type { StateLock } from "./lock.ts";

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

export async function untilSignalled<Result>(
  lock: StateLock,
  work: () => Promise<Result>,
): Promise<Result> {
  const end = (signal: NodeJS.Signals) => {
    console.error(`\n\`${lock.command}\` was ended by ${signal}: run it again, and it goes on.`);
    lock.abandon();
    process.exit(128 + constants.signals[signal]);
  };
  // Before those of the simulator and of the progress bar, which wait for what never comes.
  for (const signal of SIGNALS) process.prependListener(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, end);
  }
}
