/** Intake in real workerd: what every form has in common: its headers, its body, its rate. */
import { describe, expect, test, vi } from "vitest";
import { FORMS } from "../../src/intake/forms.ts";
import { MAX_BODY_BYTES } from "../../src/model/limits.ts";
import {
  alice,
  aPerson,
  asJson,
  error,
  JSON_CLIENT,
  openIntake,
  post,
  SITE,
  script,
  send,
  sent,
  untilTooFast,
} from "./intake/desk.ts";

openIntake();

describe("every answer", () => {
  test.each([
    ["a redirect", "/api/logout", {}],
    ["an error page", "/api/vote", {}],
    ["a form shown again", "/api/login", {}],
    ["the login, for a comment", "/api/comment", { text: "Hi" }],
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

  test("one of Reddit's that is not here is missing in JSON, as any other .json is", async () => {
    const answer = await asJson(send("/api/info.json?id=t3_abc", {}));
    expect(answer).toEqual(error(404, "no_such_form", { path: "/api/info.json" }));
  });

  const forms = ["comment", "editusertext", "del"].map((form) => `/api/${form}`);
  test.each(forms)("%s is shown on GET and taken on POST, and nothing else", async (path) => {
    for (const method of ["PUT", "DELETE", "OPTIONS"]) {
      const response = await send(path, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    }
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
    ["Latin-1", "application/x-www-form-urlencoded", "id=t3_abc&dir=1&title=caf%E9"],
    ["bytes of Latin-1", "application/x-www-form-urlencoded", Buffer.from("id=caf\xe9", "latin1")],
    ["half a letter", "application/x-www-form-urlencoded", "id=t3_abc&title=%ED%A0%BD"],
  ])("refuses %s as malformed", async (_, type, body) => {
    const headers = { ...script, "content-type": type };
    const [status, answer] = await asJson(send("/api/vote", { method: "POST", headers, body }));
    expect([status, answer]).toMatchObject(error(400, "malformed"));
  });

  test("takes a percent sign that begins no code for what it is, as browsers read addresses", async () => {
    const headers = { ...script, "content-type": "application/x-www-form-urlencoded" };
    const text = "100% sure, %zz, %4, caf%C3%A9%";
    const body = `thing_id=t3_abc&text=${text}`;
    const [status] = await asJson(send("/api/editusertext", { method: "POST", headers, body }));
    expect(status).toBe(202);
    expect(sent).toMatchObject([{ text: "100% sure, %zz, %4, café%" }]);
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

  test("takes a percent sign in multipart for what it is", async () => {
    const body = new FormData();
    body.append("thing_id", "t3_abc");
    body.append("text", "100% sure, %41");
    await send("/api/editusertext", { method: "POST", headers: script, body });
    expect(sent).toMatchObject([{ text: "100% sure, %41" }]);
  });

  test("knows the type of a form in any case", async () => {
    const headers = {
      ...script,
      "content-type": "Application/X-WWW-Form-URLEncoded; charset=UTF-8",
    };
    const body = "id=t3_abc&dir=1";
    expect((await send("/api/vote", { method: "POST", headers, body })).status).toBe(202);
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

  test.each(["%", "%zz=%00", "id=%00&dir=%c3%a9", "&&==&", "%00".repeat(2_000)])(
    "reads %s without breaking",
    async (body) => {
      const headers = { ...script, "content-type": "application/x-www-form-urlencoded" };
      const names = [
        "vote",
        "submit",
        "login",
        "create_community",
        "comment",
        "editusertext",
        "del",
      ];
      for (const path of names.map((name) => `/api/${name}`)) {
        const { status } = await send(path, { method: "POST", headers, body });
        expect(status).toBe(422);
      }
    },
  );

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

  test("counts every form but the logout, with those that cost as much", async () => {
    const counted = {
      account: new Set<string>(),
      submit: new Set<string>(),
      vote: new Set<string>(),
    };
    for (const { path } of FORMS) {
      const name = path.slice("/api/".length);
      const refuseAll = (names: Set<string>) => ({
        limit: async () => ({ success: !names.add(name) }),
      });
      const { status } = await post(path, {}, script, {
        ...on,
        ACCOUNT_LIMITER: refuseAll(counted.account),
        SUBMIT_LIMITER: refuseAll(counted.submit),
        VOTE_LIMITER: refuseAll(counted.vote),
      });
      expect([name, status]).toEqual([name, name === "logout" ? 202 : 429]);
    }
    expect(counted).toEqual({
      account: new Set(["register", "login", "password", "delete_account"]),
      submit: new Set(["submit", "comment", "editusertext", "create_community", "report"]),
      vote: new Set([
        ...["vote", "del", "save", "unsave", "hide", "unhide", "read_all_messages", "export"],
        ...["remove", "approve", "lock", "unlock", "ban", "unban", "moderator"],
      ]),
    });
  });

  test("refuses the eleventh community of a minute, whoever else is quiet", async () => {
    const [founded, refused] = await untilTooFast(async (round) => {
      const founder = { ...(await aPerson(`founder${round}`)), ...JSON_CLIENT };
      return () => post("/api/create_community", {}, founder, on);
    });
    expect([founded, await asJson(refused)]).toEqual([10, error(429, "too_fast", { seconds: 60 })]);
    const bob = await aPerson("bob");
    const response = await post("/api/create_community", {}, { ...bob, ...JSON_CLIENT }, on);
    expect(response.status).toBe(422);
  });

  test("counts logins by address, and says when to come back", async () => {
    const login = (address: string) => post("/api/login", {}, { "cf-connecting-ip": address }, on);
    const [tried, refused] = await untilTooFast(async (n) => () => login(`192.0.2.${n}`));
    expect([tried, refused.status]).toEqual([20, 429]);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await login("198.51.100.1")).status).toBe(422);
  });

  test("counts the addresses of one IPv6 network together", async () => {
    const login = (address: string) => post("/api/login", {}, { "cf-connecting-ip": address }, on);
    const [tried, refused] = await untilTooFast(async (n) => {
      let host = 0;
      return () => login(`2001:db8:0:${n + 1}::${++host}`);
    });
    expect([tried, refused.status]).toEqual([20, 429]);
    expect((await login("2001:db8:1::1")).status).toBe(422);
  });
});
