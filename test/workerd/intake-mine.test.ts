/** Intake in real workerd: save, hide, report, what has been read, and the page that offers it. */
import { describe, expect, test, vi } from "vitest";
import { parseEvent } from "../../src/queue/events.ts";
import {
  alice,
  asJson,
  brokenQueue,
  error,
  type Fields,
  NOW_MS,
  openIntake,
  post,
  SITE,
  script,
  send,
  sent,
} from "./intake/desk.ts";

openIntake();

const NOT_THINGS = ["abc", "t3_", "t3_ABC", "t2_alice", "t5_programming", "t3_../../x", "~alice"];

/** Each form with fields that it accepts, and the field that says what it is about. */
const FORMS = [
  ["/api/save", { id: "t3_abc" }, "id"],
  ["/api/unsave", { id: "t3_abc" }, "id"],
  ["/api/hide", { id: "t3_abc" }, "id"],
  ["/api/unhide", { id: "t3_abc" }, "id"],
  ["/api/report", { thing_id: "t3_abc", reason: "spam" }, "thing_id"],
  ["/api/read_all_messages", { upto: "7" }, "upto"],
] as const;

describe.each(FORMS)("%s", (path, fields: Readonly<Record<string, string>>, field) => {
  const without = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));

  test("needs a session, and says so before anything else", async () => {
    const answer = asJson(post(path, {}, { accept: "application/json" }));
    expect(await answer).toEqual(error(401, "no_session"));
    const forged = { ...script, cookie: alice.cookie.replace(/session=Alice/, "session=Bob") };
    expect(await asJson(post(path, fields, forged))).toEqual(error(401, "no_session"));
    expect(sent).toEqual([]);
  });

  test("without a session, leads a browser to the login and back, unless it has typed", async () => {
    const response = await post(path, fields, { referer: `${SITE}/r/x/new` });
    expect(response.status).toBe(401);
    const page = await response.text();
    const form = path === "/api/report" ? path : "/api/login";
    expect(page).toContain(`<form method="post" action="${form}">`);
    expect(page).toContain('name="dest" value="/r/x/new"');
  });

  test.each([
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
    { origin: "null" },
  ])("refuses what comes from elsewhere: %j", async (headers) => {
    const answer = asJson(post(path, fields, { ...script, ...headers }));
    expect(await answer).toEqual(error(403, "other_origin"));
    expect(sent).toEqual([]);
  });

  test("refuses a field that is missing, empty or repeated", async () => {
    expect(await asJson(post(path, without, script))).toEqual(
      error(422, `${field}_missing`, { field }),
    );
    expect(await asJson(post(path, { ...without, [field]: "" }, script))).toEqual(
      error(422, `${field}_missing`, { field }),
    );
    const twice: [string, string][] = [...Object.entries(fields), [field, "t3_abd"]];
    expect(await asJson(post(path, twice, script))).toEqual(
      error(422, `${field}_repeated`, { field, times: 2 }),
    );
    expect(sent).toEqual([]);
  });

  test("is limited, by person", async () => {
    const keys: string[] = [];
    const limiter = {
      limit: async ({ key }: { key: string }) => {
        keys.push(key);
        return { success: false };
      },
    };
    const limited = { RATE_LIMITS: "on", VOTE_LIMITER: limiter, SUBMIT_LIMITER: limiter } as const;
    const response = await post(path, fields, script, limited);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(await asJson(response)).toEqual(error(429, "too_fast", { seconds: 60 }));
    expect(keys).toEqual(["alice"]);
    expect(sent).toEqual([]);
  });

  test("leads a browser back to where it was, and nowhere else", async () => {
    const headers = { ...alice, referer: `${SITE}/new?x=1` };
    const leadsTo = async (more: Fields) => {
      const response = await post(path, { ...fields, ...(more as object) }, headers);
      expect(response.status).toBe(303);
      expect(response.headers.get("cache-control")).toBe("no-store");
      return response.headers.get("location");
    };
    expect(await leadsTo({})).toBe("/new?x=1");
    expect(await leadsTo({ dest: "/user/alice" })).toBe("/user/alice");
    for (const dest of ["//evil.example", "https://evil.example", "/\\evil.example", "/api/save"]) {
      expect(await leadsTo({ dest })).toBe("/");
    }
  });

  test("is a form only", async () => {
    const allowed = path === "/api/report" ? "GET, HEAD, POST" : "POST";
    const response = await send(path, {
      method: "DELETE",
      headers: { accept: "application/json" },
    });
    expect(response.headers.get("allow")).toBe(allowed);
    expect(await asJson(response)).toEqual(error(405, "wrong_method", { allowed }));
  });

  test("is not accepted while the queue is down", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const response = await post(path, fields, script, { EVENTS: brokenQueue });
    expect(await asJson(response)).toEqual(error(503, "queue_unavailable", { seconds: 10 }));
  });
});

describe("save and hide", () => {
  const base = { version: 1, by: "Alice", at: NOW_MS };

  test.each([
    ["/api/save", "t3_abc", { type: "post_marked", post: "abc", kind: "saved", isSet: true }],
    ["/api/unsave", "t3_abc", { type: "post_marked", post: "abc", kind: "saved", isSet: false }],
    ["/api/hide", "t3_abc", { type: "post_marked", post: "abc", kind: "hidden", isSet: true }],
    ["/api/unhide", "t3_abc", { type: "post_marked", post: "abc", kind: "hidden", isSet: false }],
    ["/api/save", "t1_c4", { type: "comment_marked", comment: "c4", kind: "saved", isSet: true }],
    [
      "/api/unsave",
      "t1_c4",
      { type: "comment_marked", comment: "c4", kind: "saved", isSet: false },
    ],
  ])("%s of %s is one event that says what shall be", async (path, id, event) => {
    expect(await asJson(post(path, { id }, script))).toEqual([202, { id }]);
    expect(sent).toEqual([{ ...base, ...event, id: expect.any(String) }]);
    expect(parseEvent(sent[0])).toEqual(sent[0]);
  });

  test.each(["/api/hide", "/api/unhide"])("%s of a comment is refused", async (path) => {
    const answer = await asJson(post(path, { id: "t1_c4x" }, script));
    expect(answer).toEqual(error(422, "id_invalid", { field: "id" }));
    expect(sent).toEqual([]);
  });

  test.each(["/api/save", "/api/hide"])("%s of what is no thing is refused", async (path) => {
    for (const id of [...NOT_THINGS, `t3_${"a".repeat(2000)}`]) {
      const answer = await asJson(post(path, { id }, script));
      expect([id, ...answer]).toEqual([id, ...error(422, "id_invalid", { field: "id" })]);
    }
    expect(sent).toEqual([]);
  });
});

describe("report", () => {
  const report = (fields: Fields) => asJson(post("/api/report", fields, script));

  test.each([
    ["t3_abc", { type: "post_reported", post: "abc" }],
    ["t1_c4x", { type: "comment_reported", comment: "c4x" }],
  ])("of %s is one event with the reason, cleaned", async (thing_id, event) => {
    const answer = await report({ thing_id, reason: "  sells\r\n\u202e pills  " });
    expect(answer).toEqual([202, { id: thing_id }]);
    const shared = { version: 1, by: "Alice", at: NOW_MS, id: expect.any(String) };
    expect(sent).toEqual([
      { ...shared, ...event, reason: expect.stringMatching(/^sells\s*pills$/) },
    ]);
    expect(parseEvent(sent[0])).toEqual(sent[0]);
  });

  test.each(["", "   ", "\u200b\u2800"])("with a reason of %j is refused", async (reason) => {
    const answer = await report({ thing_id: "t3_abc", reason });
    expect(answer).toEqual(error(422, "reason_missing", { field: "reason" }));
    expect(sent).toEqual([]);
  });

  test("takes 300 characters and refuses 301", async () => {
    expect((await report({ thing_id: "t3_abc", reason: "é".repeat(300) }))[0]).toBe(202);
    const answer = await report({ thing_id: "t3_abc", reason: "é".repeat(301) });
    const numbers = { field: "reason", chars: 301, max: 300 };
    expect(answer).toEqual(error(422, "reason_too_long", numbers));
    expect(sent).toHaveLength(1);
  });

  test("of what is no thing is refused", async () => {
    for (const thing_id of NOT_THINGS) {
      const answer = await report({ thing_id, reason: "spam" });
      expect(answer).toEqual(error(422, "thing_id_invalid", { field: "thing_id" }));
    }
  });

  test("when refused, shows its form with everything typed, escaped", async () => {
    const reason = `"><script>${"x".repeat(300)}`;
    const response = await post("/api/report", { thing_id: "t3_abc", reason }, alice);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain('value="&quot;&gt;&lt;script');
    expect(page).not.toContain('"><script>x');
    expect(page).toMatch(/aria-invalid="true" aria-describedby="reason-error reason-note"/);
    expect(page).toContain("The reason has 310 of at most 300 characters.");
    expect(page).toContain('name="thing_id" value="t3_abc"');
  });

  test("without a session, keeps what was typed in its form", async () => {
    const response = await post("/api/report", { thing_id: "t3_abc", reason: "It is spam" }, {});
    const page = await response.text();
    expect(page).toContain('<form method="post" action="/api/report">');
    expect(page).toContain('value="It is spam"');
    expect(page).toContain('name="dest" value="/comments/abc"');
  });

  test("has a page; a link to it puts no words into anybody's mouth", async () => {
    const response = await send("/api/report?thing_id=t1_c4x&reason=slander&dest=/new", {});
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const page = await response.text();
    expect(page).toContain('name="thing_id" value="t1_c4x"');
    expect(page).toContain('name="dest" value="/new"');
    expect(page).not.toContain("slander");
    expect((await send("/api/report", {})).status).toBe(422);
    expect((await send("/api/report?thing_id=t2_x", {})).status).toBe(422);
  });
});

describe("read_all_messages", () => {
  test("says up to where, and no more", async () => {
    const answer = await asJson(post("/api/read_all_messages", { upto: "007" }, script));
    expect(answer).toEqual([202, { id: null }]);
    const event = { version: 1, type: "inbox_read", by: "Alice", at: NOW_MS, slot: 7 };
    expect(sent).toEqual([{ ...event, id: expect.any(String) }]);
    expect(parseEvent(sent[0])).toEqual(sent[0]);
  });

  test.each(["-1", "1.5", "1e3", "0x10", " 1", "1\n", "Infinity", "NaN", "٣", "9".repeat(10)])(
    "refuses upto=%j",
    async (upto) => {
      const answer = await asJson(post("/api/read_all_messages", { upto }, script));
      expect(answer).toEqual(error(422, "upto_invalid", { field: "upto" }));
      expect(sent).toEqual([]);
    },
  );
});

describe("the page of a thing", () => {
  const open = (query: string, headers: Record<string, string> = {}) =>
    send(`/api/thing?${query}`, { headers });

  test("offers all that one can do with a post", async () => {
    const response = await open("id=t3_abc", { referer: `${SITE}/r/x/new?y=1&z=2` });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    const page = await response.text();
    for (const act of ["save", "unsave", "hide", "unhide"]) {
      expect(page).toContain(`<form class="line" method="post" action="/api/${act}">`);
    }
    const forms = ["editusertext?thing_id", "del?id", "report?thing_id"];
    for (const form of forms) {
      expect(page).toContain(`href="/api/${form}=t3_abc&amp;dest=%2Fr%2Fx%2Fnew%3Fy%3D1%26z%3D2"`);
    }
    expect(page).toContain('name="dest" value="/r/x/new?y=1&amp;z=2"');
  });

  test("offers to withdraw a vote, of a comment too, and leads back from there", async () => {
    const referer = `${SITE}/comments/abc/_/c4w`;
    const page = await (await open("id=t1_c4x", { referer })).text();
    const [, form = ""] = /action="\/api\/vote">(.*)<\/form>/.exec(page) ?? [];
    const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)];
    const sentBack = fields.map(([, name = "", value = ""]): [string, string] => [name, value]);
    const headers = { ...alice, referer: `${SITE}/api/thing?id=t1_c4x` };
    const answer = await post("/api/vote", sentBack, headers);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      "/comments/abc/_/c4w#t1_c4x",
    ]);
    expect(parseEvent(sent[0])).toMatchObject({ type: "comment_voted", comment: "c4x", value: 0 });
  });

  test("does not offer to hide a comment", async () => {
    const page = await (await open("id=t1_c4x")).text();
    expect(page).toContain('action="/api/save"');
    expect(page).not.toMatch(/\/api\/(un)?hide/);
  });

  test("its links lead back to where its reader came from", async () => {
    const page = await (await open("id=t1_c4x", { referer: `${SITE}/r/x/new` })).text();
    const [, edit = ""] = /href="(\/api\/editusertext[^"]*)"/.exec(page) ?? [];
    const form = await (await send(edit.replaceAll("&amp;", "&"), {})).text();
    expect(form).toContain('name="dest" value="/r/x/new"');
  });

  test.each([
    ["//evil.example", "/"],
    ["https://evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ["/\\evil.example", "/"],
    ["/..//evil.example", "/"],
    ["/api/logout", "/"],
    ['/x"><script>alert(1)</script>', "/x%22%3E%3Cscript%3Ealert(1)%3C/script%3E"],
  ])("dest=%s leads to %s", async (dest, leadsTo) => {
    const page = await (await open(`id=t3_abc&dest=${encodeURIComponent(dest)}`)).text();
    expect(page).toContain(`<a href="${leadsTo}">Go back</a>`);
    expect(page).not.toContain("evil.example");
    expect(page).not.toContain("<script>");
  });

  test.each(["", "id=", "id=t2_alice", "id=t3_abc&id=t3_abd", "id=%22%3E%3Cscript%3E"])(
    "of %j is refused",
    async (query) => {
      const response = await open(query);
      expect(response.status).toBe(422);
      expect(await response.text()).not.toContain('"><script>');
    },
  );

  test("takes no form", async () => {
    const answer = await asJson(post("/api/thing", { id: "t3_abc" }, script));
    expect(answer).toEqual(error(405, "wrong_method", { allowed: "GET, HEAD" }));
    expect((await send("/api/thing?id=t3_abc", { method: "HEAD" })).status).toBe(200);
  });
});

describe("password", () => {
  test("ends sessions on private pages too, and a change that fails can be tried again", async () => {
    const fields = { passwd: "correct horse", new_passwd: "battery staple" };
    vi.spyOn(console, "error").mockReturnValue();
    expect((await post("/api/password", fields, script, { EVENTS: brokenQueue })).status).toBe(503);
    const again = await post("/api/password", fields, script);
    expect(again.status).toBe(202);
    expect(sent.map(parseEvent)).toMatchObject([{ type: "sessions_ended", by: "Alice", epoch: 1 }]);
    const back = { passwd: "battery staple", new_passwd: "correct horse" };
    const cookie = again.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    expect((await post("/api/password", back, { ...script, cookie })).status).toBe(202);
    expect(sent.at(-1)).toMatchObject({ type: "sessions_ended", epoch: 2 });
  });
});
