/** What asks for the pages of a thing at once, whatever their lanes. Pure. */
import type { Changed } from "../model/changed.ts";

interface Shown {
  readonly standing: string;
  readonly author: string;
}

/** Of what existed before: does it become visible, or stop being so, or does its author? */
export function hasComeOrGone({ before, after }: Changed<Shown>): boolean {
  if (before === null) return false;
  return before.standing !== after.standing || before.author !== after.author;
}
