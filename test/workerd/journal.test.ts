/** The journal of the local server, on the real D1: what is in it when the server is killed. */
import { createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import consumer from "../../src/consumer/worker.ts";
import {
  consumeJournaled,
  journaledQueue,
  type Producer,
  sendJournalAgain,
} from "../../src/dev/journal.ts";
import type { EventId, PostId } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { walkJournal } from "../../src/store/journal.ts";
import { anEarlyVote, anId, aSubmission, aVote } from "../makers.ts";

beforeEach(async () => {
  await env.JOURNAL.prepare("DELETE FROM accepted").run();
});

function aQueue(send: (event: unknown) => unknown): Producer {
  return {
    async send(event) {
      await send(event);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    },
  };
}

async function journal(): Promise<unknown[]> {
  return Array.fromAsync(walkJournal(env.JOURNAL));
}

async function accept(...events: readonly CairnEvent[]): Promise<void> {
  const queue = journaledQueue(
    aQueue(() => undefined),
    env.JOURNAL,
  );
  for (const event of events) await queue.send(event);
}

function deliver(queue: string, bodies: readonly unknown[]): Promise<void> {
  const messages = bodies.map((body) => ({
    id: anId(),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  return consumeJournaled(createMessageBatch(queue, messages), env.JOURNAL, (batch) =>
    consumer.queue(batch, env),
  );
}

function community(name: string): CairnEvent {
  const base = { version: 1, id: anId() as EventId, at: Date.now(), by: "ann" } as const;
  return { ...base, type: "community_created", name, title: name, description: "" };
}

it("has an event before the queue has it", async () => {
  const event = aSubmission();
  const seen: unknown[] = [];
  const queue = journaledQueue(
    aQueue(async () => seen.push(...(await journal()))),
    env.JOURNAL,
  );
  await queue.send(event);
  expect(seen).toEqual([event]);
});

it("keeps nothing that the queue has refused", async () => {
  const broken = aQueue(() => Promise.reject(new Error("queue down")));
  await expect(journaledQueue(broken, env.JOURNAL).send(aSubmission())).rejects.toThrow("down");
  expect(await journal()).toEqual([]);
});

it("strikes out what is applied, and keeps what waits", async () => {
  const created = community("Programming");
  const orphan = anEarlyVote(Date.now());
  await accept(created, orphan);
  await deliver("cairn-events", [created, orphan]);
  expect(await journal()).toEqual([orphan]);
});

it("keeps everything when the consumer fails", async () => {
  const created = community("Gardening");
  await accept(created);
  const batch = createMessageBatch("cairn-events", [
    { id: anId(), timestamp: new Date(), attempts: 1, body: created },
  ]);
  const crash = () => Promise.reject(new Error("crash"));
  await expect(consumeJournaled(batch, env.JOURNAL, crash)).rejects.toThrow("crash");
  await consumeJournaled(batch, env.JOURNAL, async (watched) => watched.retryAll());
  expect(await journal()).toEqual([created]);
});

it("strikes out what has become a dead letter", async () => {
  const orphan = anEarlyVote(Date.now());
  await accept(orphan);
  await deliver("cairn-dead", [orphan]);
  expect(await journal()).toEqual([]);
  const kept = await env.DB.prepare("SELECT body FROM dead_letter").first("body");
  expect(kept).toBe(JSON.stringify(orphan));
});

it("leaves the publisher's bell alone", async () => {
  const created = community("Linux");
  await accept(created);
  await deliver("cairn-publish", [{}]);
  expect(await journal()).toEqual([created]);
});

it("sends everything again, oldest first", async () => {
  const votes = Array.from({ length: 120 }, () => aVote({ post: anId() as PostId }));
  await accept(...votes.toReversed());
  const sent: unknown[] = [];
  await sendJournalAgain(
    env.JOURNAL,
    aQueue((event) => sent.push(event)),
  );
  expect(sent).toEqual(votes);
});
