/** R2's and KV's interfaces over a map, as far as pages/storage uses them. */
import { createHash } from "node:crypto";
import type { KVNamespace, R2Bucket } from "@cloudflare/workers-types";

export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly customMetadata: Record<string, string>;
  readonly uploaded: Date;
}

interface PutOptions {
  readonly customMetadata: Record<string, string>;
  readonly onlyIf: { readonly etagMatches?: string; readonly etagDoesNotMatch?: string };
}

function copy(body: Uint8Array): ArrayBuffer {
  return body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer;
}

/** @param now when what is put is put, milliseconds since 1970 */
export function openMemoryBucket(
  objects = new Map<string, StoredObject>(),
  now: () => number = () => 0,
): R2Bucket {
  const describe = (key: string, object: StoredObject) => ({ key, ...object });
  const bucket = {
    async get(key: string) {
      const object = objects.get(key);
      if (!object) return null;
      return { ...describe(key, object), arrayBuffer: async () => copy(object.body) };
    },
    async head(key: string) {
      const object = objects.get(key);
      return object ? describe(key, object) : null;
    },
    async put(key: string, body: Uint8Array, { customMetadata, onlyIf }: PutOptions) {
      const etag = objects.get(key)?.etag;
      if (onlyIf.etagMatches !== undefined && onlyIf.etagMatches !== etag) return null;
      if (onlyIf.etagDoesNotMatch === "*" && etag !== undefined) return null;
      const stored = {
        body: new Uint8Array(body),
        etag: createHash("md5").update(body).digest("hex"),
        customMetadata,
        uploaded: new Date(now()),
      };
      objects.set(key, stored);
      return describe(key, stored);
    },
    async list() {
      const listed = [...objects].map(([key, object]) => describe(key, object));
      return { objects: listed, truncated: false };
    },
    async delete(key: string) {
      objects.delete(key);
    },
  };
  return bucket as unknown as R2Bucket;
}

export function openMemoryNamespace(): KVNamespace {
  const values = new Map<string, { value: Uint8Array; metadata: unknown }>();
  const namespace = {
    async getWithMetadata(key: string) {
      const found = values.get(key);
      return found
        ? { value: copy(found.value), metadata: found.metadata }
        : { value: null, metadata: null };
    },
    async put(key: string, value: Uint8Array, { metadata }: { metadata: unknown }) {
      values.set(key, { value: new Uint8Array(value), metadata });
    },
    async list() {
      return { keys: [...values].map(([name, { metadata }]) => ({ name, metadata })) };
    },
  };
  return namespace as unknown as KVNamespace;
}
