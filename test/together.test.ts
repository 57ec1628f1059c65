/** Pages that are stored together: where each is, and that it is nowhere else. */
import { describe, expect, it } from "vitest";
import { isUpToDate } from "../src/pages/compare.ts";
import { encodePage } from "../src/pages/encode.ts";
import type { Rendered } from "../src/pages/page-type.ts";
import { objectOf, storedPageOf } from "../src/pages/storage.ts";
import { pageTypeOf } from "../src/pages/table.ts";
import { type Part, partsOf, pathOf, placeOf } from "../src/pages/together.ts";

describe("a page that is stored with another", () => {
  it.each([
    ["/user/ann/submitted", "/user/ann", "/submitted"],
    ["/user/ann/comments", "/user/ann", "/comments"],
    ["/domain/example.com/new", "/domain/example.com", "/new"],
    ["/new", "/", "/new"],
    ["/r/ann/new", "/r/ann", "/new"],
    ["/rising", "/top/day", "/rising"],
    ["/top/all", "/", "/top/all"],
    ["/r/ann/top/hour", "/r/ann/top/day", "/top/hour"],
    ["/r/top/controversial", "/r/top", "/controversial"],
    ["/hot/3", "/hot/2", "/3"],
    ["/r/ann/hot/11", "/r/ann/hot/2", "/11"],
    ["/domain/example.com/hot/13", "/domain/example.com/hot/12", "/13"],
    ["/top/all/40", "/top/all/32", "/40"],
    ["/r/ann/controversial/23", "/r/ann/controversial/22", "/23"],
    ["/r/ann/top/week/4", "/r/ann/top/week/2", "/4"],
    ["~ann/liked", "~ann/overlay", "/liked"],
    ["~ann/disliked", "~ann/overlay", "/disliked"],
    ["~ann/unread", "~ann/inbox", "/unread"],
  ])("%s is in %s as %s, and has no object of its own", (path, key, part) => {
    expect(placeOf(path)).toEqual({ key, part });
    expect(pathOf({ key, part: part as never })).toBe(path);
    expect(pageTypeOf(path)).toBeNull();
    expect(pageTypeOf(key)?.owns(key)).toBe(true);
  });

  it.each([
    "/",
    "/top/day",
    "/hot/2",
    "/hot/12",
    "/hot/41",
    "/new/3",
    "/r/new",
    "/r/ann/top/day/2",
    "/r/ann/top/day/5",
    "/comments",
    "/r/ann/comments",
    "/domain/example.com/top/all/3",
    "/r/submitted/comments",
    "/user/submitted",
    "/user/ann/submitted/2",
    "/domain/example.com/new/2",
    "/domain/new",
    "~ann/saved",
    "~ann/liked/2",
    "~/liked",
    "~/r/x/about/reports",
  ])("%s is stored alone", (path) => {
    expect(placeOf(path)).toEqual({ key: path, part: null });
    expect(pathOf({ key: path, part: null })).toBe(path);
  });

  it("is looked for only where it can be", () => {
    expect(() => pathOf({ key: "/user/ann", part: "/new" })).toThrow("/user/ann has no /new");
    expect(() => pathOf({ key: "~ann/inbox", part: "/liked" })).toThrow("~ann/inbox has no /liked");
  });
});

function aPage(body: string, parts: Readonly<Record<Part, string>> = {}): Rendered {
  const others = Object.entries(parts).map(([part, body]) => ({
    type: "html" as const,
    part: part as Part,
    body,
  }));
  return {
    type: "page",
    status: 200,
    path: null,
    representations: [{ type: "html", body }, ...others],
  };
}

it("an object whose part is labelled as another one is not up to date", () => {
  const { customMetadata, body } = objectOf(encodePage(aPage("ann", { "/comments": "hers" })), 1);
  const stored = storedPageOf(customMetadata, new Uint8Array(body).buffer);
  expect(isUpToDate(aPage("ann", { "/comments": "hers" }), stored)).toBe(true);
  expect(isUpToDate(aPage("ann", { "/submitted": "hers" }), stored)).toBe(false);
});

describe("two pages of the same content", () => {
  const page = { ...aPage("ann", { "/comments": "hers" }), sessionEpoch: 1 } as Rendered;
  const { head, hash } = encodePage(page);

  it.each([
    ["another status", { ...page, status: 410 }],
    ["another address", { ...page, path: "/user/Ann" }],
    ["another epoch", { ...page, sessionEpoch: 2 }],
    ["other parts", { ...aPage("ann", { "/submitted": "hers" }), sessionEpoch: 1 }],
  ])("of which one has %s are different", (_, other) => {
    const { customMetadata, body } = objectOf(encodePage(page), 1);
    const stored = storedPageOf(customMetadata, new Uint8Array(body).buffer);
    expect(isUpToDate(page, stored)).toBe(true);
    expect(isUpToDate(other as Rendered, stored)).toBe(false);
    expect(encodePage(other as Rendered).hash).not.toBe(hash);
    expect(encodePage(page).head).toEqual(head);
  });
});

/** Of an object in R2, Cloudflare's. Bytes. */
const MOST_METADATA = 8192;

it.each([
  "/",
  "/top/day",
  "/hot/2",
  "/top/day/2",
  "/user/ann",
  "/domain/a.example",
  "~ann/overlay",
])("the metadata of %s have room for all that is stored with it", (key) => {
  const parts: readonly (Part | null)[] = [null, ...partsOf(key)];
  const representations = parts.flatMap((part) =>
    (["html", "json", "atom"] as const).map((type) => {
      return { type, body: `${type} of ${part}`, ...(part && { part }) };
    }),
  );
  const page = encodePage({ type: "page", status: 200, path: null, representations });
  const { customMetadata } = objectOf(page, 1);
  const bytes = Object.entries(customMetadata).flat().join("").length;
  expect(parts.length).toBeGreaterThan(1);
  // Offsets of real pages have some digits more.
  expect(bytes + 20 * representations.length).toBeLessThan(MOST_METADATA);
});
