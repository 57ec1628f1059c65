/** Brings rows of an earlier version up to date, as far as one invocation may go. */
import type { ContentDb } from "../store/database.ts";
import { deriveStep } from "../store/derive.ts";

/** Three queries and a thousand posts each: D1 allows 1,000 queries, and the clock half a minute. */
const MAX_STEPS = 100;

/** @returns whether nothing is left to do; until then events wait, and nothing is published */
export async function deriveRows(db: ContentDb): Promise<boolean> {
  for (let step = 0; step < MAX_STEPS; step++) {
    if (await deriveStep(db)) return true;
  }
  return false;
}
