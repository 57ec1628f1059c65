/** Intake in real workerd with real D1: registering, logging in, and the session. */
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { SESSION_LIFE_SECONDS, signSession } from "../../src/model/session.ts";
import { parseEvent } from "../../src/queue/events.ts";
import {
  alice,
  aPerson,
  asJson,
  bindings,
  brokenQueue,
  clock,
  cookiesOf,
  error,
  type Fields,
  intake,
  JSON_CLIENT,
  NOW_MS,
  openIntake,
  PASSWORD,
  post,
  sent,
} from "./intake/desk.ts";

openIntake();

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

  test("answers a script with the person's fullname, and becomes an event", async () => {
    const response = post("/api/register", { user: "Bob", passwd: PASSWORD }, JSON_CLIENT);
    expect(await asJson(response)).toEqual([202, { id: "t2_bob" }]);
    expect(sent).toMatchObject([{ type: "person_registered", by: "Bob", at: NOW_MS }]);
    expect(parseEvent(sent[0])).toEqual(sent[0]);
    expect(JSON.stringify(sent)).not.toContain(PASSWORD);
  });

  test("frees the name again when the queue is down, and opens no session", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const fields = { user: "Bob", passwd: PASSWORD };
    const refused = await post("/api/register", fields, JSON_CLIENT, { EVENTS: brokenQueue });
    expect(log).toHaveBeenCalledOnce();
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await asJson(refused)).toEqual(error(503, "queue_unavailable", { seconds: 10 }));
    expect((await asJson(post("/api/login", fields, JSON_CLIENT)))[0]).toBe(401);
    await aPerson("BOB");
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
    expect(sent).toEqual([]);
  });

  test("gives one name to one of many who want it at once", async () => {
    const names = ["racer", "Racer", "rAcer", "raCer", "racEr"];
    const answers = await Promise.all(
      names.map((user) => post("/api/register", { user, passwd: PASSWORD }, JSON_CLIENT)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, 409, 409, 409, 409]);
    expect(sent).toHaveLength(1);
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

  test("is needed for everything a person does", async () => {
    const forms = ["vote", "submit", "del", "create_community", "comment", "editusertext"];
    for (const path of forms.map((form) => `/api/${form}`)) {
      expect(await asJson(post(path, {}, JSON_CLIENT))).toEqual(NO_SESSION);
    }
    expect(sent).toEqual([]);
  });

  test("holds for thirty days", async () => {
    clock.nowMs = NOW_MS + SESSION_LIFE_SECONDS * 1_000 - 1;
    expect((await vote(alice))[0]).toBe(202);
    clock.nowMs += 1;
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
