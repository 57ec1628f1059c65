/** Unpacks gzip; of a file that is damaged, all that comes before the damage. Depends on zlib. */
import { createGunzip } from "node:zlib";

/**
 * Throws where the file is damaged or cut off.
 * @param read the file from its beginning, in the same pieces each time
 */
export async function* unpack(read: () => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let lastPiece = 0;
  let bytes = 0;
  const noteLast = (piece: number) => {
    lastPiece = piece;
    return false;
  };
  try {
    for await (const unpacked of unpackPieces(read(), noteLast)) {
      yield* unpacked;
      bytes += unpacked.reduce((sum, { length }) => sum + length, 0);
    }
  } catch {
    // zlib keeps what it has unpacked of a piece in which it fails: so once more, and byte by byte.
    for await (const unpacked of unpackPieces(read(), (piece) => piece === lastPiece)) {
      const again = Buffer.concat(unpacked);
      yield again.subarray(Math.min(bytes, again.length));
      bytes = Math.max(bytes - again.length, 0);
    }
  }
}

/** What each piece unpacks to; also of the one in which it then throws, as far as zlib tells. */
async function* unpackPieces(
  pieces: AsyncIterable<Buffer>,
  isBytewise: (piece: number) => boolean,
): AsyncGenerator<Buffer[]> {
  const gunzip = createGunzip();
  const unpacked: Buffer[] = [];
  gunzip.on("data", (bytes: Buffer) => unpacked.push(bytes));
  const failed = new Promise<never>((_, reject) => gunzip.once("error", reject));
  const ended = new Promise<void>((resolve) => gunzip.once("end", resolve));
  let number = 0;
  try {
    for await (const piece of pieces) {
      const step = isBytewise(number++) ? 1 : piece.length;
      for (let at = 0; at < piece.length; at += step) {
        const isTaken = Promise.withResolvers<void>();
        gunzip.write(piece.subarray(at, at + step), () => isTaken.resolve());
        await Promise.race([isTaken.promise, failed]);
      }
      yield unpacked.splice(0);
    }
    gunzip.end();
    await Promise.race([ended, failed]);
  } catch (error) {
    yield unpacked.splice(0);
    throw error;
  } finally {
    gunzip.destroy();
  }
  yield unpacked;
}
