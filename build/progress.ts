/** Progress of long steps: a bar on a terminal, a line now and then in a log. */
import { SingleBar } from "cli-progress";

export interface Progress {
  advance(by: number): void;
}

/** The bar ends with the work, also when that fails: its timer would keep the process alive. */
export async function withProgress<Result>(
  label: string,
  total: number,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const { bar, ...progress } = startProgress(label, total);
  try {
    const result = await work(progress);
    bar.update(total);
    return result;
  } finally {
    bar.stop();
  }
}

function startProgress(label: string, total: number) {
  const bar = new SingleBar({
    format: `${label} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left`,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { bar, advance: (by: number) => bar.increment(by) };
}
