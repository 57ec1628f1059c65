/** Gives bytes that arrive in pieces to the reader of a format, in blocks of whole lines. Pure. */
import { type BlockReader, LINE_FEED, type Line, MAX_ROW_BYTES } from "./rows.ts";

/** The rows in arrays, one for each block: an await for each row would cost more. */
export async function* readRows(
  pieces: AsyncIterable<Buffer>,
  read: BlockReader,
): AsyncGenerator<readonly Line[]> {
  let open: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield read(Buffer.concat([open, piece.subarray(0, end)]), false);
      open = piece.subarray(end);
    } else {
      // Of a line that is longer than a row may be, so much is kept that it remains too long.
      open = Buffer.concat([open, piece]).subarray(0, MAX_ROW_BYTES + 1);
    }
  }
  yield read(Buffer.concat([open, Buffer.of(LINE_FEED)]), true);
}
