/** Intake on the free plan: passwords are hashed in Durable Objects, as elsewhere. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { IntakeEnv } from "../../src/bindings.ts";
import { asJson, error, JSON_CLIENT, openIntake, PASSWORD, post } from "./intake/desk.ts";

openIntake();

/** Which objects were asked. */
const asked: string[] = [];
const FREE: Partial<IntakeEnv> = {
  PLAN: "free",
  HASHERS: {
    getByName: (name: string) => {
      asked.push(name);
      return env.HASHERS.getByName(name);
    },
  } as unknown as IntakeEnv["HASHERS"],
};

const log = (user: string, passwd: string, plan: Partial<IntakeEnv>) =>
  asJson(post("/api/login", { user, passwd }, JSON_CLIENT, plan));

test("an account that is registered there is opened by its password, and by no other", async () => {
  const fields = { user: "Bob", passwd: PASSWORD };
  expect((await asJson(post("/api/register", fields, JSON_CLIENT, FREE)))[0]).toBe(202);
  expect(await log("bob", PASSWORD, FREE)).toEqual([202, { id: "t2_bob" }]);
  expect(await log("bob", `${PASSWORD}!`, FREE)).toEqual(error(401, "wrong_login"));
  expect(await log("nobody-at-all", PASSWORD, FREE)).toEqual(error(401, "wrong_login"));
  expect(asked).toHaveLength(4);
});

test("the hashes are the same on both plans", async () => {
  await post("/api/register", { user: "Free-1", passwd: PASSWORD }, {}, FREE);
  await post("/api/register", { user: "Paid-1", passwd: PASSWORD });
  expect((await log("Free-1", PASSWORD, {}))[0]).toBe(202);
  expect((await log("Paid-1", PASSWORD, FREE))[0]).toBe(202);
});

test("a new password, and the end of an account, go the same way", async () => {
  const opened = await post("/api/register", { user: "Cleo", passwd: PASSWORD }, {}, FREE);
  const cookie = opened.headers.getSetCookie().map((each) => each.split(";")[0]);
  const script = { ...JSON_CLIENT, cookie: cookie.join("; ") };
  asked.length = 0;
  const changed = { passwd: PASSWORD, new_passwd: "another horse" };
  const answer = await post("/api/password", changed, script, FREE);
  expect(answer.status).toBe(202);
  const again = answer.headers.getSetCookie().map((each) => each.split(";")[0]);
  const ended = { passwd: "another horse", posts: "keep" };
  const last = { ...script, cookie: again.join("; ") };
  expect((await post("/api/delete_account", ended, last, FREE)).status).toBe(202);
  expect(asked).toHaveLength(2);
  expect(new Set(asked).size).toBe(1);
});

test("names are spread over eight objects, one name is always with the same", async () => {
  const hashers = new Set<string>();
  const quick = {
    getByName: (name: string) => {
      asked.push(name);
      return { check: async () => false };
    },
  } as unknown as IntakeEnv["HASHERS"];
  for (let n = 0; n < 16; n++) {
    asked.length = 0;
    await log(`person-${n}`, PASSWORD, { PLAN: "free", HASHERS: quick });
    await log(`PERSON-${n}`, PASSWORD, { PLAN: "free", HASHERS: quick });
    expect(new Set(asked).size).toBe(1);
    hashers.add(String(asked[0]));
  }
  expect(hashers.size).toBe(8);
});

test("the paid plan asks none", async () => {
  asked.length = 0;
  const { HASHERS } = FREE;
  expect((await log("Alice", PASSWORD, { HASHERS } as Partial<IntakeEnv>))[0]).toBe(202);
  expect(asked).toEqual([]);
});
