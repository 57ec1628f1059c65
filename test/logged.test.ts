/** The local server's database that says what it is asked. */
import { expect, it } from "vitest";
import { loggedDatabase } from "../src/store/logged.ts";
import { aSubmission } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { aCommunity } from "./memory/whole-site.ts";
import { consumeEvents } from "./whole-steps.ts";

it("every statement is printed once with its time, and answers as it would without", async () => {
  const lines: string[] = [];
  let clock = 0;
  const db = openMemoryD1();
  const logged = loggedDatabase(
    db,
    (line) => lines.push(line),
    () => clock++,
  );
  const post = aSubmission({ at: Date.UTC(2027, 0, 1) });
  const events = [aCommunity("programming"), post];
  const pace = { fast: 0, slow: 0, private: 0 };
  expect(await consumeEvents(logged, events, post.at, pace)).toEqual(["applied", "applied"]);
  expect(await db.prepare("SELECT count(*) AS n FROM post").first("n")).toBe(1);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.every((line) => /^SQL \d+ ms: \S/.test(line))).toBe(true);
  expect(lines.at(-1)).toMatch(/^SQL \d+ ms: batch of \d+: UPDATE site SET commit_number/);
});

it("a statement that fails is printed, too, and fails", async () => {
  const lines: string[] = [];
  const logged = loggedDatabase(openMemoryD1(), (line) => lines.push(line), Date.now);
  await expect(logged.prepare("SELECT nothing").first()).rejects.toThrow("syntax error");
  expect(lines).toEqual([expect.stringMatching(/^SQL \d+ ms: SELECT nothing$/)]);
});
