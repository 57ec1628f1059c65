/** Intake in real workerd with real D1: registering, logging in, changing the password, the session. */
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { SESSION_LIFE_SECONDS, signSession } from "../../src/model/session.ts";
import { parseEvent } from "../../src/queue/events.ts";
import {
  alice,
  aPerson,
  aQueue,
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
  script,
  send,
  sent,
  untilTooFast,
} from "./intake/desk.ts";

openIntake();

const bobsRow = () =>
  env.ACCOUNTS.prepare(
    "SELECT password, session_epoch FROM account WHERE name_key = 'bob'",
  ).first();

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

  test("lets nobody in before its event is sent, whether or not it will be", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const fields = { user: "Bob", passwd: PASSWORD };
    const logins: number[] = [];
    const login = async () => {
      logins.push((await post("/api/login", fields, JSON_CLIENT)).status);
    };
    const failing = aQueue(async () => {
      await login();
      throw new Error("queue down");
    });
    expect((await post("/api/register", fields, JSON_CLIENT, { EVENTS: failing })).status).toBe(
      503,
    );
    await post("/api/register", fields, JSON_CLIENT, { EVENTS: aQueue(login) });
    await login();
    expect(logins).toEqual([401, 401, 202]);
  });

  test("takes a name again a minute after a request for it died, and then not from the dead", async () => {
    const first = { user: "Bob", passwd: "the first password" };
    const second = { user: "BOB", passwd: PASSWORD };
    const statuses: number[] = [];
    const takeIt = async () => {
      for (const seconds of [60, 61]) {
        clock.nowMs = NOW_MS + seconds * 1000;
        statuses.push((await post("/api/register", second, JSON_CLIENT)).status);
      }
    };
    const slow = await post("/api/register", first, JSON_CLIENT, { EVENTS: aQueue(takeIt) });
    expect(statuses).toEqual([409, 202]);
    expect(await asJson(slow)).toEqual(error(409, "name_taken", { field: "user", name: "Bob" }));
    expect((await post("/api/login", first, JSON_CLIENT)).status).toBe(401);
    expect((await post("/api/login", second, JSON_CLIENT)).status).toBe(202);
  });

  test("gives a name whose request died to the next who asks, not to two", async () => {
    const died = "INSERT INTO account VALUES ('bob', 'Bob', 'a hash', -1, ?1)";
    await env.ACCOUNTS.prepare(died)
      .bind(NOW_MS / 1000 - 61)
      .run();
    const rival = { user: "bOB", passwd: PASSWORD };
    const statuses: number[] = [];
    const meanwhile = aQueue(async () => {
      statuses.push((await post("/api/register", rival, JSON_CLIENT)).status);
    });
    const fields = { user: "BOB", passwd: PASSWORD };
    const response = await post("/api/register", fields, {}, { EVENTS: meanwhile });
    expect(statuses).toEqual([409]);
    expect(cookiesOf(response)).toMatch(/^session=BOB\..*; name=BOB$/);
  });

  test("opens and frees no name that somebody else has taken over and not opened yet", async () => {
    const taken = "UPDATE account SET name = 'BOB', password = 'a hash' WHERE name_key = 'bob'";
    const meanwhile = aQueue(async () => void (await env.ACCOUNTS.prepare(taken).run()));
    const fields = { user: "Bob", passwd: PASSWORD };
    const response = await post("/api/register", fields, JSON_CLIENT, { EVENTS: meanwhile });
    expect([response.status, response.headers.getSetCookie()]).toEqual([409, []]);
    await env.ACCOUNTS.prepare("DELETE FROM account WHERE name_key = 'bob'").run();

    vi.spyOn(console, "error").mockReturnValue();
    const failing = aQueue(async () => {
      await env.ACCOUNTS.prepare(taken).run();
      throw new Error("queue down");
    });
    expect((await post("/api/register", fields, JSON_CLIENT, { EVENTS: failing })).status).toBe(
      503,
    );
    expect((await bobsRow())?.password).toBe("a hash");
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

  test("says how short a password is, also of one character", async () => {
    const response = await post("/api/register", { user: "bob", passwd: "x" });
    expect(await response.text()).toContain("has 1 character; it needs at least 8");
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

  test("with a dest that no address has room for leads to the front page", async () => {
    const leadsTo = async (dest: string) =>
      (await login({ user: "Alice", passwd: PASSWORD, dest })).headers.get("location");
    const longest = `/submit?title=${"a".repeat(15_986)}`;
    expect(await leadsTo(longest)).toBe(longest);
    for (const dest of [`${longest}a`, `/${"ö".repeat(2700)}`])
      expect(await leadsTo(dest)).toBe("/");
  });
});

describe("password", () => {
  const NEW = "battery staple";
  const change = (session: Record<string, string>, fields: Fields, limits: "on" | "off" = "off") =>
    post("/api/password", fields, session, { RATE_LIMITS: limits });
  /** As a script of somebody who has just shown the password. */
  const bobLogsIn = async (passwd: string) => {
    const response = await post("/api/login", { user: "Bob", passwd });
    return { status: response.status, script: { cookie: cookiesOf(response), ...JSON_CLIENT } };
  };
  const voteStatus = async (headers: Record<string, string>) =>
    (await post("/api/vote", { id: "t3_abc", dir: "1" }, headers)).status;
  test("once changed, opens sessions; the old one no longer does", async () => {
    const bob = await aPerson("Bob");
    const response = await change(bob, { passwd: PASSWORD, new_passwd: NEW });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    expect((await bobLogsIn(PASSWORD)).status).toBe(401);
    const again = await bobLogsIn(NEW);
    expect(again.status).toBe(303);
    expect(await voteStatus(again.script)).toBe(202);
  });

  test("change ends every session but the one it opens for this browser", async () => {
    const here = { ...(await aPerson("Bob")), ...JSON_CLIENT };
    const elsewhere = (await bobLogsIn(PASSWORD)).script;
    expect(await voteStatus(elsewhere)).toBe(202);
    const response = await change(here, { passwd: PASSWORD, new_passwd: NEW });
    expect(cookiesOf(response)).toMatch(/^session=Bob\.1\..*; name=Bob$/);
    const fresh = { cookie: cookiesOf(response), ...JSON_CLIENT };
    expect(await asJson(response)).toEqual([202, { id: "t2_bob" }]);
    expect(await voteStatus(elsewhere)).toBe(401);
    expect(await voteStatus(here)).toBe(401);
    expect(await voteStatus(fresh)).toBe(202);
    expect((await change(fresh, { passwd: NEW, new_passwd: PASSWORD })).status).toBe(202);
  });

  test("change leaves other people alone, and no password in an event", async () => {
    const bob = await aPerson("Bob");
    sent.length = 0;
    await change(bob, { passwd: PASSWORD, new_passwd: NEW });
    expect(sent.map(parseEvent)).toMatchObject([{ type: "sessions_ended", by: "Bob", epoch: 1 }]);
    expect(JSON.stringify(sent)).not.toMatch(new RegExp(`${PASSWORD}|${NEW}`));
    expect(await voteStatus(script)).toBe(202);
  });

  test("change with a wrong current password changes nothing", async () => {
    const bob = { ...(await aPerson("Bob")), ...JSON_CLIENT };
    const before = await bobsRow();
    const response = await change(bob, { passwd: `${PASSWORD}!`, new_passwd: NEW });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await asJson(response)).toEqual(error(401, "wrong_password", { field: "passwd" }));
    expect(await bobsRow()).toEqual(before);
    expect(await voteStatus(bob)).toBe(202);
  });

  test("refused is said beside its field, and neither password is shown again", async () => {
    const response = await change(alice, { passwd: "tell nobody", new_passwd: "or anybody" });
    const page = await response.text();
    expect(response.status).toBe(401);
    expect(page).toContain('id="passwd-error">This is not your password.');
    expect(page).not.toMatch(/tell nobody|or anybody/);
  });

  const long = { field: "new_passwd", chars: 201, max: 200 };
  test.each([
    [{ new_passwd: NEW }, "passwd_missing", { field: "passwd" }],
    [{ passwd: PASSWORD }, "new_passwd_missing", { field: "new_passwd" }],
    [
      { passwd: PASSWORD, new_passwd: "1234567" },
      "new_passwd_too_short",
      { field: "new_passwd", chars: 7, min: 8 },
    ],
    [{ passwd: PASSWORD, new_passwd: "x".repeat(201) }, "new_passwd_too_long", long],
  ])("change refuses %j", async (fields, reason, numbers) => {
    expect(await asJson(change(script, fields as Fields))).toEqual(error(422, reason, numbers));
    expect(await voteStatus(script)).toBe(202);
  });

  test("is the winner's when several change it at once", async () => {
    const bob = { ...(await aPerson("Bob")), ...JSON_CLIENT };
    const wanted = ["first of three", "second of three", "third of three"];
    const answers = await Promise.all(
      wanted.map((new_passwd) => change(bob, { passwd: PASSWORD, new_passwd })),
    );
    const winner = answers.findIndex(({ status }) => status === 202);
    for (const [n, answer] of answers.entries()) {
      if (n !== winner) expect(await asJson(answer)).toEqual(error(401, "no_session"));
      expect((await bobLogsIn(wanted[n] ?? "")).status).toBe(n === winner ? 303 : 401);
    }
    expect(await bobsRow()).toMatchObject({ session_epoch: 1 });
  });

  test("cannot be guessed with a stolen session: the twenty-first try waits", async () => {
    const [tried, refused] = await untilTooFast(async (round) => {
      const guessed = { ...(await aPerson(`Guessed${round}`)), ...JSON_CLIENT };
      return () => change(guessed, {}, "on");
    });
    expect([tried, await asJson(refused)]).toEqual([20, error(429, "too_fast", { seconds: 60 })]);
  });

  test("has its form on GET, uncached, which takes nothing from the address", async () => {
    const response = await send("/api/password?passwd=from-afar&new_passwd=from-afar", {});
    const page = await response.text();
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(page).toContain('<form method="post" action="/api/password"');
    expect(page).toContain('autocomplete="new-password"');
    expect(page).not.toContain("from-afar");
    expect(page).not.toContain('name="user"');
    const other = await send("/api/password", { method: "PUT" });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
  });

  test.each(["password", "delete_account"])(
    "(%s) keepers of passwords are told whose it is",
    async (path) => {
      const page = await (await send(`/api/${path}`, { headers: { cookie: "name=Ann" } })).text();
      expect(page).toContain(
        '<input name="user" value="Ann" autocomplete="username" readonly hidden>',
      );
    },
  );

  test("change without a session leads to the login", async () => {
    const response = await change({}, { passwd: PASSWORD, new_passwd: NEW });
    const page = await response.text();
    expect(response.status).toBe(401);
    expect(page).toContain('action="/api/login"');
    expect(page).not.toContain(NEW);
  });
});

describe("the session", () => {
  const vote = (headers: Record<string, string>) =>
    asJson(post("/api/vote", { id: "t3_abc", dir: "1" }, { ...JSON_CLIENT, ...headers }));
  const NO_SESSION = error(401, "no_session");

  test("is needed for everything a person does", async () => {
    const names = ["vote", "submit", "del", "create_community", "comment", "editusertext"];
    const forms = [...names, "password"];
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
    expect(page).toContain('<a href="/login" target="_blank">');
  });
});

test("all that somebody wrote is asked for by a form, for whom a link from elsewhere led there", async () => {
  const page = await send("/api/export", { headers: { "sec-fetch-site": "cross-site" } });
  expect([page.status, sent]).toEqual([200, []]);
  expect(await page.text()).toContain('<form method="post" action="/api/export">');
  const asked = await post("/api/export", {}, alice);
  expect([asked.status, asked.headers.get("location")]).toEqual([303, "/me/export"]);
  expect(sent).toMatchObject([{ type: "export_requested", by: "Alice" }]);
});
