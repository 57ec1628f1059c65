/**
 * Local only: makes Miniflare's queues, which live in memory, as durable as Cloudflare's. An event is
 * in the journal before it is accepted, and leaves it when it is applied, refused, or kept among the
 * dead letters; what is in it when the server starts is sent again. Depends on the store's journal
 * and on queues. Duplicates are harmless: applying one changes nothing.
 */
import type { Message, MessageBatch, Queue } from "@cloudflare/workers-types";
import { addToJournal, type JournalDb, removeFromJournal, walkJournal } from "../store/journal.ts";

export type Producer = Pick<Queue, "send">;

/** The queue that intake sends to, by way of the journal. */
export function journaledQueue(queue: Producer, journal: JournalDb): Producer {
  return {
    async send(event, options) {
      const id = eventIdOf(event);
      if (id === null) throw new Error("only events go through the journal");
      await addToJournal(journal, id, event);
      try {
        return await queue.send(event, options);
      } catch (error) {
        // Its sender is told that it was not accepted.
        await removeFromJournal(journal, [id]);
        throw error;
      }
    },
  };
}

/** Hands the batch on, then strikes out what the queue need not deliver again. */
export async function consumeJournaled(
  batch: MessageBatch,
  journal: JournalDb,
  consume: (batch: MessageBatch) => Promise<void>,
): Promise<void> {
  const waiting = new Set<Message>();
  const messages = batch.messages.map((message) => watched(message, waiting));
  const { queue, metadata } = batch;
  await consume({
    queue,
    metadata,
    messages,
    ackAll: () => batch.ackAll(),
    retryAll(options) {
      for (const message of batch.messages) waiting.add(message);
      batch.retryAll(options);
    },
  });
  const settled = batch.messages.filter((message) => !waiting.has(message));
  const ids = settled.map(({ body }) => eventIdOf(body)).filter((id) => id !== null);
  await removeFromJournal(journal, ids);
}

/** The same message; asked to come again, it is waiting. */
function watched(message: Message, waiting: Set<Message>): Message {
  const { id, timestamp, body, attempts } = message;
  return {
    id,
    timestamp,
    body,
    attempts,
    ack: () => message.ack(),
    retry(options) {
      waiting.add(message);
      message.retry(options);
    },
  };
}

export async function sendJournalAgain(journal: JournalDb, queue: Producer): Promise<void> {
  for await (const event of walkJournal(journal)) await queue.send(event);
}

/** Null for what is no event: the publisher's bell. */
function eventIdOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("id" in body)) return null;
  return typeof body.id === "string" ? body.id : null;
}
