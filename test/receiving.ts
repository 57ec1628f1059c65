/** Who applies what the queue has delivered, in tests that have no Worker. */
import { applyDelivered, keepDelivered } from "../src/consumer/apply-delivered.ts";
import type { ConsumerDeps } from "../src/consumer/consumer-deps.ts";
import type { Receiving } from "../src/consumer/receive.ts";

export function receivingOf(deps: ConsumerDeps): Receiving {
  return {
    applyMessages: (delivered) => applyDelivered(deps, delivered),
    keepDeadLetters: (delivered) => keepDelivered(deps, delivered),
  };
}
