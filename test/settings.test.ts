/** What the environment says to the scripts, and what it may not say. */
import { describe, expect, it } from "vitest";
import { readSettings } from "../build/settings.ts";

describe("CAIRN_ORIGIN", () => {
  it.each([
    ["https://example.com", "https://example.com"],
    ["HTTPS://Example.com/", "https://example.com"],
    ["http://localhost:8787", "http://localhost:8787"],
    ["http://[::1]:8787", "http://[::1]:8787"],
  ])("%s is %s", (given, origin) => {
    expect(readSettings({ CAIRN_ORIGIN: given }).site.origin).toBe(origin);
  });

  it.each([
    ["https://x?y=1", "as in https://x"],
    ["https://x#y", "as in https://x"],
    ["https://example.com/news", "as in https://example.com"],
    ["https://ann@example.com", "as in https://example.com"],
    ["https://h:99999999", "as in https://example.com"],
    ['https://a"<b>', "as in https://example.com"],
    ["https://ex ample.com", "as in https://example.com"],
    ["ftp://example.com", "as in https://example.com"],
    ["example.com", "as in https://example.com"],
  ])("%s is refused", (given, example) => {
    expect(() => readSettings({ CAIRN_ORIGIN: given })).toThrow(
      `CAIRN_ORIGIN is ${given}: it takes a scheme and a host, ${example}`,
    );
  });
});

describe("a switch", () => {
  it("is on or off in any case, and has its default where it is not set", () => {
    expect(readSettings({ CAIRN_RATE_LIMITS: "OFF", CAIRN_SQL: "On" })).toMatchObject({
      rateLimits: "off",
      logSql: "on",
    });
    expect(readSettings({ CAIRN_SQL: "" })).toMatchObject({ rateLimits: "on", logSql: "off" });
  });

  it.each(["CAIRN_RATE_LIMITS", "CAIRN_SQL"])("%s that is neither is refused", (variable) => {
    const complaint = `${variable} is no: it takes on or off`;
    expect(() => readSettings({ [variable]: "no" })).toThrow(complaint);
  });
});

describe("CAIRN_ADMINS", () => {
  it("has names by comma, in whatever order and case", () => {
    expect(readSettings({ CAIRN_ADMINS: " Bob,ann,,bob " }).site.admins).toEqual(["ann", "bob"]);
    expect(readSettings({}).site.admins).toEqual([]);
  });

  it.each(["Ann!!", "x y", "me", "a".repeat(21)])("with the name %s is refused", (name) => {
    expect(() => readSettings({ CAIRN_ADMINS: `ann, ${name}` })).toThrow(
      `CAIRN_ADMINS has ${name}: `,
    );
  });
});
