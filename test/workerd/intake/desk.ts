/** What every test of intake needs: the application over real D1, a queue that shows, a person. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, expect, vi } from "vitest";
import type { IntakeEnv } from "../../../src/bindings.ts";
import { createIntake } from "../../../src/intake/app.ts";

export type Fields = Record<string, string> | [string, string][];

export const SITE = "https://cairn.example";
export const PASSWORD = "correct horse";
export const NOW_MS = Date.parse("2026-11-20T12:00:00Z");
export const JSON_CLIENT = { accept: "application/json" };

export const clock = { nowMs: NOW_MS };
/** What the queue was given since the test began. */
export const sent: unknown[] = [];
export const intake = createIntake({ now: () => clock.nowMs, random: Math.random });

/** The real bindings, with a queue that shows what it was given. */
export const bindings: IntakeEnv = {
  EVENTS: aQueue(async (event) => void sent.push(event)),
  ACCOUNTS: env.ACCOUNTS,
  SESSION_SECRET: env.SESSION_SECRET,
  PLAN: "paid",
  HASHERS: env.HASHERS,
  RATE_LIMITS: "off",
  ACCOUNT_LIMITER: env.ACCOUNT_LIMITER,
  SUBMIT_LIMITER: env.SUBMIT_LIMITER,
  VOTE_LIMITER: env.VOTE_LIMITER,
};

export const brokenQueue = aQueue(() => Promise.reject(new Error("queue down")));

export function aQueue(send: (event: unknown) => Promise<void>): IntakeEnv["EVENTS"] {
  const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } };
  return {
    send: async (event) => {
      await send(event);
      return { metadata };
    },
  };
}

export function post(
  path: string,
  fields: Fields,
  headers: Record<string, string> = {},
  changed: Partial<IntakeEnv> = {},
): Promise<Response> {
  const init = { method: "POST", headers, body: new URLSearchParams(fields) };
  return send(path, init, changed);
}

export async function send(
  path: string,
  init: RequestInit,
  changed: Partial<IntakeEnv> = {},
): Promise<Response> {
  return intake.request(SITE + path, init, { ...bindings, ...changed });
}

/** The answer to a script: status and body. */
export async function asJson(response: Response | Promise<Response>): Promise<[number, unknown]> {
  const answer = await response;
  return [answer.status, await answer.json()];
}

export function error(status: number, reason: string, numbers: object = {}): [number, unknown] {
  return [status, { error: { reason, ...numbers } }];
}

/** Registers somebody new; the headers of their later forms. */
export async function aPerson(user: string): Promise<{ readonly cookie: string }> {
  const response = await post("/api/register", { user, passwd: PASSWORD });
  expect(response.status).toBe(303);
  return { cookie: cookiesOf(response) };
}

/**
 * How many requests were let through before one was refused as too fast, and that answer. Local
 * rate limits count by minutes of the real clock: if one ends meanwhile, somebody new asks again.
 */
export async function untilTooFast(
  someone: (round: number) => Promise<() => Promise<Response>>,
): Promise<[number, Response]> {
  const minute = () => Math.floor(Date.now() / 60_000);
  for (let round = 0; ; round++) {
    const ask = await someone(round);
    const began = minute();
    let letThrough = 0;
    let answer = await ask();
    for (; answer.status === 422 && letThrough < 100; letThrough++) answer = await ask();
    if (minute() === began) return [letThrough, answer];
  }
}

export function cookiesOf(response: Response): string {
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  return cookies.join("; ");
}

async function aCommunity(name: string): Promise<void> {
  await env.ACCOUNTS.prepare("INSERT INTO community VALUES (?1, ?2, 'alice', 0)")
    .bind(name.toLowerCase(), name)
    .run();
}

/** Of Alice's browser, and of her script. */
export let alice: { readonly cookie: string };
export let script: Readonly<Record<string, string>>;

/** Called once by every file: Alice is there, and nothing else is left of the test before. */
export function openIntake(): void {
  beforeAll(async () => {
    alice = await aPerson("Alice");
    script = { ...alice, ...JSON_CLIENT };
  });
  beforeEach(async () => {
    vi.restoreAllMocks();
    clock.nowMs = NOW_MS;
    sent.length = 0;
    await env.ACCOUNTS.batch([
      env.ACCOUNTS.prepare("DELETE FROM account WHERE name_key <> 'alice'"),
      env.ACCOUNTS.prepare("UPDATE account SET session_epoch = 0"),
      env.ACCOUNTS.prepare("DELETE FROM community"),
    ]);
    await aCommunity("Programming");
  });
}
