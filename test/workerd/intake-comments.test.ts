/** Intake in real workerd: comments, new texts, and the forms for who has no JavaScript. */
import { describe, expect, test, vi } from "vitest";
import { mintedAtMs } from "../../src/model/ids.ts";
import { MAX_BODY_BYTES, MAX_EVENT_BYTES } from "../../src/model/limits.ts";
import { parseEvent } from "../../src/queue/events.ts";
import {
  alice,
  aPerson,
  asJson,
  brokenQueue,
  error,
  type Fields,
  JSON_CLIENT,
  NOW_MS,
  openIntake,
  post,
  SITE,
  script,
  send,
  sent,
  untilTooFast,
} from "./intake/desk.ts";

openIntake();

const ZALGO = `Z${"\u0301".repeat(50)}algo`;
const CALM_ZALGO = `\u0179${"\u0301".repeat(4)}algo`;
const INVISIBLE = "\u200b\u2060\u00ad\ufeff\u3164\u2800\ufff9";
const WITHOUT_TEXT: [string, string][] = [
  ["no text", ""],
  ["a blank text", " \r\n\t "],
  ["an invisible text", INVISIBLE],
  ["a text of controls", "\u0000\u0001\u202e"],
];

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${value}">`;
}

describe("comment", () => {
  const onPost = { link: "t3_abc", parent: "t3_abc", text: "Well said." };
  const comment = (fields: object) =>
    asJson(post("/api/comment", { ...onPost, ...fields }, script));

  test("becomes an event, and its place in the thread is named", async () => {
    const response = await post("/api/comment", onPost, script);
    const event = parseEvent(sent[0]);
    expect(event).toMatchObject({
      type: "comment_posted",
      by: "Alice",
      at: NOW_MS,
      post: "abc",
      parent: null,
      text: "Well said.",
    });
    expect(event).toEqual(sent[0]);
    const id = event.type === "comment_posted" ? event.comment : "";
    expect(mintedAtMs(id)).toBe(NOW_MS);
    expect(response.headers.get("location")).toBe(`/comments/abc#t1_${id}`);
    expect(await asJson(response)).toEqual([202, { id: `t1_${id}` }]);
  });

  test.each(["/user/bob", "/comments/abd/_/c4w", "/comments/abcd/_/c4w"])(
    "leads a browser from %s to itself",
    async (from) => {
      const headers = { ...alice, referer: SITE + from };
      const response = await post("/api/comment", onPost, headers);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toMatch(/^\/comments\/abc#t1_[0-9a-z]{14}$/);
    },
  );

  test.each([
    ["the piece of the thread that it was written in", "/comments/abc/_/c4w?x=1", ""],
    ["the piece that its form came from", "/api/comment", "/comments/abc/_/c4w"],
  ])("leads a browser back to %s", async (_, from, dest) => {
    const headers = { ...alice, referer: SITE + from };
    const response = await post("/api/comment", { ...onPost, parent: "t1_c4x", dest }, headers);
    expect(response.headers.get("location")).toMatch(/^\/comments\/abc\/_\/c4w#t1_[0-9a-z]{14}$/);
  });

  test.each([
    ["answers a comment", { parent: "t1_c4x" }, { parent: "c4x" }],
    ["with an empty parent answers the post", { parent: "" }, { parent: null }],
    ["keeps its lines", { text: "a\r\nb\rc\n\nd" }, { text: "a\nb\nc\n\nd" }],
    ["is cleaned of zalgo", { text: ZALGO }, { text: CALM_ZALGO }],
    ["is cleaned of overrides of direction", { text: "abc\u202Edef" }, { text: "abcdef" }],
    ["keeps right-to-left text", { text: "שלום עולם" }, { text: "שלום עולם" }],
    ["keeps markup for the renderer", { text: "<b>a</b>" }, { text: "<b>a</b>" }],
    ["may be one character", { text: "\n a \n" }, { text: " a" }],
    ["may be 10,000 of any script", { text: "😀".repeat(10_000) }, { text: "😀".repeat(10_000) }],
    ["may be 10,000 and blank lines", { text: `\n${"x".repeat(10_000)}\n` }, { parent: null }],
  ])("%s", async (_, fields, event) => {
    expect((await comment(fields))[0]).toBe(202);
    expect(parseEvent(sent[0])).toMatchObject(event);
  });

  test("without a parent answers the post", async () => {
    const { parent: _, ...fields } = onPost;
    expect((await asJson(post("/api/comment", fields, script)))[0]).toBe(202);
    expect(parseEvent(sent[0])).toMatchObject({ post: "abc", parent: null });
  });

  test.each(WITHOUT_TEXT)("is refused with %s", async (_, text) => {
    expect(await comment({ text })).toEqual(error(422, "text_missing", { field: "text" }));
    expect(sent).toEqual([]);
  });

  test.each([
    [{ link: "" }, "link_missing", { field: "link" }],
    [{ link: "abc" }, "link_invalid", { field: "link" }],
    [{ link: "t1_abc" }, "link_invalid", { field: "link" }],
    [{ link: "t5_programming" }, "link_invalid", { field: "link" }],
    [{ link: "t3_../../etc" }, "link_invalid", { field: "link" }],
    [{ link: `t3_${"a".repeat(2_000)}` }, "link_invalid", { field: "link" }],
    [{ parent: "t3_another" }, "parent_invalid", { field: "parent" }],
    [{ parent: "t5_programming" }, "parent_invalid", { field: "parent" }],
    [{ parent: "t2_alice" }, "parent_invalid", { field: "parent" }],
    [{ parent: "c4x" }, "parent_invalid", { field: "parent" }],
    [{ parent: "t1_" }, "parent_invalid", { field: "parent" }],
    [{ parent: "t1_C4X" }, "parent_invalid", { field: "parent" }],
    [{ parent: "t1_\u0000" }, "parent_invalid", { field: "parent" }],
    [{ text: "x".repeat(10_001) }, "text_too_long", { field: "text", chars: 10_001, max: 10_000 }],
    [{ text: "😀".repeat(10_001) }, "text_too_long", { field: "text", chars: 10_001, max: 10_000 }],
  ])("refuses %j", async (fields, reason, numbers) => {
    expect(await comment(fields)).toEqual(error(422, reason, numbers));
    expect(sent).toEqual([]);
  });

  test("refuses two parents", async () => {
    const fields: Fields = [...Object.entries(onPost), ["parent", "t1_c4x"]];
    const answer = await asJson(post("/api/comment", fields, script));
    expect(answer).toEqual(error(422, "parent_repeated", { field: "parent", times: 2 }));
  });

  test("refuses a body of 1 MB", async () => {
    const [status, answer] = await comment({ text: "[".repeat(1_000_000) });
    const numbers = { max: MAX_BODY_BYTES };
    expect([status, answer]).toMatchObject(error(413, "body_too_large", numbers));
  });

  test("is not accepted while the queue is down", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const answer = await asJson(post("/api/comment", onPost, script, { EVENTS: brokenQueue }));
    expect(log).toHaveBeenCalledOnce();
    expect(answer).toEqual(error(503, "queue_unavailable", { seconds: 10 }));
  });

  test("is counted with the person's submissions", async () => {
    const paths = ["/api/submit", "/api/comment"];
    const [letThrough, refused] = await untilTooFast(async (round) => {
      const writer = { ...(await aPerson(`writer${round}`)), ...JSON_CLIENT };
      let turn = 0;
      return () => post(paths[turn++ % 2] ?? "", {}, writer, { RATE_LIMITS: "on" });
    });
    expect(letThrough).toBe(10);
    expect(await asJson(refused)).toEqual(error(429, "too_fast", { seconds: 60 }));
  });

  test("when refused, shows a browser the form again with everything typed", async () => {
    const text = `</textarea><script>${"x".repeat(10_000)}`;
    const response = await post("/api/comment", { ...onPost, parent: "t1_c4x", text }, alice);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain('<form method="post" action="/api/comment">');
    expect(page).toContain(hidden("link", "t3_abc"));
    expect(page).toContain(hidden("parent", "t1_c4x"));
    expect(page).toContain(`&lt;/textarea&gt;&lt;script&gt;${"x".repeat(10_000)}</textarea>`);
    expect(page).toContain('aria-invalid="true" aria-describedby="text-error text-note"');
    expect(page).toContain("The text has 10019 of at most 10000 characters.");
  });

  test("when refused for a hidden field, still says why and keeps the text", async () => {
    const response = await post("/api/comment", { ...onPost, parent: "t3_another" }, alice);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain("The parent is another post than the one commented on.");
    expect(page).toContain("Well said.");
  });

  test("without a session keeps the text in its form, to be sent after a login", async () => {
    const headers = { referer: `${SITE}/r/programming/comments/abc/a_title?sort=new` };
    const response = await post("/api/comment", { ...onPost, text: "<b>Long work" }, headers);
    expect(response.status).toBe(401);
    const page = await response.text();
    expect(page).toContain('<form method="post" action="/api/comment">');
    expect(page).toContain("Log in in another tab");
    expect(page).toContain(hidden("dest", "/r/programming/comments/abc/a_title?sort=new"));
    expect(page).toContain("&lt;b&gt;Long work</textarea>");
    expect(page).toContain("You are not logged in");
  });

  test.each([
    ["its own form", `${SITE}/api/comment?link=t3_abc`],
    ["another site", "https://evil.example/r/programming"],
  ])("without a session, from %s, leads back to the thread", async (_, referer) => {
    const page = await (await post("/api/comment", onPost, { referer })).text();
    expect(page).toContain(hidden("dest", "/comments/abc"));
  });

  test("without a session is refused to a script as ever", async () => {
    expect(await asJson(post("/api/comment", onPost, JSON_CLIENT))).toEqual(
      error(401, "no_session"),
    );
  });
});

describe("editusertext", () => {
  const edit = (fields: Fields) => asJson(post("/api/editusertext", fields, script));

  test.each([
    ["a post's text", { thing_id: "t3_abc", text: "a\r\nb" }, { post: "abc", text: "a\nb" }],
    ["a post's text to nothing", { thing_id: "t3_abc", text: "" }, { post: "abc", text: "" }],
    ["a post's text to nothing that shows", { thing_id: "t3_abc", text: INVISIBLE }, { text: "" }],
    ["a comment", { thing_id: "t1_c4x", text: "b" }, { comment: "c4x", text: "b" }],
    ["a comment to zalgo", { thing_id: "t1_c4x", text: ZALGO }, { text: CALM_ZALGO }],
    [
      "a post's text to 40,000 characters",
      { thing_id: "t3_abc", text: "x".repeat(40_000) },
      { text: "x".repeat(40_000) },
    ],
  ])("changes %s", async (_, fields, event) => {
    expect(await edit(fields)).toEqual([202, { id: fields.thing_id }]);
    const type = fields.thing_id.startsWith("t3_") ? "post_edited" : "comment_edited";
    expect(parseEvent(sent[0])).toMatchObject({ type, by: "Alice", ...event });
  });

  test.each(WITHOUT_TEXT)("refuses a comment with %s", async (_, text) => {
    const answer = await edit({ thing_id: "t1_c4x", text });
    expect(answer).toEqual(error(422, "text_missing", { field: "text" }));
    expect(sent).toEqual([]);
  });

  test.each([
    [{ text: "a" }, "thing_id_missing", { field: "thing_id" }],
    // Nothing of a post may be meant, but then it is said.
    [{ thing_id: "t3_abc", body: "a" }, "text_missing", { field: "text" }],
    [{ thing_id: "abc", text: "a" }, "thing_id_invalid", { field: "thing_id" }],
    [{ thing_id: "t5_programming", text: "a" }, "thing_id_invalid", { field: "thing_id" }],
    [{ thing_id: "t3_ABC", text: "a" }, "thing_id_invalid", { field: "thing_id" }],
    [
      { thing_id: "t1_c4x", text: "x".repeat(10_001) },
      "text_too_long",
      { field: "text", chars: 10_001, max: 10_000 },
    ],
    [
      { thing_id: "t3_abc", text: "x".repeat(40_001) },
      "text_too_long",
      { field: "text", chars: 40_001, max: 40_000 },
    ],
  ])("refuses %j", async (fields, reason, numbers) => {
    expect(await edit(fields as Fields)).toEqual(error(422, reason, numbers));
    expect(sent).toEqual([]);
  });

  test("refuses a text whose event no queue message could hold", async () => {
    const answer = await edit({ thing_id: "t3_abc", text: "😀".repeat(40_000) });
    const numbers = { field: "text", max: MAX_EVENT_BYTES };
    expect(answer).toMatchObject(error(413, "text_too_large", numbers));
  });

  test.each([
    [
      "the page it was sent from",
      { referer: `${SITE}/comments/abc?sort=new` },
      "",
      "/comments/abc?sort=new",
    ],
    ["the page its form came from", { referer: `${SITE}/api/editusertext` }, "/user/a", "/user/a"],
    ["the front page, from elsewhere", { referer: "https://evil.example/x" }, "", "/"],
    ["the front page, from nowhere", {}, "", "/"],
    ["this site only", {}, "https://evil.example/", "/"],
  ])("leads a browser to %s", async (_, headers, dest, location) => {
    const fields = { thing_id: "t1_c4x", text: "b", dest };
    const response = await post("/api/editusertext", fields, { ...alice, ...headers });
    expect([response.status, response.headers.get("location")]).toEqual([303, location]);
  });

  test("when refused, shows a browser the form again, which still knows the way back", async () => {
    const fields = { thing_id: "t1_c4x", text: `<i>${"x".repeat(10_000)}` };
    const headers = { ...alice, referer: `${SITE}/comments/abc` };
    const response = await post("/api/editusertext", fields, headers);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain(hidden("thing_id", "t1_c4x"));
    expect(page).toContain(hidden("dest", "/comments/abc#t1_c4x"));
    expect(page).toContain(`&lt;i&gt;${"x".repeat(10_000)}</textarea>`);
    expect(page).toContain("The text has 10003 of at most 10000 characters.");
  });

  test("while the queue is down, keeps what was typed", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const fields = { thing_id: "t3_abc", text: "Long work" };
    const response = await post("/api/editusertext", fields, alice, { EVENTS: brokenQueue });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("Long work</textarea>");
  });
});

describe("a form for who has no JavaScript", () => {
  const shown = async (path: string, headers = {}) => {
    const response = await send(path, { headers });
    return { status: response.status, headers: response.headers, page: await response.text() };
  };

  test.each([
    [
      "/api/comment?link=t3_abc&parent=t1_c4x",
      [hidden("link", "t3_abc"), hidden("parent", "t1_c4x"), "</textarea>", "/comments/abc"],
    ],
    ["/api/comment?link=t3_abc", [hidden("link", "t3_abc"), hidden("parent", "")]],
    [
      "/api/editusertext?thing_id=t3_abc",
      [hidden("thing_id", "t3_abc"), "</textarea>", "replaces the whole text", "/comments/abc"],
    ],
    ["/api/editusertext?thing_id=t1_c4x", [hidden("thing_id", "t1_c4x"), "</textarea>"]],
    ["/api/del?id=t3_abc", [hidden("id", "t3_abc"), "/comments/abc"]],
    ["/api/del?id=t1_c4x", [hidden("id", "t1_c4x")]],
  ])("is at %s", async (path, parts) => {
    const { status, headers, page } = await shown(path);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(page).toContain(`<form method="post" action="${path.split("?")[0]}">`);
    for (const part of parts) expect(page).toContain(part);
    expect(page).toContain("Go back</a>");
    expect(page).not.toContain('role="alert"');
    expect(sent).toEqual([]);
  });

  test("takes a post that is to be its title alone, and no empty comment", async () => {
    const field = /<textarea id="text"[^>]*>/;
    const edit = async (id: string) => (await shown(`/api/editusertext?thing_id=${id}`)).page;
    expect(field.exec(await edit("t3_abc"))?.[0]).not.toContain("required");
    expect(field.exec(await edit("t1_c4x"))?.[0]).toContain("required");
  });

  test("ties the hint below a field to it", async () => {
    for (const path of ["/api/comment?link=t3_abc", "/api/report?thing_id=t3_abc"]) {
      const { page } = await shown(path);
      const [, note = "none"] = /<p class="note" id="([^"]*)">/.exec(page) ?? [];
      expect(page).toContain(`aria-describedby="${note}"`);
    }
  });

  test("can be sent as it stands, and leads back to the comment", async () => {
    const referer = `${SITE}/r/programming/comments/abc/a_title`;
    const { page } = await shown("/api/editusertext?thing_id=t1_c4x", { referer });
    const fields = [...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const sentBack = fields.map(([, name = "", value = ""]): [string, string] => [name, value]);
    const headers = { ...alice, referer: `${SITE}/api/editusertext?thing_id=t1_c4x` };
    const answer = await post("/api/editusertext", [...sentBack, ["text", "b"]], headers);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/r/programming/comments/abc/a_title#t1_c4x");
    expect(parseEvent(sent[0])).toMatchObject({ type: "comment_edited", comment: "c4x" });
  });

  test("says the same to everybody, with a session or without", async () => {
    for (const path of ["/api/comment?link=t3_abc", "/api/del?id=t3_abc"]) {
      expect((await shown(path, alice)).page).toBe((await shown(path)).page);
    }
  });

  test("has nobody's words in it", async () => {
    const { page } = await shown("/api/comment?link=t3_abc&text=I+love+spam");
    expect(page).not.toContain("spam");
  });

  test.each([
    ["//evil.example", "/"],
    ["https://evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ['/x"><script>', "/x%22%3E%3Cscript%3E"],
  ])("with dest %j leads to %j", async (dest, path) => {
    const query = new URLSearchParams({ id: "t1_c4x", dest });
    const { page } = await shown(`/api/del?${query}`);
    expect(page).toContain(hidden("dest", path));
    expect(page).not.toContain("evil");
  });

  test("has its headers alone on HEAD", async () => {
    const response = await send("/api/comment?link=t3_abc", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test.each([
    "/api/comment",
    "/api/comment?link=abc",
    "/api/comment?link=t1_abc",
    "/api/comment?link=t5_programming&parent=t1_c4x",
    "/api/comment?link=t3_abc&parent=t3_another",
    "/api/comment?link=t3_abc&parent=%00",
    "/api/comment?link=t3_abc&link=t3_abd",
    "/api/comment?link=%zz",
    "/api/editusertext",
    "/api/editusertext?thing_id=t2_alice",
    `/api/editusertext?thing_id=t3_${"a".repeat(5_000)}`,
    "/api/del?id=%3Cscript%3E",
    "/api/del?thing_id=t3_abc",
  ])("is none at %s", async (path) => {
    const { status, headers, page } = await shown(path);
    expect(status).toBe(422);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(page).not.toContain("<textarea");
    expect(page).not.toContain("<script>");
    expect(page).toContain("Go back</a>");
  });

  test("is none for a script: the reason is", async () => {
    const answer = await asJson(send("/api/del?id=t5_x", { headers: JSON_CLIENT }));
    expect(answer).toEqual(error(422, "id_invalid", { field: "id" }));
  });
});
