/** What an isolate keeps between requests: a page for about a second, and not too many of them. */
import { describe, expect, it } from "vitest";
import type { StoredPage } from "../src/pages/storage.ts";
import { RecentPages } from "../src/reader/recent.ts";

const KEEP_MS = 1000;

function aStoredPage(bytes = 10): StoredPage {
  const head = { status: 200, path: null, location: null, representations: [] };
  return { head, body: new ArrayBuffer(bytes) };
}

describe("a page that was read", () => {
  it("is fresh for as long as it may be kept, and no longer", () => {
    const recent = new RecentPages();
    const page = aStoredPage();
    recent.keep("/", page, 5000 + KEEP_MS);
    expect(recent.fresh("/", 5999)?.page).toBe(page);
    expect(recent.fresh("/", 6000)).toBeNull();
  });

  it("is read again by one, while the others go on with it for as long again", () => {
    const recent = new RecentPages();
    const page = aStoredPage();
    recent.keep("/", page, 6000);
    expect(recent.find("/", 6000, KEEP_MS)).toBeNull();
    expect(recent.find("/", 6001, KEEP_MS)?.page).toBe(page);
    expect(recent.find("/", 7000, KEEP_MS)).toBeNull();
  });

  it("is never kept where nothing is to be kept", () => {
    const recent = new RecentPages();
    recent.keep("/", aStoredPage(), 5000);
    expect(recent.find("/", 5000, 0)).toBeNull();
    expect(recent.find("/", 5000, 0)).toBeNull();
  });

  it("is forgotten when it has gone", () => {
    const recent = new RecentPages();
    recent.keep("/", aStoredPage(), 6000);
    recent.forget("/");
    expect(recent.find("/", 5000, KEEP_MS)).toBeNull();
  });

  it("makes room for later ones beyond 24 MB", () => {
    const recent = new RecentPages();
    const megabyte = 1024 * 1024;
    for (let n = 0; n < 30; n++) recent.keep(`/${n}`, aStoredPage(megabyte), 6000);
    const kept = Array.from({ length: 30 }, (_, n) => recent.fresh(`/${n}`, 5000) !== null);
    expect(kept).toEqual([...Array(6).fill(false), ...Array(24).fill(true)]);
  });
});
