/** The session token: what is accepted as one, and for how long. */
import { expect, test } from "vitest";
import { signSession, verifySession } from "../src/model/session.ts";

const SECRET = "a secret of the tests, long enough";
const ALICE = { name: "Alice_-1", epoch: 3, expires: 2_000 };

test("a session is read back until the second it expires", async () => {
  const token = await signSession(SECRET, ALICE);
  expect(await verifySession(SECRET, token, 1_999)).toEqual(ALICE);
  expect(await verifySession(SECRET, token, 2_000)).toBeNull();
});

test("what the secret has signed for another purpose is no session", async () => {
  const token = await signSession(SECRET, ALICE, "operator");
  expect(await verifySession(SECRET, token, 0)).toBeNull();
  expect(await verifySession(SECRET, token, 0, "operator")).toEqual(ALICE);
  expect(await verifySession(SECRET, await signSession(SECRET, ALICE), 0, "operator")).toBeNull();
});

test("a session of another secret is none", async () => {
  const token = await signSession("another secret, just as long as it", ALICE);
  expect(await verifySession(SECRET, token, 0)).toBeNull();
});

test.each([
  ["another name", (token: string) => token.replace("Alice", "Bobby")],
  ["another epoch", (token: string) => token.replace(".3.", ".4.")],
  ["a later end", (token: string) => token.replace(".2000.", ".9000.")],
  ["no signature", (token: string) => token.slice(0, -64)],
  ["a shorter signature", (token: string) => token.slice(0, -2)],
  [
    "a signature in capitals",
    (token: string) => token.slice(0, -64) + token.slice(-64).toUpperCase(),
  ],
  ["something behind it", (token: string) => `${token}\n`],
  ["nothing", () => ""],
])("a token with %s is no session", async (_, tamper) => {
  const token = await signSession(SECRET, ALICE);
  expect(await verifySession(SECRET, tamper(token), 0)).toBeNull();
});

test.each(["", "x".repeat(31)])("a short secret is a mistake, and says so: %j", async (secret) => {
  await expect(verifySession(secret, await signSession(SECRET, ALICE), 0)).rejects.toThrow();
  await expect(signSession(secret, ALICE)).rejects.toThrow("SESSION_SECRET must have at least 32");
});
