/** Many pages to put in one request body: their descriptions as JSON, then their contents. Pure. */
import type { EncodedPage } from "../src/pages/storage.ts";

export interface PagePut {
  readonly key: string;
  readonly page: EncodedPage;
  readonly commit: number;
  /** Is something stored under its key? */
  readonly isStored: boolean;
  /** Also when the stored page says that it is the same. */
  readonly mustPut: boolean;
}

/** The length of the JSON, big-endian. */
const LENGTH_BYTES = 4;

export function packPuts(puts: readonly PagePut[]): Uint8Array<ArrayBuffer> {
  const described = puts.map(({ page: { head, hash, content }, ...put }) => ({
    ...put,
    head,
    hash,
    length: content.length,
  }));
  const json = new TextEncoder().encode(JSON.stringify(described));
  const contentBytes = puts.reduce((sum, { page }) => sum + page.content.length, 0);
  const parcel = new Uint8Array(LENGTH_BYTES + json.length + contentBytes);
  new DataView(parcel.buffer).setUint32(0, json.length);
  parcel.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + json.length;
  for (const { page } of puts) {
    parcel.set(page.content, offset);
    offset += page.content.length;
  }
  return parcel;
}

type Described = Omit<PagePut, "page"> & Omit<EncodedPage, "content"> & { readonly length: number };

export function unpackPuts(parcel: ArrayBuffer): PagePut[] {
  const jsonBytes = new DataView(parcel).getUint32(0);
  const json = new TextDecoder().decode(new Uint8Array(parcel, LENGTH_BYTES, jsonBytes));
  let offset = LENGTH_BYTES + jsonBytes;
  return (JSON.parse(json) as Described[]).map(({ head, hash, length, ...put }) => {
    const content = new Uint8Array(parcel, offset, length);
    offset += length;
    return { ...put, page: { head, hash, content } };
  });
}
