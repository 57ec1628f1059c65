/** Phases of the consumer, each call of which is looked at from outside. */
import type { Phases } from "../../src/consumer/phases.ts";

type Around = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

export function aroundPhases(phases: Phases, around: Around): Phases {
  // Called by its name each time: of an object elsewhere, a method is nothing that could be held.
  const methods = phases as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  return new Proxy(phases, {
    get:
      (_, name) =>
      (...given: unknown[]) =>
        around(String(name), async () => methods[String(name)]?.(...given)),
  });
}
