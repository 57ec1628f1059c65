/**
 * The only file that touches R2 and KV: stored pages, read and put. Depends on the bindings' types.
 *
 * An object's body is its commit number (COMMIT_BYTES) and then each representation, gzipped, one
 * after another. The commit number makes bodies of one content differ, and with them R2's etags: a
 * put that comes late cannot take an older body for the one it expects. It is neither served nor
 * compared. The object's metadata say what is where, so that a reader needs one read and no parsing.
 */
import type { KVNamespace, R2Bucket, R2Object } from "@cloudflare/workers-types";
import { chunksOf } from "../model/chunks-of.ts";

/** Pages that events change. */
export type PageStore = R2Bucket;
/** Pages that only a deploy changes. */
export type DeployStore = KVNamespace;

/** Decimal, padded with zeros. */
export const COMMIT_BYTES = 16;

export interface StoredRepresentation {
  /** html, json, atom, xml or text. */
  readonly type: string;
  /** Of a thread: the order of its comments. */
  readonly sort?: string;
  /** The page whose it is, where that is stored with another one. */
  readonly part?: string;
  /** Bytes from the beginning of the object, and how many. */
  readonly offset: number;
  readonly length: number;
  /** Of the content before compression, as a header value. */
  readonly etag: string;
}

/** What the metadata say of a page. */
export interface PageHead {
  /** 200, 404 (also a void, without representations), 410, 301 or 302. */
  readonly status: number;
  /** Where readers are led whose path is another; null when the key is the path. */
  readonly path: string | null;
  readonly location: string | null;
  /** Sessions of an earlier epoch have been ended; missing for nearly everybody. */
  readonly sessionEpoch?: number;
  readonly representations: readonly StoredRepresentation[];
}

export function hasPart({ representations }: PageHead, part: string): boolean {
  return representations.some((each) => each.part === part);
}

export interface EncodedPage {
  readonly head: PageHead;
  /** Of head and content: equal hashes mean equal pages. */
  readonly hash: string;
  /** Everything after the commit number. */
  readonly content: Uint8Array;
}

export interface StoredPage {
  readonly head: PageHead;
  readonly body: ArrayBuffer;
  /** In milliseconds since 1970; missing where it is not known. */
  readonly storedAt?: number;
}

/** What decides whether a page needs to be put. */
export interface StoredVersion {
  readonly commit: number;
  readonly hash: string;
  /** R2's, for the conditional put; empty in KV. */
  readonly etag: string;
}

interface Metadata {
  readonly commit: string;
  readonly hash: string;
  readonly head: string;
}

const encoder = new TextEncoder();

/** What is put into R2, as of a commit. */
export interface ObjectContent {
  readonly body: Uint8Array;
  readonly customMetadata: Readonly<Record<keyof Metadata, string>>;
}

export function objectOf(page: EncodedPage, commit: number): ObjectContent {
  return { body: bodyOf(page, commit), customMetadata: metadataOf(page, commit) };
}

function metadataOf(page: EncodedPage, commit: number): Record<keyof Metadata, string> {
  return { commit: String(commit), hash: page.hash, head: JSON.stringify(page.head) };
}

function bodyOf(page: EncodedPage, commit: number): Uint8Array {
  const body = new Uint8Array(COMMIT_BYTES + page.content.length);
  body.set(encoder.encode(String(commit).padStart(COMMIT_BYTES, "0")));
  body.set(page.content, COMMIT_BYTES);
  return body;
}

/** Null for what has no page's metadata: somebody else has put it. */
export function storedPageOf(
  customMetadata: Partial<Record<string, string>> | undefined,
  body: ArrayBuffer,
): StoredPage | null {
  if (customMetadata?.head === undefined) return null;
  return { head: parseHead(customMetadata as unknown as Metadata), body };
}

function parseHead(metadata: Metadata): PageHead {
  return JSON.parse(metadata.head) as PageHead;
}

export async function readPage(pages: PageStore, key: string): Promise<StoredPage | null> {
  const object = await pages.get(key);
  if (!object) return null;
  const page = storedPageOf(object.customMetadata, await object.arrayBuffer());
  return page && { ...page, storedAt: object.uploaded.getTime() };
}

export async function readDeployPage(site: DeployStore, key: string): Promise<StoredPage | null> {
  const { value, metadata } = await site.getWithMetadata<Metadata>(key, "arrayBuffer");
  return value && metadata ? { head: parseHead(metadata), body: value } : null;
}

export async function readVersion(pages: PageStore, key: string): Promise<StoredVersion | null> {
  const object = await pages.head(key);
  return object && versionOf(object);
}

export function versionOf(object: Pick<R2Object, "etag" | "customMetadata">): StoredVersion {
  // What somebody else has put there has none.
  const { commit = "0", hash = "" } = (object.customMetadata ?? {}) as Partial<Metadata>;
  return { commit: Number(commit), hash, etag: object.etag };
}

/** For the page table. Neither etags nor hashes have spaces. */
export function noteOf({ etag, hash }: StoredVersion): string {
  return `${etag} ${hash}`;
}

/** @param commit that the object reflects: it may have been put as of an older one */
export function fromNote(note: string, commit: number): StoredVersion {
  const [etag = "", hash = ""] = note.split(" ");
  return { commit, etag, hash };
}

/** Keys of R2, as many together as one request answers: a thousand. */
export async function* listKeys(pages: PageStore): AsyncGenerator<readonly string[]> {
  let cursor: string | undefined;
  do {
    const listed = await pages.list(cursor === undefined ? {} : { cursor });
    if (listed.objects.length > 0) yield listed.objects.map(({ key }) => key);
    cursor = listed.truncated ? listed.cursor : undefined;
  } while (cursor !== undefined);
}

/**
 * Puts a page if the stored object is still the expected one (null: none).
 * @returns what is stored now; null when another one was there
 */
export async function putPage(
  pages: PageStore,
  key: string,
  page: EncodedPage,
  commit: number,
  expected: StoredVersion | null,
): Promise<StoredVersion | null> {
  const { body, customMetadata } = objectOf(page, commit);
  const object = await pages.put(key, body, {
    customMetadata,
    onlyIf: expected ? { etagMatches: expected.etag } : { etagDoesNotMatch: "*" },
  });
  return object && { commit, hash: page.hash, etag: object.etag };
}

export async function* listDeployVersions(
  site: DeployStore,
): AsyncGenerator<[string, StoredVersion]> {
  const { keys } = await site.list<Metadata>();
  for (const { name, metadata } of keys) {
    if (metadata) yield [name, { ...metadata, commit: Number(metadata.commit), etag: "" }];
  }
}

/** KV has no conditional put: whoever puts holds the page's lease, and for some seconds more. */
export async function putDeployPage(
  site: DeployStore,
  key: string,
  page: EncodedPage,
  commit: number,
): Promise<void> {
  await site.put(key, bodyOf(page, commit), { metadata: metadataOf(page, commit) });
}

/** R2 deletes so many at once. */
const KEYS_A_REMOVAL = 1000;

/** For the build, which has the site to itself: objects that no page explains. */
export async function removePages(pages: PageStore, keys: readonly string[]): Promise<void> {
  for (const chunk of chunksOf(keys, KEYS_A_REMOVAL)) await pages.delete(chunk);
}

export async function removeDeployPage(site: DeployStore, key: string): Promise<void> {
  await site.delete(key);
}
