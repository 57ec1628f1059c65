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
const HTML_LEVEL = 6;
const OTHER_LEVEL = 3;
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

function encodeHead(fields: Omit<PageHead, "representations">): EncodedPage {
  const head = { ...fields, representations: [] };
  return { head, hash: hashOf(JSON.stringify(head)), content: new Uint8Array() };
}

/** Equal bodies are stored once: short threads are the same in several orders. */
function encodeContent(page: Rendered & { type: "page" }): EncodedPage {
  const bodies: Uint8Array[] = [];
  const stored = new Map<string, Pick<StoredRepresentation, "offset" | "length" | "etag">>();
  let offset = COMMIT_BYTES;
  const representations = page.representations.map(({ type, sort, body }): StoredRepresentation => {
    const level = type === "html" ? HTML_LEVEL : OTHER_LEVEL;
    const bytes = stored.get(body) ?? { offset, ...compress(body, level, bodies) };
    if (!stored.has(body)) offset += bytes.length;
    stored.set(body, bytes);
    return { type, ...(sort === undefined ? {} : { sort }), ...bytes };
  });
  const { status, path } = page;
  const contents = representations.map(({ type, sort, etag }) => [type, sort, etag]);
  return {
    head: { status, path, location: null, representations },
    hash: hashOf(JSON.stringify([status, path, contents])),
    content: new Uint8Array(Buffer.concat(bodies)),
  };
}

function compress(
  body: string,
  level: number,
  bodies: Uint8Array[],
): { length: number; etag: string } {
  const plain = Buffer.from(body);
  const bytes = gzipSync(plain, { level });
  bodies.push(bytes);
  return { length: bytes.length, etag: `W/"${hashOf(plain)}"` };
}

function hashOf(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, HASH_CHARS);
}
