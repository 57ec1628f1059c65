/** Intake in real workerd: what moderators send, and the end of an account. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/queue/events.ts";
import {
  alice,
  aPerson,
  asJson,
  brokenQueue,
  cookiesOf,
  error,
  type Fields,
  openIntake,
  PASSWORD,
  post,
  script,
  send,
  sent,
} from "./intake/desk.ts";

openIntake();

function lastEvent() {
  const event = sent.at(-1);
  expect(parseEvent(event)).toEqual(event);
  return event;
}

describe("what moderators do with a thing", () => {
  test.each([
    [
      "/api/remove",
      { id: "t3_abc", reason: " off  topic " },
      { type: "post_judged", post: "abc", verdict: "removed", reason: "off topic" },
    ],
    [
      "/api/remove",
      { id: "t1_c4x", spam: "true" },
      { type: "comment_judged", comment: "c4x", verdict: "spam", reason: "" },
    ],
    ["/api/remove", { id: "t1_c4x", spam: "True" }, { verdict: "spam" }],
    ["/api/remove", { id: "t1_c4x", spam: "on" }, { verdict: "spam" }],
    ["/api/remove", { id: "t1_c4x", spam: "false" }, { verdict: "removed" }],
    ["/api/approve", { id: "t1_c4x" }, { type: "comment_judged", verdict: "approved" }],
    [
      "/api/lock",
      { id: "t3_abc", reason: "enough" },
      { type: "post_locked", post: "abc", isLocked: true, reason: "enough" },
    ],
    ["/api/unlock", { id: "t3_abc" }, { type: "post_locked", isLocked: false }],
  ])("%s %j becomes an event", async (path, fields, event) => {
    const answer = await asJson(post(path, fields as unknown as Fields, script));
    expect(answer).toEqual([202, { id: fields.id }]);
    expect(lastEvent()).toMatchObject({ by: "Alice", ...event });
  });

  test.each([
    ["/api/remove", {}, "id_missing", { field: "id" }],
    ["/api/remove", { id: "abc" }, "id_invalid", { field: "id" }],
    [
      "/api/approve",
      { id: "t3_abc", reason: "r".repeat(301) },
      "reason_too_long",
      { field: "reason", chars: 301, max: 300 },
    ],
    ["/api/lock", { id: "t1_c4x" }, "id_invalid", { field: "id" }],
    [
      "/api/remove",
      { id: "t1_c4x", spam: "maybe" },
      "spam_invalid",
      { field: "spam", allowed: ["true", "false"] },
    ],
  ])("%s refuses %j", async (path, fields, reason, numbers) => {
    const answer = await asJson(post(path, fields as unknown as Fields, script));
    expect(answer).toEqual(error(422, reason, numbers));
    expect(sent).toEqual([]);
  });

  test("needs a session, and leads back to where the button was", async () => {
    const fields = { id: "t3_abc", dest: "/r/programming/about/reports" };
    expect((await post("/api/approve", fields)).status).toBe(401);
    const response = await post("/api/approve", fields, alice);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(fields.dest);
  });

  test("has a page for who has no script, with everything escaped", async () => {
    const page = await send('/api/remove?id=t3_abc&reason="><b>', {});
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('action="/api/remove"');
    expect(html).not.toContain("<b>");
    const thing = await (await send("/api/thing?id=t3_abc", {})).text();
    for (const path of ["/api/remove", "/api/approve", "/api/lock", "/api/unlock"]) {
      expect(thing).toContain(path);
    }
  });
});

describe("roles", () => {
  test.each([
    ["/api/ban", {}, { kind: "banned", isSet: true }],
    ["/api/unban", {}, { kind: "banned", isSet: false }],
    ["/api/moderator", {}, { kind: "moderator", isSet: true }],
    ["/api/moderator", { unset: "true" }, { kind: "moderator", isSet: false }],
    ["/api/moderator", { unset: "1" }, { kind: "moderator", isSet: false }],
  ])("%s %j becomes an event with the names as registered", async (path, more, event) => {
    await aPerson("Dora");
    sent.length = 0;
    const fields = { sr: "programming", user: "dORA", reason: "why", ...more };
    expect(await asJson(post(path, fields, script))).toEqual([202, { id: "t2_dora" }]);
    const named = { community: "Programming", person: "Dora", reason: "why" };
    expect(lastEvent()).toMatchObject({ type: "role_set", by: "Alice", ...named, ...event });
  });

  test.each([
    ["r/programming", "u/dora"],
    ["/r/Programming", "/u/Dora"],
    [" R/programming ", " U/dora "],
    ["/r/programming/", "/u/dora/"],
    ["programming/", "/dora"],
  ])("take names as the site writes them: %s, %s", async (sr, user) => {
    await aPerson("Dora");
    sent.length = 0;
    expect((await asJson(post("/api/ban", { sr, user }, script)))[0]).toBe(202);
    expect(lastEvent()).toMatchObject({ community: "Programming", person: "Dora" });
  });

  test.each([
    ["u/programming", "Alice"],
    ["programming", "r/Alice"],
    ["r/r/programming", "Alice"],
    ["r/programming/new", "Alice"],
    ["//r/programming", "Alice"],
    ["pror/gramming", "Alice"],
  ])("take no others: %s, %s", async (sr, user) => {
    expect((await asJson(post("/api/ban", { sr, user }, script)))[0]).toBe(404);
    expect(sent).toEqual([]);
  });

  test("need a community and a person that exist", async () => {
    const ban = (fields: Fields) => asJson(post("/api/ban", fields, script));
    const nowhere = { field: "sr", name: "nowhere" };
    expect(await ban({ sr: "nowhere", user: "Alice" })).toEqual(
      error(404, "no_such_community", nowhere),
    );
    expect(await ban({ sr: "programming", user: "nobody1" })).toEqual(
      error(404, "no_such_person", { field: "user", name: "nobody1" }),
    );
    expect(sent).toEqual([]);
  });

  test.each(["ban", "unban", "moderator"])("/api/%s has a page", async (path) => {
    const html = await (await send(`/api/${path}?sr=programming`, {})).text();
    expect(html).toContain(`action="/api/${path}"`);
    expect(html).toContain('value="programming"');
  });
});

/** Dies before the last thing that the end of an account does. */
const cutOff = {
  prepare(sql: string) {
    if (sql.includes("password = NULL")) throw new Error("cut off");
    return env.ACCOUNTS.prepare(sql);
  },
} as unknown as typeof env.ACCOUNTS;

describe("the end of an account", () => {
  const leave = (fields: Fields, headers: Record<string, string>) =>
    post("/api/delete_account", fields, headers);

  test.each(["keep", "delete"])("with posts=%s ends its sessions and its name", async (posts) => {
    const dora = await aPerson("Dora");
    const response = await leave({ passwd: PASSWORD, posts }, dora);
    expect(response.status).toBe(303);
    expect(cookiesOf(response)).toContain("session=");
    expect(cookiesOf(response)).not.toMatch(/session=\w/);
    expect(lastEvent()).toMatchObject({ type: "account_deleted", by: "Dora", epoch: 1, posts });
    expect((await post("/api/vote", { id: "t3_abc", dir: "1" }, dora)).status).toBe(401);
    expect((await post("/api/login", { user: "Dora", passwd: PASSWORD })).status).toBe(401);
    expect((await post("/api/register", { user: "dora", passwd: PASSWORD })).status).toBe(409);
  });

  test("needs the password and a choice", async () => {
    const wrong = await asJson(leave({ passwd: "not this one", posts: "keep" }, script));
    expect(wrong).toEqual(error(401, "wrong_password", { field: "passwd" }));
    const allowed = ["keep", "delete"];
    const unclear = await asJson(leave({ passwd: PASSWORD, posts: "burn" }, script));
    expect(unclear).toEqual(error(422, "posts_invalid", { field: "posts", allowed }));
    expect(await asJson(leave({ passwd: PASSWORD }, script))).toEqual(
      error(422, "posts_missing", { field: "posts" }),
    );
    expect(sent).toEqual([]);
    const row = await env.ACCOUNTS.prepare(
      "SELECT password IS NULL AS gone, session_epoch FROM account WHERE name_key = 'alice'",
    ).first();
    expect(row).toEqual({ gone: 0, session_epoch: 0 });
  });

  test("does not happen while the queue is down", async () => {
    const fields = { passwd: PASSWORD, posts: "keep" };
    const response = await post("/api/delete_account", fields, alice, { EVENTS: brokenQueue });
    expect(response.status).toBe(503);
    expect((await post("/api/vote", { id: "t3_abc", dir: "1" }, alice)).status).toBe(303);
  });

  test("that is cut off leaves an account of which nothing but its end is accepted", async () => {
    const fields = { passwd: PASSWORD, posts: "delete" };
    const eve = await aPerson("Eve");
    const cut = await post("/api/delete_account", fields, eve, { ACCOUNTS: cutOff });
    expect(cut.status).toBe(500);
    expect(lastEvent()).toMatchObject({ type: "account_deleted", epoch: 1 });
    expect((await leave(fields, eve)).status).toBe(401);
    const login = await post("/api/login", { user: "Eve", passwd: PASSWORD });
    const again = { cookie: cookiesOf(login), accept: "application/json" };
    const vote = await asJson(post("/api/vote", { id: "t3_abc", dir: "1" }, again));
    expect(vote).toEqual(error(403, "account_closing"));
    expect(lastEvent()).toMatchObject({ type: "account_deleted", epoch: 1 });
    const down = await post("/api/delete_account", fields, again, { EVENTS: brokenQueue });
    expect(down.status).toBe(503);
    const last = {
      ...again,
      cookie: cookiesOf(await post("/api/login", { user: "Eve", passwd: PASSWORD })),
    };
    expect(await asJson(post("/api/vote", { id: "t3_abc", dir: "1" }, last))).toEqual(vote);
    expect((await leave(fields, last)).status).toBe(202);
    expect(lastEvent()).toMatchObject({ type: "account_deleted", by: "Eve", epoch: 3 });
    expect((await post("/api/login", { user: "Eve", passwd: PASSWORD })).status).toBe(401);
  });

  test("has a page that asks what becomes of the posts", async () => {
    const html = await (await send("/api/delete_account", {})).text();
    expect(html).toContain('name="posts" value="keep"');
    expect(html).toContain('name="posts" value="delete"');
  });
});
