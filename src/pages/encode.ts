/** A rendered page as it is stored: compressed, hashed, indexed. Pure. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Rendered } from "./page-type.ts";
import {
  COMMIT_BYTES,
  type EncodedPage,
  type PageHead,
  type StoredRepresentation,
} from "./storage.ts";

/**
 * Compressing is a third of what publishing costs. For what browsers read, a better level costs more
 * time than it saves bytes (9 gains 0.2 % on a listing); what programs read is asked for less often.
 */
const HTML_LEVEL = 5;
/** Of what programs read. */
const OTHER_LEVEL = 3;
/** Bytes of memory that zlib writes into at once: by its own choice 16 KB, whatever comes out. */
const LEAST_CHUNK = 512;
/** 96 bits: enough that two contents of one page never meet. */
const HASH_CHARS = 16;

export function encodePage(rendered: Rendered): EncodedPage {
  switch (rendered.type) {
    case "page":
      return encodeContent(rendered);
    case "redirect":
      return encodeHead({ status: rendered.status, path: null, location: rendered.location });
    case "void":
      return encodeHead({ status: 404, path: null, location: null });
  }
}

/** Of what is stored where no page is any more. */
export const VOID_HASH = encodePage({ type: "void" }).hash;

function encodeHead(fields: Omit<PageHead, "representations">): EncodedPage {
  const head = { ...fields, representations: [] };
  return { head, hash: hashOf(JSON.stringify(head)), content: new Uint8Array() };
}

/** Equal bodies are stored once: short threads are the same in several orders. */
function encodeContent(page: Rendered & { type: "page" }): EncodedPage {
  const stored: (Compressed & { readonly body: string; readonly offset: number })[] = [];
  let offset = COMMIT_BYTES;
  const representations = page.representations.map(({ body, ...named }): StoredRepresentation => {
    // Not by a map: most bodies differ in length, and a hash of each costs more than that.
    let same = stored.find((other) => other.body.length === body.length && other.body === body);
    if (!same) {
      same = { body, offset, ...compress(body, named.type === "html" ? HTML_LEVEL : OTHER_LEVEL) };
      stored.push(same);
      offset += same.bytes.length;
    }
    const { bytes, etag } = same;
    const place = { offset: same.offset, length: bytes.length, etag };
    return { ...named, ...place };
  });
  const { status, path, sessionEpoch } = page;
  const ended = sessionEpoch === undefined ? {} : { sessionEpoch };
  const contents = representations.map(({ type, sort, part, etag }) =>
    part === undefined ? [type, sort, etag] : [type, sort, etag, part],
  );
  return {
    head: { status, path, location: null, ...ended, representations },
    hash: hashOf(JSON.stringify([status, path, contents, ...Object.values(ended)])),
    content: Buffer.concat(stored.map(({ bytes }) => bytes)),
  };
}

interface Compressed {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** Where bodies become bytes, one after another: a buffer for each costs more than that. */
const scratch = new Uint8Array(1 << 20);
const encoder = new TextEncoder();

/** @returns bytes that are there until the next call */
function bytesOf(body: string): Uint8Array {
  // No UTF-16 unit needs more than three.
  if (3 * body.length > scratch.length) return encoder.encode(body);
  return scratch.subarray(0, encoder.encodeInto(body, scratch).written);
}

function compress(body: string, level: number): Compressed {
  const plain = bytesOf(body);
  const chunkSize = Math.max(LEAST_CHUNK, plain.length >> 2);
  return { bytes: gzipSync(plain, { level, chunkSize }), etag: `W/"${hashOf(plain)}"` };
}

function hashOf(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, HASH_CHARS);
}
