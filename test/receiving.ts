/** Who applies what the queue has delivered, in tests that have no Worker. */
import { applyDelivered, keepDelivered } from "../src/consumer/apply-delivered.ts";
import type { PublisherDeps } from "../src/consumer/publish-stale.ts";
import type { Receiving } from "../src/consumer/receive.ts";

export function receivingOf(deps: PublisherDeps): Receiving {
  return {
    applyMessages: (delivered) => applyDelivered(deps, delivered),
    keepDeadLetters: (delivered) => keepDelivered(deps, delivered),
  };
}
