/** Pages that are stored together: where each is, and that it is nowhere else. */
import { describe, expect, it } from "vitest";
import type { ReaderEnv } from "../src/bindings.ts";
import { isUpToDate } from "../src/pages/compare.ts";
import { encodePage } from "../src/pages/encode.ts";
import type { Rendered } from "../src/pages/page-type.ts";
import { objectOf, putPage, storedPageOf } from "../src/pages/storage.ts";
import { pageTypeOf } from "../src/pages/table.ts";
import { type Part, pathOf, placeOf } from "../src/pages/together.ts";
import { createReader } from "../src/reader/app.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";

describe("a page that is stored with another", () => {
  it.each([
    ["/user/ann/submitted", "/user/ann", "/submitted"],
    ["/user/ann/comments", "/user/ann", "/comments"],
    ["/domain/example.com/new", "/domain/example.com", "/new"],
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
    "/new",
    "/r/ann/new",
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

function aPage(body: string, parts: Readonly<Partial<Record<Part, string>>> = {}): Rendered {
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

describe("what older code has stored alone", () => {
  async function answers(stored: Readonly<Record<string, Rendered>>, path: string) {
    const pages = openMemoryBucket();
    for (const [key, page] of Object.entries(stored)) {
      await putPage(pages, key, encodePage(page), 1, null);
    }
    const env = { PAGES: pages, SITE: openMemoryNamespace(), KEEP_MS: "0" };
    const reader = createReader(() => Date.UTC(2026, 0, 1));
    const request = new Request(`https://cairn.example${path}`);
    const response = await reader.fetch(request, env as unknown as ReaderEnv);
    return [response.status, await response.text()];
  }
  const alone = aPage("as it was");

  it("is served until the page it belongs to is written anew, and no longer", async () => {
    const path = "/user/ann/submitted";
    expect(await answers({ "/user/ann": aPage("ann"), [path]: alone }, path)).toEqual([
      200,
      "as it was",
    ]);
    const both = aPage("ann", { "/submitted": "as it is" });
    expect(await answers({ "/user/ann": both, [path]: alone }, path)).toEqual([200, "as it is"]);
  });

  it("is not served once the page it belongs to has gone", async () => {
    const path = "/domain/example.com/new";
    const stored = { "/domain/example.com": { type: "void" } as const, [path]: alone };
    expect((await answers(stored, path))[0]).toBe(404);
    expect((await answers({ [path]: alone }, path))[0]).toBe(404);
  });
});
