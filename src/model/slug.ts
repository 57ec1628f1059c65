/** The readable tail of a post's path, made from its title. Pure. */
import { cutAt } from "./beginning.ts";

/** Reddit's limit; long enough to recognise, short enough to paste. */
const MAX_SLUG_LENGTH = 50;
/** Many scripts write vowels as marks of their letters: हिन्दी is one word. */
const WORDS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/**
 * Lower-case letters and digits joined by `_`, cut at a word if possible: "New approach to China" →
 * `new_approach_to_china`. Letters of every script are kept; a title without any gives `_`.
 */
export function slugOf(title: string): string {
  const words = title.normalize("NFC").toLowerCase().match(WORDS) ?? [];
  let slug = "";
  for (const word of words) {
    const longer = slug === "" ? word : `${slug}_${word}`;
    if (longer.length > MAX_SLUG_LENGTH) break;
    slug = longer;
  }
  return slug || cutAt(words[0] ?? "_", MAX_SLUG_LENGTH);
}
