/**
 * A small site in memory that every schedule begins with, and what must be true after each: nothing
 * is lost, the stored site is what a full build writes, and no key was written twice in a second.
 */
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Message } from "@cloudflare/workers-types";
import { auditSome } from "../../src/consumer/audit-some.ts";
import type { ConsumerDeps } from "../../src/consumer/consumer-deps.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { receiveEvents } from "../../src/consumer/receive.ts";
import { tick } from "../../src/consumer/tick.ts";
import { COMMIT_BYTES } from "../../src/pages/storage.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { nextDue } from "../../src/store/bell-rows.ts";
import { LEASE_MS } from "../../src/store/leases.ts";
import { asD1, openMemoryDatabase } from "../memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace, type StoredObject } from "../memory/storage.ts";
import type { Random } from "../rebuild/random.ts";
import { type StoredSite, siteDifferences } from "../rebuild/site-check.ts";
import { windowDifferences } from "../rebuild/window-check.ts";
import { receivingOf } from "../receiving.ts";
import { consumeEvents, nameAllPages } from "../whole-steps.ts";
import { type Explored, exploreSchedules, sampleSchedules } from "./schedules.ts";
import { type Actor, type Mishap, type Put, type Reach, Stage } from "./stage.ts";

export const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
const UNPACED = { fast: 0, slow: 0, private: 0 };
/** Further than any jump of a play: what is due then is published only after it. */
const LATER_MS = 3_600_000;
/** A lease, and a second. */
export const PAST_A_LEASE_MS = LEASE_MS + 1000;
/** A call on its way for longer may take effect beside another publisher's: no code can prevent it. */
const SLOWEST_PUT_MS = 9000;
/** Of publishing in the end. */
const MAX_ROUNDS = 100;

/** A message that is delivered until it is acked. */
export class Delivery {
  readonly event: CairnEvent;
  isAcked = false;

  constructor(event: CairnEvent) {
    this.event = event;
  }

  message(): Message {
    return {
      id: this.event.id,
      body: this.event,
      attempts: 1,
      timestamp: new Date(0),
      ack: () => {
        this.isAcked = true;
      },
      retry: () => undefined,
    } as Message;
  }
}

export interface Scene {
  /** Applied and published before the play. */
  readonly before: readonly CairnEvent[];
  /** Applied before the play; the pages it names are stale when it begins. */
  readonly stale: readonly CairnEvent[];
  /** The only pages that are due in the play; all others wait until it is over. */
  readonly due: readonly string[];
  readonly jumps: readonly number[];
  /** A page that somebody has tampered with, and that the audit looks at next. */
  readonly spoiled?: string;
  /** Time passes once more in the end: then the listings that it drives must be right. */
  readonly isTicked?: true;
  /** What new code, deployed in the play, is known by: pages carry it. */
  readonly newOrigin?: string;
  /**
   * Pages may be written again at once. Where some clock is wrong, nobody can promise how fast keys
   * are written, and so it is not looked at.
   */
  readonly isUnpaced?: true;
}

export interface Cast {
  readonly actors: readonly Actor[];
  readonly deliveries: readonly Delivery[];
}

export class Theatre {
  readonly #sqlite: DatabaseSync = openMemoryDatabase();
  readonly #stored: StoredSite;
  readonly #objects = new Map<string, StoredObject>();
  readonly #scene: Scene;
  #before = new Map<string, StoredObject>();
  #begin: number;
  #tokens = 0;
  readonly #compared = new Map<string, readonly string[]>();
  /** Those that pages are rendered from; how they were published differs with every schedule. */
  readonly #tables = this.#sqlite
    .prepare(
      `SELECT name FROM sqlite_schema
       WHERE type = 'table' AND name NOT IN ('page', 'lease', 'site')`,
    )
    .all();

  private constructor(scene: Scene, begin: number) {
    this.#scene = scene;
    this.#begin = begin;
    this.#stored = {
      db: asD1(this.#sqlite),
      pages: openMemoryBucket(this.#objects),
      site: openMemoryNamespace(),
      config: { origin: "http://localhost:8787", admins: [] },
    };
  }

  static async open(scene: Scene, begin: number): Promise<Theatre> {
    const theatre = new Theatre(scene, begin);
    await theatre.#prepare();
    return theatre;
  }

  /** The publisher's dependencies, by way of the stage or directly. */
  deps(reach: Partial<Reach> = {}): ConsumerDeps {
    return {
      ...this.#stored,
      pace: this.#scene.isUnpaced ? UNPACED : PACE,
      now: () => this.#begin,
      token: () => `publisher-${this.#tokens++}`,
      ...reach,
    };
  }

  /** The same for the code that is deployed in the play; without one, for the only code there is. */
  newDeps(reach: Partial<Reach> = {}): ConsumerDeps {
    const { newOrigin } = this.#scene;
    const deps = this.deps(reach);
    return newOrigin === undefined ? deps : { ...deps, config: { origin: newOrigin, admins: [] } };
  }

  async #prepare(): Promise<void> {
    const { before, stale, due, spoiled } = this.#scene;
    const { db } = this.#stored;
    await nameAllPages(this.deps());
    await consumeEvents(db, before, this.#begin, PACE);
    await tick(db, this.#begin, PACE);
    this.#begin = await this.#publishAll(this.deps(), this.#begin, []);
    this.#begin += LATER_MS;
    await consumeEvents(db, stale, this.#begin, PACE);
    await db
      .prepare(
        `UPDATE page SET due = due + ${LATER_MS} WHERE named > written
         AND key NOT IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(due))
      .run();
    if (spoiled !== undefined) await this.#spoil(spoiled);
    this.#before = new Map(this.#objects);
    this.#sqlite.exec("SAVEPOINT schedule");
  }

  async #spoil(key: string): Promise<void> {
    const object = this.#objects.get(key);
    if (!object) throw new Error(`${key} is not stored`);
    this.#objects.set(key, {
      ...object,
      body: new Uint8Array(object.body).fill(0, COMMIT_BYTES),
      customMetadata: { ...object.customMetadata, hash: "spoiled" },
      etag: "spoiled",
    });
    await this.#stored.db
      .prepare("UPDATE site SET audit_key = (SELECT max(key) FROM page WHERE key < ?1)")
      .bind(key)
      .run();
  }

  /**
   * Throws at the first schedule that ends wrong.
   * @param sample so many schedules by chance; null for all there are
   */
  async explore(
    cast: (theatre: Theatre) => Cast,
    sample: { readonly schedules: number; readonly random: Random } | null,
  ): Promise<Explored> {
    let deliveries: readonly Delivery[] = [];
    const play = () => {
      this.#sqlite.exec("ROLLBACK TO schedule");
      this.#objects.clear();
      for (const [key, object] of this.#before) this.#objects.set(key, object);
      this.#tokens = 0;
      const { actors, ...rest } = cast(this);
      deliveries = rest.deliveries;
      return new Stage(this.#stored, actors, this.#begin, this.#scene.jumps);
    };
    const check = async (stage: Stage, schedule: readonly string[]) => {
      const wrong = await this.#wrongAfter(stage, deliveries);
      if (wrong.length > 0) {
        throw new Error([...wrong, ...schedule].join("\n"));
      }
    };
    if (!sample) return exploreSchedules(play, check);
    await sampleSchedules(play, check, sample.schedules, sample.random);
    return { schedules: sample.schedules, cut: 0 };
  }

  async #wrongAfter(stage: Stage, deliveries: readonly Delivery[]): Promise<string[]> {
    const puts = [...stage.puts];
    const left = deliveries.filter(({ isAcked }) => !isAcked);
    const now = stage.now + LATER_MS;
    const deps = { ...this.newDeps(), now: () => now };
    await nameAllPages(deps);
    await receiveEvents(
      left.map((delivery) => delivery.message()),
      receivingOf(deps),
    );
    const waiting = left.filter(({ isAcked }) => !isAcked);
    const windows = this.#scene.isTicked ? await this.#wrongOrders(now) : [];
    await this.#publishAll(deps, now, puts);
    return [
      ...waiting.map(({ event }) => `${event.type} is not applied`),
      ...windows,
      ...(await this.#differences()),
      ...(this.#scene.isUnpaced ? [] : tooFast(puts)),
    ];
  }

  async #wrongOrders(now: number): Promise<readonly string[]> {
    const { db } = this.#stored;
    while (!(await tick(db, now, PACE)));
    return windowDifferences(db, Math.floor(now / 1000), true);
  }

  /** Most schedules end alike: the same rows and the same objects are compared once. */
  async #differences(): Promise<readonly string[]> {
    const hash = createHash("sha256");
    for (const { name } of this.#tables) {
      hash.update(JSON.stringify(this.#sqlite.prepare(`SELECT * FROM "${name}"`).all()));
    }
    for (const key of [...this.#objects.keys()].sort()) {
      const { body, customMetadata } = this.#objects.get(key) as StoredObject;
      const { hash: ofContent, head } = customMetadata;
      hash.update(`${key} ${ofContent} ${head}`).update(body.subarray(COMMIT_BYTES));
    }
    const digest = hash.digest("hex");
    const differences =
      this.#compared.get(digest) ??
      (await siteDifferences({ ...this.#stored, config: this.newDeps().config }));
    this.#compared.set(digest, differences);
    return differences;
  }

  /** @returns when everything was published */
  async #publishAll(deps: ConsumerDeps, begin: number, puts: Put[]): Promise<number> {
    const { db, pages } = this.#stored;
    let now = begin;
    const recorded = {
      head: (key: string) => pages.head(key),
      put: async (key: string, body: never, options: never) => {
        const object = await pages.put(key, body, options);
        if (object) puts.push({ key, sentAt: now, at: now });
        return object;
      },
    } as unknown as StoredSite["pages"];
    for (let round = 0; ; round++) {
      const due = await nextDue(db);
      if (due === null) return now;
      if (round > MAX_ROUNDS) throw new Error("some page is never published");
      now = Math.max(now, due);
      await publishStale({ ...deps, pages: recorded, now: () => now });
    }
  }
}

function tooFast(puts: readonly Put[]): string[] {
  const prompt = puts.filter(({ sentAt, at }) => at - sentAt < SLOWEST_PUT_MS);
  return [...Map.groupBy(prompt, ({ key }) => key)].flatMap(([key, ofKey]) => {
    const times = ofKey.map(({ at }) => at).sort((a, b) => a - b);
    return times.some((at, index) => at - (times[index - 1] ?? Number.NEGATIVE_INFINITY) < 1000)
      ? [`${key} was written twice within a second`]
      : [];
  });
}

/** One that receives these messages at once. */
export function aConsumer(
  theatre: Theatre,
  name: string,
  deliveries: readonly Delivery[],
  mishaps = 0,
  ways: readonly Mishap[] = ["crash"],
): Actor {
  const receive = (reach: Reach) =>
    receiveEvents(
      deliveries.map((delivery) => delivery.message()),
      receivingOf(theatre.deps(reach)),
    );
  return { name, invocations: [receive], mishaps, ways };
}

export function aPublisher(
  theatre: Theatre,
  name: string,
  invocations = 1,
  mishaps = 0,
  ways: readonly Mishap[] = ["crash"],
): Actor {
  const publish = (reach: Reach) => publishStale(theatre.newDeps(reach));
  return { name, invocations: Array.from({ length: invocations }, () => publish), mishaps, ways };
}

/** One for which no time passes while it works: it notices nothing of the end of its lease. */
export function aTimelessPublisher(theatre: Theatre, name: string): Actor {
  const publish = (reach: Reach) => {
    const begun = reach.now();
    return publishStale(theatre.newDeps({ ...reach, now: () => begun }));
  };
  return { name, invocations: [publish], mishaps: 0, ways: [] };
}

/** A publisher of the code that the deploy in the play replaces. */
export function anOldPublisher(theatre: Theatre, name: string): Actor {
  const publish = (reach: Reach) => publishStale(theatre.deps(reach));
  return { name, invocations: [publish], mishaps: 0, ways: [] };
}

/** Cron of the newly deployed code, as often as a minute passes. */
export function aCron(
  theatre: Theatre,
  name: string,
  mishaps = 0,
  ways: readonly Mishap[] = ["crash"],
): Actor {
  const tick = (reach: Reach) => {
    const begun = reach.now();
    return nameAllPages(theatre.newDeps({ ...reach, now: () => begun }));
  };
  return { name, invocations: [tick], mishaps, ways };
}

/** All that cron does but publish: time passes for the listings, a deploy is noticed, pages are audited. */
export function aWholeCron(
  theatre: Theatre,
  name: string,
  mishaps = 0,
  ways: readonly Mishap[] = ["crash"],
): Actor {
  const run = async (reach: Reach) => {
    const begun = reach.now();
    const deps = theatre.newDeps({ ...reach, now: () => begun });
    await tick(deps.db, begun, deps.pace);
    await nameAllPages(deps);
    await auditSome(deps);
  };
  return { name, invocations: [run], mishaps, ways };
}
