/** What the queue gave up on, while the database is away: nothing comes after the last attempt. */
import type { Message } from "@cloudflare/workers-types";
import { expect, it, vi } from "vitest";
import { receiveDeadLetters } from "../src/consumer/receive.ts";

const DAY_SECONDS = 86_400;

function aMessage(attempts: number, answers: unknown[]) {
  const retry = (options: unknown) => answers.push(options);
  return {
    id: "a",
    body: 1,
    attempts,
    ack: () => answers.push("ack"),
    retry,
  } as unknown as Message;
}

async function answersTo(...attempts: number[]) {
  const answers: unknown[] = [];
  vi.spyOn(console, "error").mockReturnValue();
  const keepDeadLetters = () => Promise.reject(new Error("away"));
  const messages = attempts.map((attempt) => aMessage(attempt, answers));
  await receiveDeadLetters(messages, { keepDeadLetters });
  return answers;
}

it("each comes again later and later, and that is said", async () => {
  expect(await answersTo(1, 3, 50)).toEqual([1, 4, 3600].map((delaySeconds) => ({ delaySeconds })));
  expect(console.error).toHaveBeenCalled();
});

it("a hundred attempts last as long as a queue keeps a message, nearly", async () => {
  const attempts = Array.from({ length: 100 }, (_, index) => index + 1);
  const answers = (await answersTo(...attempts)) as { delaySeconds: number }[];
  const seconds = answers.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0);
  expect(seconds).toBeGreaterThan(3.5 * DAY_SECONDS);
  expect(seconds).toBeLessThan(4 * DAY_SECONDS);
});
