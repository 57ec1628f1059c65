/** Brings rows of an earlier version up to date, as far as one invocation may go. */
import type { ContentDb } from "../store/database.ts";
import { deriveStep } from "../store/derive.ts";
import { PAID } from "./limits.ts";

/** @returns whether nothing is left to do; until then events wait, and nothing is published */
export async function deriveRows(db: ContentDb, { deriveSteps } = PAID): Promise<boolean> {
  for (let step = 0; step < deriveSteps; step++) {
    if (await deriveStep(db)) return true;
  }
  return false;
}
