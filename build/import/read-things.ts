/** What is in one file, CSV or NDJSON, packed or plain: links, comments, refusals, with their lines. */
import { type ImportedComment, isCommentRow, readCommentRow } from "./comment-row.ts";
import { csvReader } from "./csv-rows.ts";
import { readBytes, type TextFile } from "./file-text.ts";
import { type ImportedPost, readLinkRow } from "./link-row.ts";
import { ndjsonReader } from "./ndjson-rows.ts";
import { readRows } from "./read-rows.ts";
import type { Refusal } from "./refusal.ts";
import { isRefusal } from "./row-fields.ts";
import { type BlockReader, type Line, UnknownFormatError } from "./rows.ts";

export type FoundThing = { readonly line: number } & (
  | { readonly type: "link"; readonly link: ImportedPost }
  | { readonly type: "comment"; readonly comment: ImportedComment }
  /** Of a line that cannot be understood nobody knows what it was; it counts as a link. */
  | { readonly type: "refusal"; readonly of: "link" | "comment"; readonly refusal: Refusal }
);

/**
 * What is found in each piece of the file. A file that is damaged, or holds something else, ends
 * with a refusal that says so; what came before the damage is kept.
 * @param onBytes told how many bytes of the file have been taken since it was last told
 */
export async function* readThings(
  file: TextFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly FoundThing[]> {
  let lastLine = 0;
  try {
    for await (const lines of readRows(readBytes(file, onBytes), formatReader())) {
      lastLine = lines.at(-1)?.line ?? lastLine;
      yield lines.map(toFoundThing);
    }
  } catch (error) {
    const why = whyUnusable(error);
    if (why === null) throw error;
    const refusal: Refusal = { reason: "unusable_file", why };
    yield [{ line: lastLine + 1, type: "refusal", of: "link", refusal }];
  }
}

function toFoundThing({ line, content }: Line): FoundThing {
  if ("refusal" in content) {
    return { line, type: "refusal", of: "link", refusal: content.refusal };
  }
  if (isCommentRow(content.row)) {
    const comment = readCommentRow(content.row);
    return isRefusal(comment)
      ? { line, type: "refusal", of: "comment", refusal: comment }
      : { line, type: "comment", comment };
  }
  const link = readLinkRow(content.row);
  return isRefusal(link)
    ? { line, type: "refusal", of: "link", refusal: link }
    : { line, type: "link", link };
}

const UTF16_MARKS = [Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)];

function formatReader(): BlockReader {
  let read: BlockReader | null = null;
  return (block, isLast) => {
    if (!read) refuseUtf16(block);
    read ??= readerOf(block.toString());
    return read(block, isLast);
  };
}

/** Some programs call it Unicode: two bytes a letter, one of them often 0, and mostly a mark first. */
function refuseUtf16(beginning: Buffer): void {
  const [first, second] = beginning;
  const isMarked = UTF16_MARKS.some((mark) => mark.equals(beginning.subarray(0, 2)));
  if (!isMarked && first !== 0 && second !== 0) return;
  throw new UnknownFormatError(
    "its text is UTF-16; as with iconv -f UTF-16 -t UTF-8, make it UTF-8",
  );
}

/** NDJSON begins with a brace, an array with a bracket; no name of a column does. */
function readerOf(beginning: string): BlockReader {
  if (/^\s*\[/.test(beginning)) {
    throw new UnknownFormatError("a JSON array, where NDJSON has one object a line");
  }
  if (/^\s*\{\s*"kind"\s*:\s*"Listing"/.test(beginning)) {
    throw new UnknownFormatError(
      "a listing of Reddit's API, where NDJSON has one of its things a line",
    );
  }
  return /^\s*\{/.test(beginning) ? ndjsonReader() : csvReader();
}

/** Null for a bug; errors of Node's file system and of zlib carry a code. */
function whyUnusable(error: unknown): string | null {
  if (error instanceof UnknownFormatError) return error.message;
  return error instanceof Error && "code" in error ? error.message : null;
}
