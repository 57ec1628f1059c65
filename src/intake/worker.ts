/** The intake Worker's entry point: the only place of intake that has a clock and randomness. */
import type { IntakeEnv } from "../bindings.ts";
import { createIntake } from "./app.ts";

const intake = createIntake({ now: Date.now, random: randomFraction });

export default { fetch: intake.fetch } satisfies ExportedHandler<IntakeEnv>;

/** In [0, 1) and not to be guessed: an id that is still unpublished should not be either. */
function randomFraction(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1));
  return bits / 2 ** 32;
}
