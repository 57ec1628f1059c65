/** Progress of long steps: a bar on a terminal, a line now and then in a log. */
import { SingleBar } from "cli-progress";

export interface Progress {
  advance(by: number): void;
  stop(): void;
}

export function startProgress(label: string, total: number): Progress {
  const bar = new SingleBar({
    format: `${label} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left`,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { advance: (by) => bar.increment(by), stop: () => bar.stop() };
}
