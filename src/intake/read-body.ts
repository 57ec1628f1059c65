/** Reads a request's body, if it is small enough, whatever its headers say. */
import { MAX_BODY_BYTES } from "../model/limits.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Larger bodies are cut off. Smaller ones are read to their end and forgotten, because a client
 * that is still sending when the answer comes sees a broken connection instead of the answer.
 */
const MAX_READ_BYTES = 64 * 1024 * 1024;

export async function readBody(request: Request): Promise<ArrayBuffer | Refusal> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    if (bytes > MAX_READ_BYTES) break;
  }
  return bytes > MAX_BODY_BYTES
    ? { type: "body_too_large", bytes, max: MAX_BODY_BYTES }
    : new Blob(chunks).arrayBuffer();
}
