/** Gzip, whole and damaged: nothing that comes before the damage is lost. */
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { unpack } from "../build/import/unpack.ts";

const TEXT = Array.from(
  { length: 400 },
  (_, line) => `line ${line} ${(line * 7919) % 1000}\n`,
).join("");
const PACKED = gzipSync(TEXT);

/** @returns what is had of it, and what it ends with */
async function unpacked(packed: Buffer, pieceBytes: number) {
  async function* read() {
    for (let at = 0; at < packed.length; at += pieceBytes) {
      yield packed.subarray(at, at + pieceBytes);
    }
  }
  const had: Buffer[] = [];
  try {
    for await (const bytes of unpack(read)) had.push(bytes);
    return { text: Buffer.concat(had).toString(), failure: null };
  } catch (error) {
    return { text: Buffer.concat(had).toString(), failure: (error as { code: string }).code };
  }
}

function withByte(at: number): Buffer {
  const damaged = Buffer.from(PACKED);
  damaged[at] = (damaged[at] ?? 0) ^ 0xff;
  return damaged;
}

const PIECES = [1, 100, PACKED.length - 1, 65_536];

it.each(PIECES)("has all of a whole file, in pieces of %i bytes", async (pieceBytes) => {
  expect(await unpacked(PACKED, pieceBytes)).toEqual({ text: TEXT, failure: null });
  const twice = Buffer.concat([PACKED, PACKED]);
  expect(await unpacked(twice, pieceBytes)).toEqual({ text: TEXT + TEXT, failure: null });
});

it.each(PIECES)(
  "has all that comes before garbage or a wrong checksum (%i)",
  async (pieceBytes) => {
    const garbage = Buffer.concat([PACKED, Buffer.from("garbage")]);
    for (const damaged of [garbage, withByte(PACKED.length - 8), withByte(PACKED.length - 1)]) {
      expect(await unpacked(damaged, pieceBytes)).toEqual({ text: TEXT, failure: "Z_DATA_ERROR" });
    }
  },
);

it.each(PIECES)(
  "has what comes before the end of a file that is cut off (%i)",
  async (pieceBytes) => {
    const { text, failure } = await unpacked(PACKED.subarray(0, -9), pieceBytes);
    expect(failure).toBe("Z_BUF_ERROR");
    expect(TEXT.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(TEXT.length - 50);
  },
);

it("has what comes before damage anywhere, in whatever pieces it arrives", async () => {
  for (let at = 20; at < PACKED.length; at += 397) {
    const bytewise = await unpacked(withByte(at), 1);
    for (const pieceBytes of PIECES) {
      expect(await unpacked(withByte(at), pieceBytes), `byte ${at}`).toEqual(bytewise);
    }
  }
});
