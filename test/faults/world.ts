/**
 * What surrounds the consumer and the publisher on Cloudflare: a queue that delivers what is not
 * acked again, bells, cron, and a clock that jumps to whatever happens next. Over any databases and
 * storage, all of which fail on command.
 */
import type { Message, Queue } from "@cloudflare/workers-types";
import { ringBell } from "../../src/consumer/bell.ts";
import type { ConsumerDeps } from "../../src/consumer/consumer-deps.ts";
import { fingerprintOf } from "../../src/consumer/name-all.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { RankedHeads } from "../../src/consumer/ranked-heads.ts";
import { receiveDeadLetters, receiveEvents } from "../../src/consumer/receive.ts";
import { reportStatus } from "../../src/consumer/report-status.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import { listDeadLetters } from "../../src/store/dead-letters.ts";
import { answerBell, type Pending } from "../../src/store/pending.ts";
import { type StoredSite, siteDifferences } from "../rebuild/site-check.ts";
import { receivingOf } from "../receiving.ts";
import { nameAllPages } from "../whole-steps.ts";
import { Commands, commandedBucket, commandedD1, commandedNamespace } from "./command.ts";

/** As wrangler.toml says, which test/production compares with it: workerd has no files. */
export const MAX_BATCH = 100;
export const MAX_RETRIES = 100;
/** For what nobody has answered. */
export const RETRY_DELAY_SECONDS = 300;
export const MAX_BELL_RETRIES = 3;
export const CRON_MS = 60_000;
/** The local one. */
export const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
/** Longer than any event waits for another. */
const FOR_EVER_MS = 24 * 3_600_000;

interface Queued {
  readonly id: string;
  readonly body: unknown;
  attempts: number;
  due: number;
}

interface Put {
  readonly key: string;
  readonly at: number;
}

export class World {
  readonly commands = new Commands();
  readonly puts: Put[] = [];
  /** What the events' queue has delivered for the last time, in vain. */
  readonly givenUp: unknown[] = [];
  readonly #stored: StoredSite;
  readonly #events: Queued[] = [];
  readonly #bells: Queued[] = [];
  #origin: string;
  #now: number;
  #nextCron: number;
  #ids = 0;
  /** Of the isolate that consumes events: there is one. */
  readonly #ranked = new RankedHeads();

  constructor(stored: StoredSite, begin: number) {
    this.#stored = stored;
    this.#origin = stored.config.origin;
    this.#now = begin;
    this.#nextCron = begin;
    this.commands.watch(({ target, kind, about }) => {
      if (target !== "d1" && kind === "put") this.puts.push({ key: about, at: this.#now });
    });
  }

  get now(): number {
    return this.#now;
  }

  /** Messages as they come from a queue: in whatever order, each at least once. */
  send(...bodies: readonly unknown[]): void {
    for (const body of bodies) {
      this.#events.push({ id: `message-${this.#ids++}`, body, attempts: 1, due: this.#now });
    }
  }

  /** A bell too many, as queues deliver: at least once. */
  ring(): void {
    this.#bells.push({ id: `bell-${this.#ids++}`, body: {}, attempts: 1, due: this.#now });
  }

  /** From now on the code renders other pages: they carry another origin. Cron follows at once. */
  deploy(origin: string): void {
    this.#origin = origin;
    this.#nextCron = this.#now;
  }

  #config(): Site {
    return { origin: this.#origin, admins: [] };
  }

  #deps(): ConsumerDeps {
    return {
      db: commandedD1(this.#stored.db, this.commands),
      pages: commandedBucket(this.#stored.pages, this.commands),
      site: commandedNamespace(this.#stored.site, this.commands),
      config: this.#config(),
      pace: PACE,
      now: () => this.#now,
      token: () => `publisher-${this.#ids++}`,
      ranked: this.#ranked,
    };
  }

  /** Everything that happens within so many milliseconds. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (true) {
      const next = Math.min(this.#nextCron, ...[...this.#events, ...this.#bells].map(dueOf));
      if (next > end) break;
      this.#now = Math.max(this.#now, next);
      await this.#happen();
    }
    this.#now = end;
  }

  async #happen(): Promise<void> {
    const events = takeDue(this.#events, this.#now, MAX_BATCH);
    const bells = takeDue(this.#bells, this.#now, MAX_BATCH);
    const deliver = async () => events.length > 0 && (await this.#deliver(events));
    const ring = async () => bells.length > 0 && (await this.#ring(bells));
    // A crash is one invocation's: they take turns where there may be one.
    if (this.commands.areGiven) {
      await deliver();
      await ring();
    } else await Promise.all([ring(), deliver()]);
    if (this.#nextCron > this.#now) return;
    this.#nextCron += CRON_MS;
    await this.#invoke(async (deps) => {
      await nameAllPages(deps);
      await reportStatus(deps);
      await publishStale(deps);
      return null;
    });
  }

  async #deliver(queued: readonly Queued[]): Promise<void> {
    const left = new Map(queued.map((each) => [each, 0]));
    const messages = queued.map((each) => this.#message(each, left));
    const hasEnded = await this.#invoke((deps) => receiveEvents(messages, receivingOf(deps)));
    for (const [each, delaySeconds] of left) {
      if (hasEnded && delaySeconds === 0) continue;
      each.attempts++;
      each.due = this.#now + (delaySeconds || RETRY_DELAY_SECONDS) * 1000;
      if (each.attempts <= MAX_RETRIES + 1) {
        this.#events.push(each);
        continue;
      }
      this.givenUp.push(each.body);
      await receiveDeadLetters([this.#message(each, left)], receivingOf(this.#deps()));
    }
  }

  /** @param left what will come again: its delay in seconds, 0 for what has not been answered */
  #message(queued: Queued, left: Map<Queued, number>): Message {
    return {
      id: queued.id,
      body: queued.body,
      attempts: queued.attempts,
      timestamp: new Date(this.#now),
      ack: () => {
        if (!this.commands.isDead) left.delete(queued);
      },
      retry: (options) => {
        if (!this.commands.isDead) left.set(queued, Math.max(options?.delaySeconds ?? 0, 1));
      },
    };
  }

  /** Two publishers at once, as the platform may start them. */
  async #ring(bells: readonly Queued[]): Promise<void> {
    const hasEnded = await this.#invoke(async (deps) => {
      await Promise.all([publishStale(deps), publishStale(deps)]);
      return answerBell(deps.db, this.#now);
    });
    if (hasEnded) return;
    for (const bell of bells) {
      if (bell.attempts > MAX_BELL_RETRIES) continue;
      this.#bells.push({ ...bell, attempts: bell.attempts + 1, due: this.#now + 1000 });
    }
  }

  /** One invocation, and the bell at its end. @returns false when it threw or crashed */
  async #invoke(work: (deps: ConsumerDeps) => Promise<Pending | null>): Promise<boolean> {
    this.commands.isDead = false;
    const deps = this.#deps();
    const publish = {
      send: async (_: unknown, { delaySeconds }: { delaySeconds: number }) => {
        const rings = this.#now + delaySeconds * 1000;
        // Whoever is woken too early sleeps through the rest of a second.
        const stale = (await nextDue(this.#stored.db)) ?? rings;
        const due = Math.min(Math.max(stale, rings), rings + 1000);
        this.#bells.push({ id: `bell-${this.#ids++}`, body: {}, attempts: 1, due });
      },
    } as unknown as Queue;
    try {
      const pending = (await work(deps)) ?? undefined;
      await ringBell(deps.db, publish, fingerprintOf(this.#config()), this.#now, pending);
      return !this.commands.isDead;
    } catch {
      return false;
    } finally {
      this.commands.isDead = false;
    }
  }

  /** Until no event waits and nothing is stale. @returns what is wrong then */
  async wrongInTheEnd(): Promise<readonly string[]> {
    this.commands.heal();
    const end = this.#now + FOR_EVER_MS;
    while (this.#events.length > 0 || (await nextDue(this.#stored.db)) !== null) {
      if (this.#now > end) return [`${this.#events.length} events wait for ever, or a page does`];
      await this.pass(CRON_MS);
    }
    const config = this.#config();
    return [...(await siteDifferences({ ...this.#stored, config })), ...this.tooFast()];
  }

  /** Keys of which two puts took effect within a second. */
  tooFast(): string[] {
    return [...Map.groupBy(this.puts, ({ key }) => key)].flatMap(([key, puts]) => {
      const gaps = puts.slice(1).map(({ at }, index) => at - (puts[index]?.at ?? 0));
      return gaps.some((gap) => gap < 1000) ? [`${key} was written twice within a second`] : [];
    });
  }

  async deadLetters(): Promise<readonly string[]> {
    return (await listDeadLetters(this.#stored.db)).map(({ body }) => body);
  }
}

function dueOf({ due }: Queued): number {
  return due;
}

function takeDue(queue: Queued[], now: number, max: number): Queued[] {
  const due = queue.filter((each) => each.due <= now).slice(0, max);
  for (const each of due) queue.splice(queue.indexOf(each), 1);
  return due;
}
