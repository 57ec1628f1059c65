/** What is taken out of any text a person or an import sends, before its length is measured. Pure. */

/** Control characters but line feed and tab; they are invisible, and XML forbids them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;
/** Overrides of writing direction reach beyond their own text; isolates and marks do not. */
const DIRECTION_OVERRIDES = /[\u202a-\u202e]/g;
/** A letter carries at most this many combining marks; more is "zalgo" that covers other lines. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** One line: every run of white space becomes a space. */
export function cleanLine(text: string): string {
  return cleanBlock(text).replace(/\s+/gu, " ").trim();
}

/**
 * Several lines: `\r\n` and `\r` become `\n`; lone surrogates become U+FFFD. The first line that is
 * not blank keeps its indentation: it may begin a block of code.
 */
export function cleanBlock(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .toWellFormed()
    .normalize("NFC")
    .replace(CONTROL, "")
    .replace(DIRECTION_OVERRIDES, "")
    .replace(STACKED_MARKS, "$1")
    .trimEnd()
    .replace(/^\s*\n/, "");
}

/** Length as a person counts it: code points, not UTF-16 units. */
export function charCount(text: string): number {
  let chars = 0;
  for (const _ of text) chars++;
  return chars;
}
