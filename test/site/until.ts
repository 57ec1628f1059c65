/** Waiting for what happens by itself: asked again and again, with a deadline. */
import { setTimeout } from "node:timers/promises";

/** Between two askings: short beside every promise, long beside a request. */
const PAUSE_MS = 20;

/**
 * The first answer that is neither false nor undefined.
 * @param what names it in the error when the time is over
 */
export async function until<Found>(
  what: string,
  ask: () => Promise<Found | false | undefined> | Found | false | undefined,
  withinMs: number,
): Promise<Found> {
  const deadline = performance.now() + withinMs;
  while (true) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await setTimeout(PAUSE_MS);
  }
}
