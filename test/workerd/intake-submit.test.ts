/** Intake in real workerd with real D1: new posts and new communities. */
import { describe, expect, test, vi } from "vitest";
import { mintedAtMs } from "../../src/model/ids.ts";
import { MAX_EVENT_BYTES } from "../../src/model/limits.ts";
import { parseEvent } from "../../src/queue/events.ts";
import {
  alice,
  aPerson,
  asJson,
  brokenQueue,
  clock,
  error,
  type Fields,
  JSON_CLIENT,
  NOW_MS,
  openIntake,
  post,
  script,
  sent,
} from "./intake/desk.ts";

openIntake();

describe("submit", () => {
  const link = { sr: "programming", title: "A title", url: "https://example.com/a" };
  const submit = (fields: Fields) => asJson(post("/api/submit", fields, script));

  test("a link becomes an event, and its page is named", async () => {
    const response = await post("/api/submit", { ...link, title: "Größe & <b>!" }, script);
    const [event] = sent.map(parseEvent);
    expect(event).toMatchObject({
      type: "post_submitted",
      by: "Alice",
      community: "Programming",
      title: "Größe & <b>!",
      url: "https://example.com/a",
      text: null,
      resubmit: false,
    });
    const id = event?.type === "post_submitted" ? event.post : "";
    expect(mintedAtMs(id)).toBe(NOW_MS);
    const page = `/r/programming/comments/${id}/gr%C3%B6%C3%9Fe_b`;
    expect(response.headers.get("location")).toBe(page);
    expect(await asJson(response)).toEqual([202, { id: `t3_${id}` }]);
  });

  test("tells a browser that a title alone needs a link or a text, or its mark", async () => {
    const response = await post("/api/submit", { ...link, url: "" }, alice);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain("A post needs a link or a text, unless");
    const mark = '<input type="checkbox" name="kind" value="self"';
    expect(page).toContain(`${mark}> No link and no text`);
    const fields = { ...link, sr: "nowhere", url: "", text: "", kind: "self" };
    expect(await (await post("/api/submit", fields, alice)).text()).toContain(`${mark} checked>`);
    const again = await post("/api/submit", { ...fields, sr: link.sr }, alice);
    expect(again.status).toBe(303);
    expect(parseEvent(sent[0])).toMatchObject({ title: link.title, url: null, text: "" });
  });

  test("leads a browser to the new page", async () => {
    const response = await post("/api/submit", link, alice);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(
      /^\/r\/programming\/comments\/[0-9a-z]{14}\/a_title$/,
    );
  });

  test.each([
    ["a text without a kind", { text: "Hi\r\nyou", url: "" }, { url: null, text: "Hi\nyou" }],
    ["a title alone", { kind: "self", url: "", text: "" }, { url: null, text: "" }],
    ["a text with its kind", { kind: "self", url: " ", text: "Hi" }, { url: null, text: "Hi" }],
    ["a link with its kind", { kind: "link", text: " \n" }, { url: link.url, text: null }],
    ["a link again", { resubmit: "true" }, { resubmit: true }],
    ["a community in another case", { sr: "pRoGrAmMiNg" }, { community: "Programming" }],
    ["a community as the site writes it", { sr: "r/Programming" }, { community: "Programming" }],
    ["a community by its path", { sr: "/r/programming" }, { community: "Programming" }],
    ["the same with a slash", { sr: "/r/programming/" }, { community: "Programming" }],
    [
      "a link with spaces",
      { url: " https://Example.com/ü \n" },
      { url: "https://example.com/%C3%BC" },
    ],
    [
      "an address between marks that came along",
      { url: "\u200bhttps://example.com/a\u200e\u2069 " },
      { url: "https://example.com/a" },
    ],
    ["ftp", { url: "ftp://example.com/a" }, { url: "ftp://example.com/a" }],
  ])("accepts %s", async (_, fields, event) => {
    expect((await submit({ ...link, ...fields } as Fields))[0]).toBe(202);
    expect(parseEvent(sent[0])).toMatchObject(event);
  });

  test.each([
    ["zalgo", `Z${"\u0301".repeat(50)}algo`, `\u0179${"\u0301".repeat(4)}algo`],
    ["an override of direction", "abc\u202Edef", "abcdef"],
    ["right-to-left text", "שלום עולם", "שלום עולם"],
    ["control characters and line breaks", "a\u0000b\u0007\r\n\tc", "ab c"],
    ["markup", "<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["300 characters beyond the first plane", "😀".repeat(300), "😀".repeat(300)],
  ])("a title with %s is cleaned, not refused", async (_, title, clean) => {
    expect((await submit({ ...link, title }))[0]).toBe(202);
    expect(parseEvent(sent[0])).toMatchObject({ title: clean });
  });

  const missingTitle = { field: "title" };
  const schemes = { field: "url", allowed: ["http", "https", "ftp"] };
  test.each([
    ["no title", { title: "" }, "title_missing", missingTitle],
    ["a blank title", { title: " \t\n " }, "title_missing", missingTitle],
    [
      "an invisible title",
      { title: "\u200b\u2060\u00ad\ufeff\u3164\u2800\ufff9" },
      "title_missing",
      missingTitle,
    ],
    ["a title of controls", { title: "\u0000\u0001\u202e" }, "title_missing", missingTitle],
    [
      "a title of 301 characters",
      { title: "😀".repeat(301) },
      "title_too_long",
      { field: "title", chars: 301, max: 300 },
    ],
    [
      "a text of 40,001 characters",
      { kind: "self", url: "", text: "x".repeat(40_001) },
      "text_too_long",
      { field: "text", chars: 40_001, max: 40_000 },
    ],
    [
      "a link of 9,000 characters",
      { url: `https://example.com/${"x".repeat(8_980)}` },
      "url_too_long",
      { field: "url", chars: 9_000, max: 2_048 },
    ],
    [
      "a link that grows when encoded",
      { url: `https://example.com/${"ü".repeat(2_000)}` },
      "url_too_long",
      { field: "url", chars: 12_020, max: 2_048 },
    ],
    ["javascript:", { url: "javascript:alert(1)" }, "url_invalid", schemes],
    ["data:", { url: "data:text/html,hi" }, "url_invalid", schemes],
    ["half an address", { url: "example.com/a" }, "url_invalid", schemes],
    ["an address without a host", { url: "https://" }, "url_invalid", schemes],
    ["neither link nor text", { url: "" }, "url_missing", { field: "url" }],
    ["a link of nothing", { url: " ", kind: "link" }, "url_missing", { field: "url" }],
    ["link and text at once", { text: "Hi" }, "url_and_text", { field: "url" }],
    ["a text with a link", { kind: "link", text: "Hi" }, "url_and_text", { field: "url" }],
    ["a link with a text", { kind: "self", text: "Hi" }, "url_and_text", { field: "url" }],
    ["a text that is a link", { kind: "self" }, "text_missing", { field: "text" }],
    [
      "a link that is a text",
      { kind: "link", url: "", text: "Hi" },
      "url_missing",
      { field: "url" },
    ],
    [
      "another kind",
      { kind: "image" },
      "kind_invalid",
      { field: "kind", allowed: ["link", "self"] },
    ],
    ["no community", { sr: "" }, "sr_missing", { field: "sr" }],
  ])("refuses %s", async (_, fields, reason, numbers) => {
    const answer = await submit({ ...link, ...fields } as Fields);
    expect(answer).toEqual(error(422, reason, numbers));
    expect(sent).toEqual([]);
  });

  test.each(["nowhere", "../programming", "pro\u0000gramming", "x".repeat(2_000)])(
    "refuses the unknown community %j",
    async (sr) => {
      const [status, answer] = await submit({ ...link, sr });
      expect([status, answer]).toMatchObject(error(404, "no_such_community", { field: "sr" }));
    },
  );

  test("refuses a text whose event no queue message could hold", async () => {
    const answer = await submit({ ...link, url: "", text: "😀".repeat(40_000) });
    const numbers = { field: "text", max: MAX_EVENT_BYTES };
    expect(answer).toMatchObject(error(413, "text_too_large", numbers));
  });

  test("when refused for a field that has no place in the form, still says why", async () => {
    const response = await post("/api/submit", { ...link, kind: "image" }, alice);
    expect(await response.text()).toContain("The kind must be link or self.");
  });

  test("when refused, shows the form again with everything typed", async () => {
    const fields = { sr: "nowhere", title: "My <i>title", url: "https://example.com/?a=1&b=2" };
    const response = await post("/api/submit", { ...fields, resubmit: "true" }, alice);
    expect(response.status).toBe(404);
    const page = await response.text();
    expect(page).toContain("nowhere");
    expect(page).toContain("My &lt;i&gt;title");
    expect(page).toContain("https://example.com/?a=1&amp;b=2");
    expect(page).toContain("There is no community called");
  });
});

describe("create_community", () => {
  const fields = { name: "Rust_Lang", title: "Rust", description: "A\r\nlanguage" };
  const found = (changed: Fields) =>
    asJson(post("/api/create_community", { ...fields, ...changed }, script));

  test("takes the name, becomes an event, and leads to the page that is being published", async () => {
    const response = await post("/api/create_community", fields, alice);
    const event = parseEvent(sent[0]);
    expect(event).toMatchObject({
      type: "community_created",
      by: "Alice",
      name: "Rust_Lang",
      title: "Rust",
      description: "A\nlanguage",
    });
    const id = event.type === "community_created" ? event.id : "";
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`/r/rust_lang?fresh=${id}`);
  });

  test("can be submitted to at once", async () => {
    const [status, answer] = await found({});
    expect([status, answer]).toMatchObject([202, { id: "t5_rust_lang" }]);
    const link = { sr: "RUST_LANG", title: "A title", url: "https://example.com/a" };
    expect((await asJson(post("/api/submit", link, script)))[0]).toBe(202);
  });

  test("refuses a name that differs only in case", async () => {
    const taken = { field: "name", name: "PROGRAMMING" };
    expect(await found({ name: "PROGRAMMING" })).toEqual(error(409, "name_taken", taken));
    expect(sent).toEqual([]);
  });

  test.each(["all", "Popular", "RANDOM", "friends", "mod"])(
    "refuses %s, which Reddit's readers take for no community",
    async (name) => {
      const taken = { field: "name", name };
      expect(await found({ name })).toEqual(error(409, "name_taken", taken));
      expect(sent).toEqual([]);
    },
  );

  test("takes a name without the white space around it", async () => {
    expect(await found({ name: " Rust_Lang\n" })).toMatchObject([202, { id: "t5_rust_lang" }]);
    expect(parseEvent(sent[0])).toMatchObject({ name: "Rust_Lang" });
  });

  test("gives one name to one of many who want it at once", async () => {
    const answers = await Promise.all(["race", "Race", "RACE"].map((name) => found({ name })));
    expect(answers.map(([status]) => status).sort()).toEqual([202, 409, 409]);
    expect(sent).toHaveLength(1);
  });

  test("takes the name again for whoever took it, once a lost event would be known", async () => {
    expect((await found({}))[0]).toBe(202);
    expect((await found({}))[0]).toBe(409);
    clock.nowMs += 61_000;
    const bob = { ...(await aPerson("Bob")), ...JSON_CLIENT };
    expect((await asJson(post("/api/create_community", fields, bob)))[0]).toBe(409);
    vi.spyOn(console, "error").mockReturnValue();
    await post("/api/create_community", fields, script, { EVENTS: brokenQueue });
    expect((await asJson(post("/api/create_community", fields, bob)))[0]).toBe(409);
    expect((await found({}))[0]).toBe(202);
    expect(sent.map(parseEvent)).toMatchObject([
      { type: "community_created", at: NOW_MS },
      { type: "person_registered" },
      { type: "community_created", at: clock.nowMs },
    ]);
  });

  test("frees the name again when the queue is down", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const refused = await post("/api/create_community", fields, script, { EVENTS: brokenQueue });
    expect(log).toHaveBeenCalledOnce();
    expect(refused.status).toBe(503);
    expect(sent).toEqual([]);
    expect((await found({}))[0]).toBe(202);
  });

  const nameRule = { field: "name", min: 3, max: 21, allowed: "A-Z a-z 0-9 _" };
  test.each([
    [{ name: "" }, "name_missing", { field: "name" }],
    [{ name: "ab" }, "name_invalid", nameRule],
    [{ name: "x".repeat(22) }, "name_invalid", nameRule],
    [{ name: "a-b-c" }, "name_invalid", nameRule],
    [{ name: ".." }, "name_invalid", nameRule],
    [{ title: "\u200b" }, "title_missing", { field: "title" }],
    [{ title: "x".repeat(101) }, "title_too_long", { field: "title", chars: 101, max: 100 }],
    [
      { description: "x".repeat(501) },
      "description_too_long",
      { field: "description", chars: 501, max: 500 },
    ],
  ])("refuses %j", async (changed, reason, numbers) => {
    expect(await found(changed as Fields)).toEqual(error(422, reason, numbers));
    expect(sent).toEqual([]);
  });
});
