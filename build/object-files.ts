/**
 * The local R2 without its simulator, for the build and the audit, which have the site to themselves.
 * Miniflare keeps a bucket as a table of objects and a file for each body, and puts one after the
 * other in the one thread of all simulators; here every rendering thread writes its own pages.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  type EncodedPage,
  type ObjectContent,
  objectOf,
  type StoredPage,
  type StoredVersion,
  storedPageOf,
  versionOf,
} from "../src/pages/storage.ts";
import { blobFolderOf, sqliteFileOf } from "./simulator-files.ts";

/** A bucket's table of objects, and the folder of their bodies. */
export interface ObjectPaths {
  readonly table: string;
  readonly blobs: string;
}

export interface PagePut {
  readonly key: string;
  readonly page: EncodedPage;
  readonly commit: number;
}

/** When each object was put, in milliseconds since 1970, by key. */
export type StoredObjects = ReadonlyMap<string, number>;

export interface ObjectFiles {
  readVersions(keys: readonly string[]): ReadonlyMap<string, StoredVersion>;
  readPages(keys: readonly string[]): ReadonlyMap<string, StoredPage>;
  /**
   * In place of what is stored under their keys.
   * @param now milliseconds since 1970
   * @returns what is stored under them now
   */
  putAll(puts: readonly PagePut[], now: number): ReadonlyMap<string, StoredVersion>;
}

/** For another thread that writes as well. Milliseconds. */
const WAIT_MS = 10_000;

/** The body's file stays, should the build be killed between the two: nobody knows its name. */
const PUT = `INSERT OR REPLACE INTO _mf_objects
  (key, blob_id, version, size, etag, uploaded, checksums, http_metadata, custom_metadata)
  VALUES (?, ?, ?, ?, ?, ?, '{}', '{}', ?)`;
const STORED = `SELECT o.key, o.blob_id AS blob, o.etag, o.custom_metadata AS metadata
  FROM json_each(?) q CROSS JOIN _mf_objects o ON o.key = q.value`;

interface StoredRow {
  readonly key: string;
  readonly blob: string | null;
  readonly etag: string;
  /** JSON. */
  readonly metadata: string;
}

/** @param bucket its name in wrangler.toml */
export function objectPathsOf(stateDir: string, bucket: string): ObjectPaths {
  return { table: sqliteFileOf(stateDir, "r2", bucket), blobs: blobFolderOf(stateDir, bucket) };
}

export function listObjects({ table }: ObjectPaths): StoredObjects {
  const file = new DatabaseSync(table, { readOnly: true, timeout: WAIT_MS });
  const objects = new Map<string, number>();
  for (const row of file.prepare("SELECT key, uploaded FROM _mf_objects").iterate()) {
    objects.set(row.key as string, row.uploaded as number);
  }
  file.close();
  return objects;
}

/** The simulator must have made the bucket; the folder comes with its first object. */
export function openObjectFiles({ table, blobs }: ObjectPaths): ObjectFiles {
  mkdirSync(blobs, { recursive: true });
  const file = new DatabaseSync(table, { timeout: WAIT_MS });
  // As durable as a database that a build can write again needs to be: whole after a kill.
  file.exec("PRAGMA synchronous = NORMAL");
  const put = file.prepare(PUT);
  const stored = file.prepare(STORED);
  const rowsOf = (keys: readonly string[]) =>
    stored.all(JSON.stringify(keys)) as unknown as StoredRow[];
  const blobFile = (blob: string) => join(blobs, blob);
  return {
    readVersions: (keys) =>
      new Map(
        rowsOf(keys).map(({ key, etag, metadata }) => [
          key,
          versionOf({ etag, customMetadata: JSON.parse(metadata) }),
        ]),
      ),
    readPages: (keys) =>
      new Map(
        rowsOf(keys).flatMap(({ key, blob, metadata }) => {
          const body = blob === null ? null : readIfThere(blobFile(blob));
          const page = body && storedPageOf(JSON.parse(metadata), body);
          return page ? [[key, page] as const] : [];
        }),
      ),
    putAll(puts, now) {
      const versions = new Map<string, StoredVersion>();
      const rows = puts.map(({ key, page, commit }) => {
        const { body, customMetadata } = objectOf(page, commit);
        const blob = newBlobId(now);
        const etag = md5(body);
        writeFileSync(blobFile(blob), body);
        versions.set(key, { commit, hash: page.hash, etag });
        return [key, blob, hex(16), body.length, etag, now, JSON.stringify(customMetadata)];
      });
      file.exec("BEGIN IMMEDIATE");
      const replaced = rowsOf(puts.map(({ key }) => key));
      for (const row of rows) put.run(...(row as (string | number)[]));
      file.exec("COMMIT");
      for (const { blob } of replaced) if (blob !== null) rmSync(blobFile(blob), { force: true });
      return versions;
    },
  };
}

function readIfThere(path: string): ArrayBuffer | null {
  return existsSync(path) ? new Uint8Array(readFileSync(path)).buffer : null;
}

/** Unguessable, and then the time: as the simulator names them. */
function newBlobId(now: number): string {
  return hex(32) + now.toString(16).padStart(16, "0");
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}

function md5(body: ObjectContent["body"]): string {
  return createHash("md5").update(body).digest("hex");
}
