/** The links of one file, CSV or NDJSON, packed or plain: posts, and refusals with their lines. */
import { csvReader, NoHeaderError } from "./csv-rows.ts";
import { readBytes, type TextFile } from "./file-text.ts";
import { type ImportedPost, readLinkRow } from "./link-row.ts";
import { ndjsonReader } from "./ndjson-rows.ts";
import { readRows } from "./read-rows.ts";
import type { Refusal } from "./refusal.ts";
import type { BlockReader, Line } from "./rows.ts";

export interface FoundLink {
  readonly line: number;
  readonly link: ImportedPost | Refusal;
}

/**
 * What is found in each piece of the file. A file that is damaged, or holds something else, ends
 * with a refusal that says so; what came before the damage is kept.
 */
export async function* readLinks(
  file: TextFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly FoundLink[]> {
  let lastLine = 0;
  try {
    for await (const lines of readRows(readBytes(file, onBytes), formatReader())) {
      lastLine = lines.at(-1)?.line ?? lastLine;
      yield lines.map(toFoundLink);
    }
  } catch (error) {
    const why = whyUnusable(error);
    if (why === null) throw error;
    yield [{ line: lastLine + 1, link: { reason: "unusable_file", why } }];
  }
}

function toFoundLink({ line, content }: Line): FoundLink {
  return { line, link: "refusal" in content ? content.refusal : readLinkRow(content.row) };
}

/** NDJSON begins with a brace; no name of a column does. */
function formatReader(): BlockReader {
  let read: BlockReader | null = null;
  return (block, isLast) => {
    read ??= /^\s*\{/.test(block.toString()) ? ndjsonReader() : csvReader();
    return read(block, isLast);
  };
}

/** Null for a bug; errors of Node's file system and of zlib carry a code. */
function whyUnusable(error: unknown): string | null {
  if (error instanceof NoHeaderError) return error.message;
  return error instanceof Error && "code" in error ? error.message : null;
}
