/** The bytes of a text file, piece by piece, unpacked if it is gzip. Depends on Node's streams. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { unpack } from "./unpack.ts";

/** The file cannot be opened at all; the message names it and says why. */
export class UnreadableFileError extends Error {
  override readonly name = "UnreadableFileError";
}

export interface TextFile {
  readonly path: string;
  readonly bytes: number;
  readonly isGzip: boolean;
}

/** The first two bytes of every gzip file. */
const GZIP_MAGIC = [0x1f, 0x8b];

/** Looks at the content, not at the name: a `.gz` that a browser has unpacked already is common. */
export async function openTextFile(path: string): Promise<TextFile> {
  try {
    await using file = await open(path);
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is not a file");
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = GZIP_MAGIC.every((byte, index) => buffer[index] === byte);
    return { path, bytes: stats.size, isGzip };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableFileError(`cannot read ${path}: ${why}`, { cause: error });
  }
}

/**
 * Throws in the middle if the file is damaged there, after all that comes before.
 * @param onBytes told how many bytes of the file have been taken since it was last told
 */
export async function* readBytes(
  file: TextFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let told = 0;
  async function* read(): AsyncGenerator<Buffer> {
    let taken = 0;
    for await (const bytes of createReadStream(file.path)) {
      taken += bytes.length;
      // Of a damaged file, which is read twice, not again.
      if (taken > told) onBytes(taken - told);
      told = Math.max(told, taken);
      yield bytes;
    }
  }
  yield* file.isGzip ? unpack(read) : read();
}
