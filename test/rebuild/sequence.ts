/**
 * One random sequence: events sent, delivered in any order, twice or after faults, published by
 * publishers that meet each other and crash; in the end everything is delivered and nothing stale.
 * Runs on whatever databases and storage it is given.
 */
import type { Message } from "@cloudflare/workers-types";
import type { ConsumerDeps } from "../../src/consumer/consumer-deps.ts";
import { finishDepartures } from "../../src/consumer/finish-departures.ts";
import type { Limits } from "../../src/consumer/limits.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { RankedHeads } from "../../src/consumer/ranked-heads.ts";
import { receiveEvents } from "../../src/consumer/receive.ts";
import { reportStatus } from "../../src/consumer/report-status.ts";
import { tick } from "../../src/consumer/tick.ts";
import { type EventId, mintId, type PersonKey } from "../../src/model/ids.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import type { ContentDb } from "../../src/store/database.ts";
import type { Pace } from "../../src/store/page-rows.ts";
import { receivingOf } from "../receiving.ts";
import { nameAllPages } from "../whole-steps.ts";
import { Crowd } from "./crowd.ts";
import { type Faults, faultyBucket, faultyD1 } from "./faults.ts";
import { goneDifferences } from "./gone-check.ts";
import { removalStory, type Seen } from "./moderator-events.ts";
import { Promises } from "./promises.ts";
import { type Random, seededRandom } from "./random.ts";
import { type EventKinds, randomEvent } from "./random-events.ts";
import type { Sent } from "./sent.ts";
import { type StoredSite, siteDifferences } from "./site-check.ts";
import { isClockAhead, isRisingDue, windowDifferences } from "./window-check.ts";

/** Works on the site while no server runs. */
export interface Operator {
  /** Whether some import was killed, and not run again. */
  readonly isHalfway: boolean;
  import(stored: StoredSite, random: Random, sent: Sent, nowMs: number): Promise<void>;
  /** Runs again what was killed. */
  resume(db: ContentDb): Promise<void>;
  /** @returns what a backup, restored, has otherwise */
  restored(stored: StoredSite): Promise<readonly string[]>;
}

export interface SequenceOptions extends EventKinds {
  readonly seed: number;
  /** Steps, each of which sends, delivers, publishes or ticks. */
  readonly steps: number;
  /** Posts sent at the beginning, so that listings have several pages. */
  readonly posts: number;
  /** Of a call that fails while faults are on. */
  readonly faultProbability: number;
  /** The consumer is away for hours, and comes back to what was sent and taken back meanwhile. */
  readonly hasOutages?: boolean;
  /** Now and then many do the same at once, or one person does much. */
  readonly isCrowded?: boolean;
  /** How long pages and votes wait; without it, as locally. */
  readonly pace?: Pace;
  /** Without them, those of the paid plan. */
  readonly limits?: Limits;
  /** Without one, nobody imports, deploys or restores. */
  readonly operator?: Operator;
}

const LOCAL: Pace = { fast: 1000, slow: 60_000, private: 600_000 };
/** Longer than any event waits. */
const OUTAGE_MS = 7 * 3_600_000;
const BEGIN_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
/** Quiet times, after which posts have left one window or another. */
const QUIET_MS = [1, 11, 24, 7 * 24, 30 * 24, 365 * 24].map((hours) => hours * HOUR_MS);

/** By how much a clock may be wrong. */
const WRONG_MS = [-HOUR_MS, -30_000, 30_000, HOUR_MS];

/** Of publishing in the end: each waits for the next page that is due. */
const MAX_ROUNDS = 1000;

/**
 * Events on a site where nothing is stale, each alone: in a crowd another event would often name
 * the page that one has forgotten.
 */
const AFTERTHOUGHTS = 5;

interface Queued {
  readonly event: CairnEvent;
  attempts: number;
}

/** @returns what differs from a full build in the end; nothing is what is hoped for */
export async function runSequence(
  stored: StoredSite,
  options: SequenceOptions,
): Promise<readonly string[]> {
  const run = new Sequence(stored, options);
  await run.begin();
  for (let step = 0; step < options.steps; step++) await run.step();
  let now = await run.finish();
  for (let late = 0; late < AFTERTHOUGHTS; late++) now = await run.afterthought();
  if (options.isModerated) now = await run.removal(now);
  const atTheEnd = await windowDifferences(stored.db, now, true);
  const differences = [...(await siteDifferences(stored)), ...run.differences, ...atTheEnd];
  const gone = await goneDifferences(stored, run.history);
  return [...differences, ...gone, ...(await run.brokenPromises())];
}

class Sequence {
  /** Found on the way: right after a tick, the clock-driven listings are in order. */
  readonly differences: string[] = [];
  /** All that was sent. */
  readonly history: CairnEvent[] = [];
  readonly #stored: StoredSite;
  readonly #random: Random;
  readonly #faults: Faults;
  /** Of one isolate or another. */
  #deps: ConsumerDeps;
  readonly #isolates = [new RankedHeads(), new RankedHeads()];
  readonly #options: SequenceOptions;
  readonly #sent: Sent = { communities: [], posts: [], comments: [] };
  readonly #promises: Promises;
  readonly #crowd: Crowd | null;
  #queue: Queued[] = [];
  #now = BEGIN_MS;
  #tokens = 0;

  constructor(stored: StoredSite, options: SequenceOptions) {
    this.#stored = stored;
    this.#options = options;
    this.#promises = new Promises(stored);
    this.#random = seededRandom(options.seed);
    this.#crowd = options.isCrowded ? new Crowd(this.#random) : null;
    this.#faults = { probability: 0, random: this.#random };
    this.#deps = {
      ...stored,
      db: faultyD1(stored.db, this.#faults),
      pages: faultyBucket(stored.pages, this.#faults),
      pace: options.pace ?? LOCAL,
      now: () => this.#now,
      token: () => `publisher-${this.#tokens++}`,
      ...(options.limits && { limits: options.limits }),
    };
  }

  async begin(): Promise<void> {
    await nameAllPages(this.#deps);
    await this.#send();
    await this.#deliver(1);
    while (this.#sent.posts.length < this.#options.posts) await this.#send();
    await this.#deliver(this.#queue.length);
    await this.#tick();
    await this.#publish();
  }

  async step(): Promise<void> {
    const { faultProbability, operator, hasOutages } = this.#options;
    if (this.#crowd && this.#random.chance(0.4)) await this.#come(this.#crowd);
    if (this.#crowd && this.#random.chance(0.1)) await this.#elsewhen();
    if (hasOutages && this.#random.chance(0.2)) await this.#goAway();
    if (operator && this.#random.chance(0.1)) await this.#operate(operator);
    this.#faults.probability = this.#random.chance(0.3) ? faultProbability : 0;
    this.#now += this.#random.pick([0, 1, 700, 1500, 61_000]);
    if (this.#random.chance(0.07)) this.#now += this.#random.pick(QUIET_MS);
    const kind = this.#random.next();
    if (kind < 0.6) await this.#send();
    else if (kind < 0.75) await this.#deliver(this.#random.int(5) + 1);
    else if (kind < 0.84) await this.#publish();
    else if (kind < 0.93) await this.#tickAlone();
    else await this.#together();
    this.#faults.probability = 0;
  }

  async afterthought(): Promise<number> {
    this.#now += 61_000;
    await this.#send();
    return this.finish();
  }

  /** Of whatever can be seen then; each event alone, as an afterthought. */
  async removal(until: number): Promise<number> {
    const { db } = this.#stored;
    const { results } = await db
      .prepare(
        `SELECT name, author FROM (SELECT 't3_' || id AS name, author, standing FROM post
         UNION ALL SELECT 't1_' || id, author, standing FROM comment)
         WHERE standing = 'visible' AND author NOT IN ('Bob', '[deleted]') ORDER BY name`,
      )
      .all<Seen>();
    if (results.length === 0) return until;
    const base = () => ({
      version: 1 as const,
      id: mintId(this.#now, this.#random.next) as EventId,
      at: this.#now,
    });
    let last = until;
    for (const next of removalStory(this.#random, this.#random.pick(results), base)) {
      this.#now += 61_000;
      await this.#enqueue(next());
      last = await this.finish();
    }
    return last;
  }

  brokenPromises(): Promise<string[]> {
    return this.#promises.broken(this.history);
  }

  async #send(): Promise<void> {
    await this.#enqueue(randomEvent(this.#random, this.#sent, this.#now, this.#options));
  }

  /** Mostly they come as one batch. */
  async #come(crowd: Crowd): Promise<void> {
    for (const event of crowd.burst(this.#sent, this.#now)) await this.#enqueue(event);
    if (this.#random.chance(0.7)) await this.#deliver(this.#queue.length);
  }

  /** On a machine whose clock is wrong. */
  async #elsewhen(): Promise<void> {
    const offset = this.#random.pick(WRONG_MS);
    const kind = this.#random.next();
    this.#now += offset;
    if (kind < 0.4) await this.#deliver(this.#random.int(5) + 1);
    else if (kind < 0.7) await this.#publish();
    else await this.#tick();
    this.#now -= offset;
  }

  async #enqueue(event: CairnEvent): Promise<void> {
    this.history.push(event);
    // What fills pieces may be refused: there is no room.
    const mayFill = this.#options.isLong || (this.#crowd && event.type === "comment_edited");
    if (!mayFill) await this.#promises.note(event, this.history);
    this.#queue.push({ event, attempts: 1 });
    if (this.#random.chance(0.15)) {
      this.#queue.push({ event: this.#random.pick(this.history), attempts: 1 });
    }
  }

  async #goAway(): Promise<void> {
    await this.#send();
    const last = this.history.at(-1);
    if (last?.type === "post_submitted") {
      const { version, by, post } = last;
      const id = mintId(this.#now, this.#random.next) as EventId;
      await this.#enqueue({ version, type: "post_deleted", id, at: this.#now, by, post });
    }
    this.#now += OUTAGE_MS;
    // One machine's clock is wrong.
    if (this.#random.chance(0.3)) {
      const now = this.#now + this.#random.pick(QUIET_MS);
      await reportStatus({ ...this.#deps, now: () => now }).catch(() => undefined);
      await tick(this.#deps.db, now, this.#deps.pace, this.#deps.limits).catch(() => undefined);
    }
  }

  /** Consumers, publishers and cron at once; the last publisher's clock has outrun the others' leases. */
  async #together(): Promise<void> {
    const late = { ...this.#deps, now: () => this.#now + 120_000 };
    await Promise.all([
      this.#deliver(3),
      this.#publish(),
      this.#tick(),
      this.#deliver(3),
      this.#tick(),
      this.#publish(),
      publishStale(late).catch(() => undefined),
    ]);
    this.#now += 121_000;
  }

  async #deliver(count: number): Promise<void> {
    const shuffled = this.#random.shuffle(this.#queue);
    const batch = shuffled.slice(0, count);
    this.#queue = shuffled.slice(count);
    const messages = batch.map((queued) => this.#message(queued));
    this.#goToIsolate();
    await receiveEvents(messages, receivingOf(this.#deps));
    // Where moderators leave, mostly cron, or the next batch, goes on with what is left of them.
    const isLeft = this.#options.isModerated && this.#random.chance(0.6);
    if (!isLeft) await finishDepartures(this.#deps).catch(() => undefined);
    for (const { queued, isAcked } of messages) {
      if (!isAcked || this.#random.chance(0.05)) {
        this.#queue.push({ event: queued.event, attempts: queued.attempts + 1 });
      }
    }
  }

  async #operate(operator: Operator): Promise<void> {
    const kind = this.#random.next();
    if (kind < 0.2) {
      if (operator.isHalfway) return;
      const restored = await operator.restored(this.#stored);
      this.differences.push(...restored.map((each) => `at ${this.#now}: ${each}`));
      return;
    }
    if (kind < 0.6) await operator.import(this.#stored, this.#random, this.#sent, this.#now);
    else await this.#deploy(this.#random.pick([["bob"], ["bob", "cleo"]]) as PersonKey[]);
    this.#isolates.fill(new RankedHeads());
    await this.#nameAll();
  }

  /** Other admins are another configuration: every page may look otherwise. */
  async #deploy(admins: readonly PersonKey[]): Promise<void> {
    this.#deps = { ...this.#deps, config: { ...this.#stored.config, admins } };
    await this.#nameAll();
  }

  /** As a server does that starts, or cron; killed, the next one does it. */
  async #nameAll(): Promise<void> {
    await nameAllPages(this.#deps).catch(() => undefined);
  }

  /** Where the next invocation runs: mostly one that has run before, and remembers something. */
  #goToIsolate(): void {
    const index = this.#random.int(this.#isolates.length);
    if (this.#random.chance(0.1)) this.#isolates[index] = new RankedHeads();
    this.#deps = { ...this.#deps, ranked: this.#isolates[index] as RankedHeads };
  }

  #message(queued: Queued) {
    const message = {
      id: `${queued.event.id}-${queued.attempts}`,
      body: queued.event,
      attempts: queued.attempts,
      timestamp: new Date(this.#now),
      queued,
      isAcked: false,
      ack() {
        message.isAcked = true;
      },
      retry() {
        message.isAcked = false;
      },
    };
    return message satisfies Message;
  }

  /** A publisher that throws has crashed; the next ones clean up after it. */
  async #publish(): Promise<void> {
    this.#goToIsolate();
    await publishStale(this.#deps).catch(() => undefined);
  }

  /** Cron that throws has crashed; the next one does what is left. */
  async #tick(): Promise<boolean> {
    const { db, pace, limits } = this.#deps;
    await reportStatus(this.#deps).catch(() => undefined);
    return tick(db, this.#now, pace, limits).catch(() => false);
  }

  async #tickAlone(): Promise<void> {
    const { db } = this.#stored;
    const now = Math.floor(this.#now / 1000);
    const withRising = await isRisingDue(db, now);
    // Which posts a window has is not known before an import's end.
    if (!(await this.#tick()) || this.#options.operator?.isHalfway) return;
    if (await isClockAhead(db, now)) return;
    this.differences.push(...(await windowDifferences(db, now, withRising)));
  }

  /** Cron is heard every ten minutes: this is no outage, as the leaps between two steps may be. */
  async #passHour(): Promise<void> {
    for (const end = this.#now + HOUR_MS; this.#now < end; this.#now += HOUR_MS / 6) {
      await reportStatus(this.#deps);
    }
  }

  /** @returns when the last tick was, in seconds since 1970 */
  async finish(): Promise<number> {
    this.#faults.probability = 0;
    const { operator } = this.#options;
    if (operator) {
      await operator.resume(this.#stored.db);
      await this.#deploy(this.#stored.config.admins);
    }
    const rounds = this.#queue.length + 10;
    for (let round = 0; this.#queue.length > 0; round++) {
      if (round > rounds) throw new Error(`${this.#queue.length} events are never applied`);
      await this.#deliver(this.#queue.length);
      // What depends on an event that was refused waits for hours, and is then refused as well.
      await this.#passHour();
    }
    while (await finishDepartures(this.#deps));
    this.#now += 120_000 + this.#random.int(1_000_000);
    const now = this.#now;
    while (!(await tick(this.#deps.db, now, this.#deps.pace)));
    for (let round = 0; ; round++) {
      const due = await nextDue(this.#deps.db);
      if (due === null) return Math.floor(now / 1000);
      if (round > MAX_ROUNDS) throw new Error("some page is never published");
      this.#now = Math.max(this.#now, due);
      await publishStale(this.#deps);
    }
  }
}
