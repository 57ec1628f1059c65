/** How long texts begin. Pure. Lengths are in UTF-16 units. */

/** A cut between words may cost so much of the beginning; scripts without spaces would lose it all. */
const MAX_LOSS = 1 / 4;

/** Cut between words, and where they are very long or no spaces part them, between characters. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const beginning = cutAt(text, length);
  const lastWord = beginning.search(/\s\S*$/u);
  return lastWord < length * (1 - MAX_LOSS) ? beginning : beginning.slice(0, lastWord);
}

/** As much of a text as fits, without half a character at its end. */
export function cutAt(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
