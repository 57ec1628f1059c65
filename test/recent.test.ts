/** What an isolate keeps between requests: a page for about a second, and not too many of them. */
import { describe, expect, it } from "vitest";
import type { StoredPage } from "../src/pages/storage.ts";
import { Addresses } from "../src/reader/addresses.ts";
import { type KeptPage, RecentPages } from "../src/reader/recent.ts";

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
    expect(recent.find("/", 7001, KEEP_MS)).toBeNull();
  });

  it("is nobody's when it has not been asked for meanwhile: it may have been taken down", () => {
    const recent = new RecentPages();
    recent.keep("/", aStoredPage(), 6000);
    for (let n = 0; n < 3; n++) expect(recent.find("/", 3_600_000, KEEP_MS)).toBeNull();
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

  const MEGABYTE = 1024 * 1024;

  /** Numbers of those that are kept of thirty. */
  function keptOf(recent: RecentPages): number[] {
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    return numbers.filter((n) => recent.fresh(`/${n}`, 5000) !== null);
  }

  it("makes room for later ones beyond 24 MB, of which each takes a little more than its bytes", () => {
    const recent = new RecentPages();
    for (let n = 0; n < 30; n++) recent.keep(`/${n}`, aStoredPage(MEGABYTE), 6000);
    expect(keptOf(recent)).toEqual(Array.from({ length: 23 }, (_, n) => n + 7));
  });

  it("makes room for what is unpacked of it", () => {
    const recent = new RecentPages();
    for (let n = 0; n < 22; n++) recent.keep(`/${n}`, aStoredPage(MEGABYTE), 6000);
    const last = recent.keep("/22", aStoredPage(MEGABYTE), 6000);
    recent.grow("/22", last, 20 * MEGABYTE);
    expect(keptOf(recent)).toEqual([20, 21, 22]);
  });

  it("takes no more room when it is read again", () => {
    const recent = new RecentPages();
    recent.keep("/0", aStoredPage(), 6000);
    for (let n = 0; n < 30; n++) recent.keep("/1", aStoredPage(MEGABYTE), 6000);
    expect(keptOf(recent)).toEqual([0, 1]);
  });

  it("takes nothing from then on when it is read again, or has gone", () => {
    const recent = new RecentPages();
    recent.keep("/0", aStoredPage(), 6000);
    const old = recent.keep("/1", aStoredPage(), 6000);
    recent.keep("/1", aStoredPage(), 6000);
    recent.grow("/1", old, 30 * MEGABYTE);
    expect(keptOf(recent)).toEqual([0, 1]);
    const kept = recent.fresh("/0", 5000) as KeptPage;
    recent.grow("/0", kept, 20 * MEGABYTE);
    recent.forget("/0");
    recent.keep("/2", aStoredPage(20 * MEGABYTE), 6000);
    expect(keptOf(recent)).toEqual([1, 2]);
  });
});

describe("an address", () => {
  it("is remembered, unless nothing here has one as long", () => {
    const addresses = new Addresses();
    const usual = `https://cairn.example/r/x/comments/a1/${encodeURIComponent("日".repeat(50))}`;
    const long = `https://cairn.example/?${"x".repeat(600)}`;
    expect(addresses.find(usual)).toBe(addresses.known(usual));
    expect(addresses.find(long).resolved).toEqual(
      addresses.find("https://cairn.example/").resolved,
    );
    expect(addresses.known(long)).toBeUndefined();
  });

  it("is forgotten with all others once they are a thousand", () => {
    const addresses = new Addresses();
    const nth = (n: number) => `https://cairn.example/?${n}`;
    for (let n = 0; n < 1000; n++) addresses.find(nth(n));
    expect(addresses.known(nth(0))).toBeDefined();
    addresses.find(nth(1000));
    expect([addresses.known(nth(0)), addresses.known(nth(999))]).toEqual([undefined, undefined]);
    expect(addresses.known(nth(1000))).toBeDefined();
  });
});
