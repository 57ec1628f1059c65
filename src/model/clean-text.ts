/** What is taken out of any text a person or an import sends, before its length is measured. Pure. */

/** Word processors end lines and pages with the last two: words would grow together without them. */
const LINE_ENDS = /\r\n?|[\v\f]/g;
/** Control characters but line feed and tab; they are invisible, and XML forbids them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;
/** Overrides of writing direction reach beyond their own text; marks do not, nor isolates that end. */
const DIRECTION_OVERRIDES = /[\u202a-\u202e]/g;
const ISOLATES = /[\u2066-\u2069]/g;
const END_OF_ISOLATE = "\u2069";
/**
 * A letter carries at most this many combining marks; more is "zalgo" that covers other lines. Marks
 * that stand beside it do not count: Burmese words have five of all kinds.
 */
const STACKED_MARKS = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;

/** One line: every run of white space becomes a space. Others may follow it on its line. */
export function cleanLine(text: string): string {
  return pairIsolates(cleanBlock(text)).replace(/\s+/gu, " ").trim();
}

/** Without isolates that do not end, and ends of none: these would end what isolates the line. */
function pairIsolates(line: string): string {
  const open: number[] = [];
  const unpaired = new Set<number>();
  for (const { 0: mark, index } of line.matchAll(ISOLATES)) {
    if (mark !== END_OF_ISOLATE) open.push(index);
    else if (open.pop() === undefined) unpaired.add(index);
  }
  for (const index of open) unpaired.add(index);
  return line.replace(ISOLATES, (mark, index) => (unpaired.has(index) ? "" : mark));
}

/**
 * Several lines: whatever ends one becomes `\n`; lone surrogates become U+FFFD. The first line that is
 * not blank keeps its indentation: it may begin a block of code.
 */
export function cleanBlock(text: string): string {
  return text
    .replace(LINE_ENDS, "\n")
    .toWellFormed()
    .normalize("NFC")
    .replace(CONTROL, "")
    .replace(DIRECTION_OVERRIDES, "")
    .replace(STACKED_MARKS, "$1")
    .trimEnd()
    .replace(/^\s*\n/, "");
}

/** White space, what Unicode says to ignore, the blank Braille pattern. */
const INVISIBLE = /^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]*$/u;

/** Nothing of it would show. */
export function isInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

/** Length as a person counts it: code points, not UTF-16 units. */
export function charCount(text: string): number {
  let chars = 0;
  for (const _ of text) chars++;
  return chars;
}
