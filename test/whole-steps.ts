/** What the consumer does in steps, or answers with more than a test is about, as one call. */
import { commitEvents } from "../src/consumer/consume.ts";
import type { ConsumerDeps } from "../src/consumer/consumer-deps.ts";
import { nameInTurn } from "../src/consumer/name-all.ts";

/** @returns what became of each event, in their order */
export async function consumeEvents(...given: Parameters<typeof commitEvents>) {
  return (await commitEvents(...given)).outcomes;
}

export async function nameAllPages(deps: ConsumerDeps): Promise<void> {
  const steps = nameInTurn(deps);
  while (!(await steps.next()).done);
}
