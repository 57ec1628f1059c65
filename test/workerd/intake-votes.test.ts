/** Intake in real workerd: votes and deletions, of posts and of comments. */
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
  sent,
} from "./intake/desk.ts";

openIntake();

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

  test("on a comment becomes an event of its own", async () => {
    expect(await vote({ id: "t1_c4x", dir: "-1" })).toEqual([202, { id: "t1_c4x" }]);
    const event = { type: "comment_voted", by: "Alice", comment: "c4x", value: -1 };
    expect(parseEvent(sent[0])).toMatchObject(event);
  });

  test.each([
    [{ dir: "1" }, "id_missing", { field: "id" }],
    [{ id: "abc", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t3_", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t3_ABC", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t1_", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t1_t3_abc", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t2_alice", dir: "1" }, "id_invalid", { field: "id" }],
    [{ id: "t5_programming", dir: "1" }, "id_invalid", { field: "id" }],
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

  test.each(["Application/JSON", "application/json; charset=utf-8", "text/plain,application/json"])(
    "is answered in JSON to who accepts %s",
    async (accept) => {
      const response = await post("/api/vote", { id: "t3_abc", dir: "1" }, { ...alice, accept });
      expect(await asJson(response)).toEqual([202, { id: "t3_abc" }]);
    },
  );

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

  test.each([
    [`${SITE}/r/programming/new?x=1`, "/r/programming/new?x=1"],
    [`${SITE}/r/x"><script>`, "/r/x%22%3E%3Cscript%3E"],
    ["https://evil.example/", "/"],
  ])("without a session, from %s, leads to the login and back to %s", async (referer, dest) => {
    const response = await post("/api/vote", { id: "t3_abc", dir: "1" }, { referer });
    expect(response.status).toBe(401);
    const page = await response.text();
    expect(page).toContain("You are not logged in");
    expect(page).toContain('<form method="post" action="/api/login">');
    expect(page).toContain(`<input type="hidden" name="dest" value="${dest}">`);
    expect(page).toContain(`<a href="${dest}">Go back</a>`);
    expect(page).not.toContain("What you wrote");
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

  test("of a comment becomes an event of its own", async () => {
    const answer = await asJson(post("/api/del", { id: "t1_c4x" }, script));
    expect(answer).toEqual([202, { id: "t1_c4x" }]);
    const event = { type: "comment_deleted", by: "Alice", comment: "c4x" };
    expect(parseEvent(sent[0])).toMatchObject(event);
  });

  test.each([
    ["the page it was sent from", {}, "/comments/abc"],
    ["the page its form came from", { dest: "/user/alice" }, "/user/alice"],
    ["nowhere else", { dest: "//evil.example" }, "/"],
  ])("leads a browser back to %s", async (_, fields, location) => {
    const headers = { ...alice, referer: `${SITE}/comments/abc` };
    const response = await post("/api/del", { id: "t1_c4x", ...fields }, headers);
    expect([response.status, response.headers.get("location")]).toEqual([303, location]);
  });

  test.each([
    [{}, "id_missing"],
    [{ id: "t5_programming" }, "id_invalid"],
    [{ id: "t1_../../x" }, "id_invalid"],
  ])("refuses %j", async (fields, reason) => {
    const answer = await asJson(post("/api/del", fields as Fields, script));
    expect(answer).toEqual(error(422, reason, { field: "id" }));
  });
});
