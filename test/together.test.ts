/** Pages that are stored together: where each is, and that it is nowhere else. */
import { describe, expect, it } from "vitest";
import { pageTypeOf } from "../src/pages/table.ts";
import { pathOf, placeOf } from "../src/pages/together.ts";

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
