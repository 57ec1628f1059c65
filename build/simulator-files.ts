/**
 * Where Miniflare's simulators keep what they store, below a state directory. For the scripts that
 * read or write those files themselves; Miniflare's version is pinned, and tests read through it.
 */
import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";

/** Where wrangler keeps D1, R2 and KV in a state directory. */
export const STORES = "v3";

const CLASSES = { d1: "miniflare-D1DatabaseObject", r2: "miniflare-R2BucketObject" } as const;

/**
 * The SQLite file of a database or a bucket. Others may lie beside it, that a wrangler.toml with
 * other names has left.
 * @param name the database's id, or the bucket's name, as wrangler.toml has it
 */
export function sqliteFileOf(stateDir: string, kind: keyof typeof CLASSES, name: string): string {
  const className = CLASSES[kind];
  return join(stateDir, STORES, kind, className, `${objectIdOf(className, name)}.sqlite`);
}

/** Where the bodies of a bucket's objects are. */
export function blobFolderOf(stateDir: string, bucket: string): string {
  return join(stateDir, STORES, "r2", bucket, "blobs");
}

/** As workerd makes the id of a Durable Object from its class and its name. */
function objectIdOf(className: string, name: string): string {
  const key = createHash("sha256").update(className).digest();
  const sign = (text: string | Buffer) =>
    createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const signed = sign(name);
  return Buffer.concat([signed, sign(signed)]).toString("hex");
}
