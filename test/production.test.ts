/**
 * What production is set to (wrangler.toml): nothing runs with it here, so nothing else would notice a
 * number that is wrong. It is held against what runs locally, and against what the README promises.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@cloudflare/workers-types";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { receiveEvents } from "../src/consumer/receive.ts";
import * as world from "./faults/world.ts";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

interface QueueConsumer {
  readonly queue: string;
  readonly max_batch_size: number;
  readonly max_batch_timeout: number;
  readonly max_retries: number;
  readonly retry_delay?: number;
  readonly max_concurrency?: number;
  readonly dead_letter_queue?: string;
}

interface Environment {
  readonly vars?: Readonly<Record<string, string>>;
  readonly triggers?: { readonly crons: readonly string[] };
  readonly ratelimits?: readonly {
    readonly name: string;
    readonly namespace_id: string;
    readonly simple: { readonly limit: number; readonly period: number };
  }[];
  readonly queues?: {
    readonly producers?: readonly { readonly queue: string }[];
    readonly consumers?: readonly QueueConsumer[];
  };
}

function read(path: string): string {
  return readFileSync(join(import.meta.dirname, "..", path), "utf8");
}

const README = read("README.md");
const { env: ENVIRONMENTS } = parse(read("wrangler.toml")) as unknown as {
  readonly env: Readonly<Record<"reader" | "assets" | "intake" | "consumer" | "dev", Environment>>;
};
const { reader, intake, consumer, dev } = ENVIRONMENTS;
const QUEUES = consumer.queues?.consumers ?? [];

function queueOf(name: string): QueueConsumer {
  const found = QUEUES.find(({ queue }) => queue === name);
  if (!found) throw new Error(`nobody consumes ${name}`);
  return found;
}

/** Every number that the README has in the place of the one group of this. */
function told(pattern: RegExp): readonly number[] {
  return [...README.matchAll(pattern)].map(([, number]) => Number(number));
}

/** What the consumer asks for each time that it could not apply an event. */
async function delaysOf(attempts: number): Promise<readonly number[]> {
  const delays: number[] = [];
  const retry = ({ delaySeconds }: { delaySeconds: number }) => delays.push(delaySeconds);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const message = { id: "a", body: 1, attempts: attempt, retry } as unknown as Message;
    await receiveEvents([message], {
      applyMessages: async () => ({ fates: ["failed"], pending: null }),
    });
  }
  return delays;
}

describe("the queues of production", () => {
  it("are the local ones, but for how long a batch is waited for, and how many come at once", () => {
    const alike = ({ max_batch_timeout, max_concurrency, ...rest }: QueueConsumer) => rest;
    expect(QUEUES.map(alike)).toEqual(dev.queues?.consumers?.map(alike));
  });

  it("are those that somebody sends to, and that the consumer knows", () => {
    const names = QUEUES.map(({ queue }) => queue).sort();
    const senders = [intake, consumer].flatMap(({ queues }) => queues?.producers ?? []);
    const letters = QUEUES.flatMap(({ dead_letter_queue: name }) => (name ? [name] : []));
    const sentTo = new Set([...senders.map(({ queue }) => queue), ...letters]);
    expect([...sentTo].sort()).toEqual(names);
    const known = read("src/consumer/work-off.ts").matchAll(/_QUEUE = "(.+)"/g);
    expect([...known].map(([, name]) => name).sort()).toEqual(names);
  });

  it("keep what they gave up on, but for bells, which cron makes good, and what was kept so", () => {
    const letters = QUEUES.map(({ queue, dead_letter_queue }) => [queue, dead_letter_queue]);
    expect(Object.fromEntries(letters)).toEqual({
      "cairn-events": "cairn-dead",
      "cairn-publish": undefined,
      "cairn-dead": undefined,
    });
  });

  it("bring an event that cannot be applied again as often, and for as long, as the README says", async () => {
    const { max_retries } = queueOf("cairn-events");
    expect(told(/becomes a dead letter.* has failed (\d+) times/g)).toEqual([max_retries]);
    const delays = await delaysOf(max_retries);
    expect(delays.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600]);
    const seconds = delays.reduce((sum, delay) => sum + delay, 0);
    const hours = told(/come again for (\d+) hours/g);
    expect(hours.length).toBeGreaterThan(1);
    expect(new Set(hours)).toEqual(new Set([Math.floor(seconds / HOUR_SECONDS)]));
  });

  it("bring an event at which the consumer dies again as often, and for as long, as the README says", () => {
    const { max_retries, retry_delay = 0 } = queueOf("cairn-events");
    const hours = Math.floor((max_retries * retry_delay) / HOUR_SECONDS);
    const [, ...numbers] =
      /again after (\d+) minutes, (\d+) times: events have some (\d+) hours/.exec(README) ?? [];
    expect(numbers.map(Number)).toEqual([retry_delay / 60, max_retries, hours]);
    expect(told(/or for (\d+) if new code dies/g)).toEqual([hours]);
  });

  it("bring a dead letter at which it dies again for as long as they keep a message", () => {
    const { max_retries, retry_delay = 0 } = queueOf("cairn-dead");
    expect(max_retries * retry_delay).toBeGreaterThanOrEqual(4 * DAY_SECONDS);
  });

  it("bring events to one invocation at a time: of two commits at once one begins again", () => {
    const most = QUEUES.map(({ queue, max_concurrency }) => [queue, max_concurrency]);
    expect(most).toEqual([
      ["cairn-events", 1],
      ["cairn-publish", undefined],
      ["cairn-dead", undefined],
    ]);
  });

  it("keep nobody waiting for longer than a second because others may follow", () => {
    expect(queueOf("cairn-events").max_batch_timeout).toBeLessThanOrEqual(1);
    expect(queueOf("cairn-publish").max_batch_timeout).toBeLessThanOrEqual(1);
  });

  it("are what surrounds the consumer in test/faults", () => {
    const { MAX_BATCH, MAX_RETRIES, RETRY_DELAY_SECONDS, MAX_BELL_RETRIES, PACE } = world;
    expect(queueOf("cairn-events")).toMatchObject({
      max_batch_size: MAX_BATCH,
      max_retries: MAX_RETRIES,
      retry_delay: RETRY_DELAY_SECONDS,
    });
    expect(queueOf("cairn-publish")).toMatchObject({
      max_batch_size: MAX_BATCH,
      max_retries: MAX_BELL_RETRIES,
    });
    expect(dev.vars).toMatchObject({
      FAST_LANE_SECONDS: String(PACE.fast / 1000),
      SLOW_LANE_SECONDS: String(PACE.slow / 1000),
      PRIVATE_LANE_SECONDS: String(PACE.private / 1000),
    });
  });
});

describe("cron", () => {
  it("comes once a minute, to the consumer and to nobody else", () => {
    const crons = Object.entries(ENVIRONMENTS).map(([name, { triggers }]) => [name, triggers]);
    const everyMinute = { crons: ["* * * * *"] };
    expect(Object.fromEntries(crons)).toEqual({
      reader: undefined,
      assets: undefined,
      intake: undefined,
      consumer: everyMinute,
      dev: everyMinute,
    });
    expect(world.CRON_MS).toBe(60_000);
  });
});

describe("rate limits", () => {
  const limiters = intake.ratelimits ?? [];
  const limitOf = (name: string) => limiters.find((each) => each.name === name)?.simple.limit;

  it("are on until somebody lifts them", () => {
    expect([intake.vars?.RATE_LIMITS, dev.vars?.RATE_LIMITS]).toEqual(["on", "on"]);
  });

  it("are those that hold locally", () => {
    expect(limiters).toEqual(dev.ratelimits);
  });

  it("are a minute's, as what is refused says, and share no count", () => {
    expect(new Set(limiters.map(({ simple }) => simple.period))).toEqual(new Set([60]));
    const counts = new Set(limiters.map(({ namespace_id }) => namespace_id));
    expect(counts.size).toBe(limiters.length);
  });

  it("are in the README as wrangler.toml has them", () => {
    const rows = README.matchAll(/^\| rates, per minute and (\w+).*? \| (.+) \|$/gm);
    const rates = [...rows].map(([, whose, rate = ""]) => [
      whose,
      [...rate.matchAll(/(\d+) \w+/g)].map(([, limit]) => Number(limit)),
    ]);
    const account = limitOf("ACCOUNT_LIMITER");
    expect(Object.fromEntries(rates)).toEqual({
      address: [account],
      person: [limitOf("SUBMIT_LIMITER"), limitOf("VOTE_LIMITER"), account],
    });
  });
});

describe("what an isolate has read", () => {
  it("it keeps for a second at most: the front cache is purged of what is gone two seconds after", () => {
    expect(Number(reader.vars?.KEEP_MS)).toBeLessThanOrEqual(1000);
    expect(Number(dev.vars?.KEEP_MS)).toBeLessThanOrEqual(1000);
  });
});
