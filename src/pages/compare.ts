/** Is a stored page what it would be if it were rendered now? Pure. */
import { gunzipSync } from "node:zlib";
import { encodePage } from "./encode.ts";
import type { Rendered } from "./page-type.ts";
import type { StoredPage } from "./storage.ts";

/** Compares what readers get, not the hash that claims to describe it. Nothing is as good as a void. */
export function isUpToDate(rendered: Rendered, stored: StoredPage | null): boolean {
  if (!stored) return rendered.type === "void";
  const { head, body } = stored;
  const fresh = encodePage(rendered).head;
  if (rendered.type !== "page") return JSON.stringify(head) === JSON.stringify(fresh);
  return (
    head.status === fresh.status &&
    head.path === fresh.path &&
    head.location === null &&
    head.sessionEpoch === fresh.sessionEpoch &&
    head.representations.length === fresh.representations.length &&
    head.representations.every(({ offset, length, ...named }, index) => {
      const expected = fresh.representations[index];
      const isSame =
        named.type === expected?.type &&
        named.sort === expected.sort &&
        named.part === expected.part &&
        named.etag === expected.etag;
      return isSame && unzip(body, offset, length) === rendered.representations[index]?.body;
    })
  );
}

/** Null for what is no gzip: somebody else wrote it, or a part is missing. */
function unzip(body: ArrayBuffer, offset: number, length: number): string | null {
  try {
    return gunzipSync(new Uint8Array(body, offset, length)).toString();
  } catch {
    return null;
  }
}
