/** Intake in real workerd with real D1: what is accepted, what is refused, and how each is said. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { IntakeEnv } from "../../src/bindings.ts";
import { createIntake } from "../../src/intake/app.ts";
import { mintedAtMs } from "../../src/model/ids.ts";
import { MAX_BODY_BYTES, MAX_EVENT_BYTES } from "../../src/model/limits.ts";
import { SESSION_LIFE_SECONDS, signSession } from "../../src/model/session.ts";
import { parseEvent } from "../../src/queue/events.ts";

type Fields = Record<string, string> | [string, string][];

const SITE = "https://cairn.example";
const PASSWORD = "correct horse";
const NOW_MS = Date.parse("2026-11-20T12:00:00Z");
const JSON_CLIENT = { accept: "application/json" };

let nowMs = NOW_MS;
let sent: unknown[] = [];
const intake = createIntake({ now: () => nowMs, random: Math.random });

/** The real bindings, with a queue that shows what it was given. */
const bindings: IntakeEnv = {
  EVENTS: aQueue(async (event) => void sent.push(event)),
  ACCOUNTS: env.ACCOUNTS,
  SESSION_SECRET: env.SESSION_SECRET,
  RATE_LIMITS: "off",
  ACCOUNT_LIMITER: env.ACCOUNT_LIMITER,
  SUBMIT_LIMITER: env.SUBMIT_LIMITER,
  VOTE_LIMITER: env.VOTE_LIMITER,
};

const brokenQueue = aQueue(() => Promise.reject(new Error("queue down")));

function aQueue(send: (event: unknown) => Promise<void>): IntakeEnv["EVENTS"] {
  const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } };
  return {
    send: async (event) => {
      await send(event);
      return { metadata };
    },
    sendBatch: async () => ({ metadata }),
    metrics: async () => metadata.metrics,
  };
}

function post(
  path: string,
  fields: Fields,
  headers: Record<string, string> = {},
  changed: Partial<IntakeEnv> = {},
): Promise<Response> {
  const init = { method: "POST", headers, body: new URLSearchParams(fields) };
  return send(path, init, changed);
}

async function send(
  path: string,
  init: RequestInit,
  changed: Partial<IntakeEnv> = {},
): Promise<Response> {
  return intake.request(SITE + path, init, { ...bindings, ...changed });
}

/** The answer to a script: status and body. */
async function asJson(response: Response | Promise<Response>): Promise<[number, unknown]> {
  const answer = await response;
  return [answer.status, await answer.json()];
}

function error(status: number, reason: string, numbers: object = {}): [number, unknown] {
  return [status, { error: { reason, ...numbers } }];
}

/** Registers somebody new; the headers of their later forms. */
async function aPerson(user: string): Promise<{ readonly cookie: string }> {
  const response = await post("/api/register", { user, passwd: PASSWORD });
  expect(response.status).toBe(303);
  return { cookie: cookiesOf(response) };
}

function cookiesOf(response: Response): string {
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  return cookies.join("; ");
}

async function aCommunity(name: string): Promise<void> {
  await env.ACCOUNTS.prepare("INSERT INTO community VALUES (?1, ?2, 'alice', 0)")
    .bind(name.toLowerCase(), name)
    .run();
}

let alice: { readonly cookie: string };
let script: Record<string, string>;

/** Once: a password takes a tenth of a second to hash. */
beforeAll(async () => {
  alice = await aPerson("Alice");
  script = { ...alice, ...JSON_CLIENT };
});

/** Nothing is left of the test before, but Alice. */
beforeEach(async () => {
  vi.restoreAllMocks();
  nowMs = NOW_MS;
  sent = [];
  await env.ACCOUNTS.batch([
    env.ACCOUNTS.prepare("DELETE FROM account WHERE name_key <> 'alice'"),
    env.ACCOUNTS.prepare("UPDATE account SET session_epoch = 0"),
    env.ACCOUNTS.prepare("DELETE FROM community"),
  ]);
  await aCommunity("Programming");
});

describe("every answer", () => {
  test.each([
    ["a redirect", "/api/logout", {}],
    ["an error page", "/api/vote", {}],
    ["a form shown again", "/api/login", {}],
    ["an unknown form", "/api/nothing", {}],
  ])("%s is uncached and allows nothing from elsewhere", async (_, path, fields) => {
    const { headers } = await post(path, fields);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'.*'none'$/);
  });
});

describe("the request", () => {
  const vote = { id: "t3_abc", dir: "1" };

  test.each([
    ["a cross-origin vote", { origin: "https://evil.example" }],
    ["a vote from the same host over plain http", { origin: "http://cairn.example" }],
    ["a vote from an opaque origin", { origin: "null" }],
    ["a vote from a sister domain", { "sec-fetch-site": "same-site" }],
    ["a cross-site vote", { "sec-fetch-site": "cross-site" }],
    ["a vote whose two headers disagree", { origin: SITE, "sec-fetch-site": "cross-site" }],
  ])("refuses %s", async (_, headers) => {
    const answer = await asJson(post("/api/vote", vote, { ...script, ...headers }));
    expect(answer).toEqual(error(403, "other_origin"));
    expect(sent).toEqual([]);
  });

  test.each([
    ["our own page", { origin: SITE, "sec-fetch-site": "same-origin" }],
    ["the address bar", { "sec-fetch-site": "none" }],
    ["a script", {}],
  ])("accepts a vote from %s", async (_, headers) => {
    const [status] = await asJson(post("/api/vote", vote, { ...script, ...headers }));
    expect(status).toBe(202);
  });

  test("a path without a form is not found", async () => {
    const answer = await asJson(post("/api/nothing", {}, JSON_CLIENT));
    expect(answer).toEqual(error(404, "no_such_form", { path: "/api/nothing" }));
  });

  test.each(["GET", "HEAD", "PUT", "OPTIONS"])("%s is answered with 405", async (method) => {
    const response = await send("/api/vote", { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  test.each([
    ["JSON", "application/json", "{}"],
    ["plain text", "text/plain", "id=t3_abc"],
    ["broken multipart", "multipart/form-data; boundary=x", "nonsense"],
    ["multipart without a boundary", "multipart/form-data", "nonsense"],
  ])("refuses %s as malformed", async (_, type, body) => {
    const headers = { ...script, "content-type": type };
    const [status, answer] = await asJson(send("/api/vote", { method: "POST", headers, body }));
    expect([status, answer]).toMatchObject(error(400, "malformed"));
  });

  test("refuses a request without a body as malformed", async () => {
    const [status] = await asJson(send("/api/vote", { method: "POST", headers: script }));
    expect(status).toBe(400);
  });

  test("refuses a file", async () => {
    const body = new FormData();
    body.append("id", new File(["t3_abc"], "id.txt"));
    const [status] = await asJson(send("/api/vote", { method: "POST", headers: script, body }));
    expect(status).toBe(400);
  });

  test("accepts a form sent as multipart", async () => {
    const body = new FormData();
    body.append("id", "t3_abc");
    body.append("dir", "-1");
    const [status] = await asJson(send("/api/vote", { method: "POST", headers: script, body }));
    expect(status).toBe(202);
    expect(sent).toMatchObject([{ post: "abc", value: -1 }]);
  });

  test("refuses a body of 10 MB, and reads it to its end so that the answer arrives", async () => {
    const answer = await asJson(submitStream(100));
    const numbers = { bytes: 10_000_000, max: MAX_BODY_BYTES };
    expect(answer).toEqual(error(413, "body_too_large", numbers));
  });

  test("refuses a body that says it is short", async () => {
    expect((await submitStream(100, { "content-length": "5" })).status).toBe(413);
  });

  test("cuts off a body without an end", async () => {
    expect((await submitStream(Number.POSITIVE_INFINITY)).status).toBe(413);
  });

  /** Sends that many chunks of 100,000 bytes. */
  function submitStream(chunks: number, headers: Record<string, string> = {}): Promise<Response> {
    const chunk = new TextEncoder().encode("x".repeat(100_000));
    let pulled = 0;
    const body = new ReadableStream({
      pull: (stream) => (pulled++ < chunks ? stream.enqueue(chunk) : stream.close()),
    });
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return send("/api/submit", {
      method: "POST",
      headers: { ...script, ...type, ...headers },
      body,
    });
  }

  test.each([
    "%",
    "%zz=%00",
    "id=%00&dir=%ff%fe",
    "id=t3_%c3%28&dir=1",
    "&&==&",
    "%00".repeat(2_000),
  ])("reads %s without breaking", async (body) => {
    const headers = { ...script, "content-type": "application/x-www-form-urlencoded" };
    for (const path of ["/api/vote", "/api/submit", "/api/login", "/api/create_community"]) {
      const { status } = await send(path, { method: "POST", headers, body });
      expect(status).toBe(422);
    }
  });

  test("our own mistake shows no detail", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const answer = await post("/api/vote", vote, alice, { SESSION_SECRET: "short" });
    expect(log).toHaveBeenCalledOnce();
    const page = await answer.text();
    expect(answer.status).toBe(500);
    expect(page).toContain("Something went wrong on our side.");
    expect(page).not.toMatch(/SESSION_SECRET|\.ts/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
});

describe("the rate", () => {
  const on = { RATE_LIMITS: "on" };

  test("refuses the eleventh community of a minute, whoever else is quiet", async () => {
    const found = () => asJson(post("/api/create_community", {}, script, on));
    for (let n = 0; n < 10; n++) expect((await found())[0]).toBe(422);
    expect(await found()).toEqual(error(429, "too_fast", { seconds: 60 }));
    const bob = await aPerson("bob");
    const response = await post("/api/create_community", {}, { ...bob, ...JSON_CLIENT }, on);
    expect(response.status).toBe(422);
  });

  test("counts logins by address, and says when to come back", async () => {
    const login = (address: string) => post("/api/login", {}, { "cf-connecting-ip": address }, on);
    for (let n = 0; n < 20; n++) expect((await login("192.0.2.1")).status).toBe(422);
    const refused = await login("192.0.2.1");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await login("192.0.2.2")).status).toBe(422);
  });
});

describe("register", () => {
  test("opens a session, with a readable name beside it", async () => {
    const response = await post("/api/register", { user: "Bob-1", passwd: PASSWORD });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/");
    const [session, name] = response.headers.getSetCookie();
    expect(session).toMatch(/^session=Bob-1\.0\.\d+\.[0-9a-f]{64}; /);
    for (const part of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", `Max-Age=${30 * 86_400}`]) {
      expect(session).toContain(`; ${part}`);
    }
    expect(name).toMatch(/^name=Bob-1; /);
    expect(name).not.toContain("HttpOnly");
  });

  test("answers a script with the person's fullname, and sends no event", async () => {
    const response = post("/api/register", { user: "Bob", passwd: PASSWORD }, JSON_CLIENT);
    expect(await asJson(response)).toEqual([202, { id: "t2_bob" }]);
    expect(sent).toEqual([]);
  });

  test.each(["http://localhost:8787", "http://127.0.0.1:8787", "http://[::1]:8787"])(
    "leaves Secure out on %s",
    async (origin) => {
      const body = new URLSearchParams({ user: "Bob", passwd: PASSWORD });
      const url = `${origin}/api/register`;
      const response = await intake.request(url, { method: "POST", body }, bindings);
      expect(response.status).toBe(303);
      expect(response.headers.get("set-cookie")).not.toContain("Secure");
    },
  );

  test("refuses a name that differs only in case", async () => {
    const answer = post("/api/register", { user: "aLICE", passwd: PASSWORD }, JSON_CLIENT);
    const taken = { field: "user", name: "aLICE" };
    expect(await asJson(answer)).toEqual(error(409, "name_taken", taken));
  });

  test("gives one name to one of many who want it at once", async () => {
    const names = ["racer", "Racer", "rAcer", "raCer", "racEr"];
    const answers = await Promise.all(
      names.map((user) => post("/api/register", { user, passwd: PASSWORD }, JSON_CLIENT)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, 409, 409, 409, 409]);
  });

  test("refuses the name of an imported author, as whom nobody can log in", async () => {
    const imported = "INSERT INTO account VALUES ('spez', 'spez', NULL, 0, 0)";
    await env.ACCOUNTS.prepare(imported).run();
    const fields = { user: "Spez", passwd: PASSWORD };
    expect((await asJson(post("/api/register", fields, JSON_CLIENT)))[0]).toBe(409);
    const login = asJson(post("/api/login", fields, JSON_CLIENT));
    expect(await login).toEqual(error(401, "wrong_login"));
  });

  const nameRule = { field: "user", min: 3, max: 20, allowed: "A-Z a-z 0-9 _ -" };
  test.each([
    [{ passwd: PASSWORD }, "user_missing", { field: "user" }],
    [{ user: "", passwd: PASSWORD }, "user_missing", { field: "user" }],
    [{ user: "ab", passwd: PASSWORD }, "user_invalid", nameRule],
    [{ user: "a".repeat(21), passwd: PASSWORD }, "user_invalid", nameRule],
    [{ user: "bob smith", passwd: PASSWORD }, "user_invalid", nameRule],
    [{ user: "bob\u0000", passwd: PASSWORD }, "user_invalid", nameRule],
    [{ user: "bоb", passwd: PASSWORD }, "user_invalid", nameRule],
    [{ user: "<script>", passwd: PASSWORD }, "user_invalid", nameRule],
    [{ user: "bob" }, "passwd_missing", { field: "passwd" }],
    [{ user: "bob", passwd: "1234567" }, "passwd_too_short", { field: "passwd", chars: 7, min: 8 }],
    [
      { user: "bob", passwd: "x".repeat(201) },
      "passwd_too_long",
      { field: "passwd", chars: 201, max: 200 },
    ],
  ])("refuses %j", async (fields, reason, numbers) => {
    const answer = await asJson(post("/api/register", fields as Fields, JSON_CLIENT));
    expect(answer).toEqual(error(422, reason, numbers));
  });

  test("accepts the shortest and the longest name", async () => {
    await aPerson("abc");
    await aPerson("x".repeat(20));
  });

  test("shows the form again with what was typed, but for the password", async () => {
    const fields = { user: "Alice", passwd: "tell nobody", dest: "/r/programming" };
    const response = await post("/api/register", fields);
    const page = await response.text();
    expect(response.status).toBe(409);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page).toContain("Alice");
    expect(page).toContain("/r/programming");
    expect(page).toContain("is taken");
    expect(page).not.toContain("tell nobody");
  });
});

describe("login", () => {
  const login = (fields: Fields, headers = {}) => post("/api/login", fields, headers);

  test("knows a name in any case and shows it as registered", async () => {
    const response = await login({ user: "ALICE", passwd: PASSWORD });
    expect(response.status).toBe(303);
    expect(cookiesOf(response)).toMatch(/^session=Alice\..*; name=Alice$/);
  });

  test("knows a password typed on another keyboard", async () => {
    await post("/api/register", { user: "Zoe", passwd: "Zoe\u0308 Zoe\u0308 Zoe\u0308" });
    expect((await login({ user: "Zoe", passwd: "Zo\u00eb Zo\u00eb Zo\u00eb" })).status).toBe(303);
  });

  test.each([
    ["a wrong password", { user: "Alice", passwd: `${PASSWORD}!` }],
    ["an unknown name", { user: "nobody", passwd: PASSWORD }],
    ["what can be no name", { user: "' OR 1=1 --", passwd: PASSWORD }],
  ])("refuses %s with the same answer", async (_, fields) => {
    const answer = await asJson(login(fields, JSON_CLIENT));
    expect(answer).toEqual(error(401, "wrong_login"));
  });

  test.each([
    ["/r/programming?x=1#y", "/r/programming?x=1#y"],
    ["/r/ö", "/r/%C3%B6"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/\t/evil.example", "/"],
    ["/..//evil.example", "/"],
    ["/.//evil.example", "/"],
    ["/%2e//evil.example", "/"],
    ["\\\\evil.example", "/"],
    ["https://evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ["evil", "/"],
    ["/api/logout", "/"],
    ["/x\r\nSet-Cookie: a=b", "/xSet-Cookie:%20a=b"],
  ])("with dest %j leads to %j", async (dest, location) => {
    const response = await login({ user: "Alice", passwd: PASSWORD, dest });
    expect(response.headers.get("location")).toBe(location);
  });
});

describe("the session", () => {
  const vote = (headers: Record<string, string>) =>
    asJson(post("/api/vote", { id: "t3_abc", dir: "1" }, { ...JSON_CLIENT, ...headers }));
  const NO_SESSION = error(401, "no_session");

  test("is needed to vote, submit, delete and found a community", async () => {
    for (const path of ["/api/vote", "/api/submit", "/api/del", "/api/create_community"]) {
      expect(await asJson(post(path, {}, JSON_CLIENT))).toEqual(NO_SESSION);
    }
    expect(sent).toEqual([]);
  });

  test("holds for thirty days", async () => {
    nowMs = NOW_MS + SESSION_LIFE_SECONDS * 1_000 - 1;
    expect((await vote(alice))[0]).toBe(202);
    nowMs += 1;
    expect(await vote(alice)).toEqual(NO_SESSION);
  });

  test.each([
    ["a tampered name", (cookie: string) => cookie.replace("session=Alice", "session=Bobby")],
    ["a tampered signature", (cookie: string) => cookie.replace(/.;/, "!;")],
    ["nonsense", () => "session=%00%zz"],
    ["only a name", () => "name=Alice"],
  ])("is not had with %s", async (_, tamper) => {
    expect(await vote({ cookie: tamper(alice.cookie) })).toEqual(NO_SESSION);
  });

  test("ends at once when the account moves to another epoch", async () => {
    await env.ACCOUNTS.prepare("UPDATE account SET session_epoch = 1").run();
    expect(await vote(alice)).toEqual(NO_SESSION);
  });

  test("ends with its account", async () => {
    const session = { name: "ghost", epoch: 0, expires: NOW_MS };
    const token = await signSession(env.SESSION_SECRET, session);
    expect(await vote({ cookie: `session=${token}` })).toEqual(NO_SESSION);
  });

  test("is forgotten by the browser at logout, with a session or without", async () => {
    for (const headers of [alice, {}]) {
      const response = await post("/api/logout", {}, { ...headers, ...JSON_CLIENT });
      expect(cookiesOf(response)).toBe("session=; name=");
      expect(response.headers.get("set-cookie")).toContain("Max-Age=0");
      expect(await asJson(response)).toEqual([202, { id: null }]);
    }
  });

  test("when missing, leaves what was typed in the form", async () => {
    const response = await post("/api/submit", { sr: "programming", title: "<b>Long work" });
    expect(response.status).toBe(401);
    const page = await response.text();
    expect(page).toContain("&lt;b&gt;Long work");
    expect(page).toContain("You are not logged in");
  });
});

describe("vote", () => {
  const vote = (fields: Fields) => asJson(post("/api/vote", fields, script));

  test.each([
    ["1", 1],
    ["0", 0],
    ["-1", -1],
  ])("dir %s becomes an event with the value %d", async (dir, value) => {
    expect(await vote({ id: "t3_abc", dir })).toEqual([202, { id: "t3_abc" }]);
    expect(sent).toMatchObject([
      { type: "post_voted", version: 1, by: "Alice", at: NOW_MS, post: "abc", value },
    ]);
    expect(parseEvent(sent[0])).toEqual(sent[0]);
  });

  test.each([
    [{ dir: "1" }, "id_missing", { field: "id" }],
    [{ id: "abc", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t3_", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t3_ABC", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t1_abc", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: `t3_${"a".repeat(2_000)}`, dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t3_../../x", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t3_abc" }, "dir_missing", { field: "dir" }],
    [{ id: "t3_abc", dir: "2" }, "dir_invalid", { field: "dir", allowed: ["1", "0", "-1"] }],
    [{ id: "t3_abc", dir: "1.0" }, "dir_invalid", { field: "dir", allowed: ["1", "0", "-1"] }],
  ])("refuses %j", async (fields, reason, numbers) => {
    expect(await vote(fields as Fields)).toEqual(error(422, reason, numbers));
    expect(sent).toEqual([]);
  });

  test("refuses two ids", async () => {
    const answer = await vote([
      ["id", "t3_abc"],
      ["id", "t3_abd"],
      ["dir", "1"],
    ]);
    expect(answer).toEqual(error(422, "id_repeated", { field: "id", times: 2 }));
  });

  test.each([
    [`${SITE}/r/programming/new?x=1`, "/r/programming/new?x=1"],
    ["https://evil.example/r/programming", "/"],
    [`${SITE}//evil.example`, "/"],
    [`${SITE}/api/vote`, "/"],
    ["nonsense", "/"],
  ])("from %s leads a browser to %s", async (referer, location) => {
    const response = await post("/api/vote", { id: "t3_abc", dir: "1" }, { ...alice, referer });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(location);
  });

  test("is a redirect for who accepts anything", async () => {
    const headers = { ...alice, accept: "*/*" };
    const response = await post("/api/vote", { id: "t3_abc", dir: "1" }, headers);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
  });

  test("when refused, shows a browser a page that leads back", async () => {
    const referer = `${SITE}/r/programming`;
    const response = await post("/api/vote", { id: "t3_abc", dir: "9" }, { ...alice, referer });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain("must be 1 or 0 or -1");
    expect(page).toContain("/r/programming");
  });

  test("is not accepted while the queue is down", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const fields = { id: "t3_abc", dir: "1" };
    const response = await post("/api/vote", fields, script, { EVENTS: brokenQueue });
    expect(log).toHaveBeenCalledOnce();
    expect(response.headers.get("retry-after")).toBe("10");
    expect(await asJson(response)).toEqual(error(503, "queue_unavailable", { seconds: 10 }));
  });
});

describe("del", () => {
  test("becomes an event; whose the post is, the consumer knows", async () => {
    const answer = await asJson(post("/api/del", { id: "t3_abc" }, script));
    expect(answer).toEqual([202, { id: "t3_abc" }]);
    expect(parseEvent(sent[0])).toMatchObject({ type: "post_deleted", by: "Alice", post: "abc" });
  });

  test.each([
    [{}, "id_missing"],
    [{ id: "t5_programming" }, "id_invalid"],
  ])("refuses %j", async (fields, reason) => {
    const answer = await asJson(post("/api/del", fields as Fields, script));
    expect(answer).toEqual(error(422, reason, { field: "id" }));
  });
});

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
    ["kind=self over a link", { kind: "self", text: "Hi" }, { url: null, text: "Hi" }],
    ["kind=link over a text", { kind: "link", text: "Hi" }, { url: link.url, text: null }],
    ["a link again", { resubmit: "true" }, { resubmit: true }],
    ["a community in another case", { sr: "pRoGrAmMiNg" }, { community: "Programming" }],
    [
      "a link with spaces",
      { url: " https://Example.com/ü \n" },
      { url: "https://example.com/%C3%BC" },
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
      { title: "\u200b\u2060\u00ad\ufeff\u3164\u2800" },
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
      { kind: "self", text: "x".repeat(40_001) },
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
    const answer = await submit({ ...link, kind: "self", text: "😀".repeat(40_000) });
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

  test("gives one name to one of many who want it at once", async () => {
    const answers = await Promise.all(["race", "Race", "RACE"].map((name) => found({ name })));
    expect(answers.map(([status]) => status).sort()).toEqual([202, 409, 409]);
    expect(sent).toHaveLength(1);
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
