/**
 * A stage on which invocations of the consumer and the publisher act at the same time, and every
 * call to a database or to storage waits until it is released. Whoever releases decides the
 * schedule: nothing else is left to chance, so a schedule can be played again.
 */
import type { D1Database, D1PreparedStatement, R2Bucket } from "@cloudflare/workers-types";
import { CLOCK, type Footprint, footprintOf, together } from "./footprint.ts";

/** One thing that can happen next. */
export interface Transition {
  /** `a step`, `a crash` …: the same as long as it has not happened. */
  readonly id: string;
  readonly actor: string;
  readonly footprint: Footprint;
  readonly happen: () => void;
}

/** What an actor's calls go through, and its clock. */
export interface Reach {
  readonly db: D1Database;
  readonly pages: R2Bucket;
  readonly now: () => number;
}

/** Invocations one after another, as one consumer or one publisher. */
export interface Actor {
  readonly name: string;
  readonly invocations: readonly ((reach: Reach) => Promise<unknown>)[];
  /** How many of its calls may go wrong, in each of these ways at any moment. */
  readonly mishaps: number;
  readonly ways: readonly Mishap[];
}

/**
 * `crash`: the invocation ends before the call (which is as after the one before). `refuse`: the
 * call fails and has no effect. `lose`: it takes effect, and only its answer is lost.
 */
export type Mishap = "crash" | "refuse" | "lose";

interface Waiting {
  readonly footprint: Footprint;
  readonly perform: () => void;
  readonly refuse: () => void;
  readonly lose: () => void;
}

interface Playing {
  readonly actor: Actor;
  next: number;
  isRunning: boolean;
  mishapsLeft: number;
  /** Changes with every invocation, so that what a crashed one still does is heard no more. */
  waiting: Waiting[];
}

/** A put that took effect. */
export interface Put {
  readonly key: string;
  readonly sentAt: number;
  readonly at: number;
}

const NOTHING: Footprint = { reads: [], writes: [] };
const ASKS_THE_TIME: Footprint = { reads: [CLOCK], writes: [] };

export class Stage {
  readonly puts: Put[] = [];
  readonly #db: D1Database;
  readonly #pages: R2Bucket;
  readonly #playing: Playing[];
  readonly #jumps: number[];
  #now: number;
  /** Where it never does, it does not matter who asks. */
  readonly #timePasses: boolean;
  #timeWasAsked = false;

  /** @param jumps milliseconds that pass, each at any moment, in this order */
  constructor(
    site: { readonly db: D1Database; readonly pages: R2Bucket },
    actors: readonly Actor[],
    begin: number,
    jumps: readonly number[],
  ) {
    this.#db = site.db;
    this.#pages = site.pages;
    this.#now = begin;
    this.#jumps = [...jumps];
    this.#timePasses = jumps.length > 0;
    this.#playing = actors.map((actor) => ({
      actor,
      next: 0,
      isRunning: false,
      mishapsLeft: actor.mishaps,
      waiting: [],
    }));
  }

  get now(): number {
    return this.#now;
  }

  /** Everything that can happen next; nothing when the play is over. */
  transitions(): Transition[] {
    const possible = this.#playing.flatMap((playing) => this.#transitionsOf(playing));
    const [jump] = this.#jumps;
    if (jump === undefined || possible.length === 0) return possible;
    const happen = () => {
      this.#jumps.shift();
      this.#now += jump;
    };
    const footprint = { reads: [], writes: [CLOCK] };
    return [...possible, { id: "time passes", actor: CLOCK, footprint, happen }];
  }

  #transitionsOf(playing: Playing): Transition[] {
    const { actor, waiting, mishapsLeft } = playing;
    const { name } = actor;
    const transition = (kind: string, footprint: Footprint, happen: () => void) => ({
      id: `${name} ${kind}`,
      actor: name,
      footprint,
      happen,
    });
    if (!playing.isRunning) {
      if (playing.next === actor.invocations.length) return [];
      return [transition("begins", ASKS_THE_TIME, () => this.#begin(playing))];
    }
    const [call] = waiting;
    if (!call) throw new Error(`${name} waits for something that is not on this stage`);
    const release = (settle: () => void) => () => {
      waiting.shift();
      settle();
    };
    const step = transition("steps", call.footprint, release(call.perform));
    if (mishapsLeft === 0) return [step];
    const goWrong = (happen: () => void) => () => {
      playing.mishapsLeft--;
      happen();
    };
    const mishaps: Record<Mishap, () => Transition> = {
      crash: () =>
        transition(
          "crashes",
          NOTHING,
          goWrong(() => {
            playing.isRunning = false;
            playing.waiting = [];
          }),
        ),
      refuse: () => transition("is refused", ASKS_THE_TIME, goWrong(release(call.refuse))),
      lose: () =>
        transition(
          "loses the answer",
          together([call.footprint, ASKS_THE_TIME]),
          goWrong(release(call.lose)),
        ),
    };
    return [step, ...actor.ways.map((way) => mishaps[way]())];
  }

  /**
   * Lets one thing happen, and everything that follows from it without another call. That two calls
   * commute must not depend on the time between them: whoever asks for it has said so.
   */
  async take({ id, footprint, happen }: Transition): Promise<void> {
    this.#timeWasAsked = false;
    happen();
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#timePasses && this.#timeWasAsked && !footprint.reads.includes(CLOCK)) {
      throw new Error(`${id}: it asks for the time unannounced`);
    }
  }

  #begin(playing: Playing): void {
    const invocation = playing.actor.invocations[playing.next];
    if (!invocation) throw new Error(`${playing.actor.name} has nothing left to do`);
    playing.next++;
    playing.isRunning = true;
    const waiting: Waiting[] = [];
    playing.waiting = waiting;
    const end = () => {
      if (playing.waiting === waiting) playing.isRunning = false;
    };
    invocation(this.#reach(waiting)).then(end, end);
  }

  #reach(waiting: Waiting[]): Reach {
    const call = <Result>(footprint: Footprint, effect: () => Promise<Result>): Promise<Result> =>
      new Promise((resolve, reject) => {
        waiting.push({
          footprint,
          perform: () => effect().then(resolve, reject),
          refuse: () => reject(new Error("refused by the stage")),
          lose: () => effect().then(() => reject(new Error("answer lost on the stage")), reject),
        });
      });
    const now = () => {
      this.#timeWasAsked = true;
      return this.#now;
    };
    return { db: this.#gatedD1(call), pages: this.#gatedBucket(call), now };
  }

  #gatedD1(call: Call): D1Database {
    const real = new WeakMap<object, { sql: string; statement: D1PreparedStatement }>();
    const wrap = (sql: string, statement: D1PreparedStatement): D1PreparedStatement => {
      const touches = timed(footprintOf(sql));
      const wrapped = {
        bind: (...values: unknown[]) => wrap(sql, statement.bind(...values)),
        all: () => call(touches, () => statement.all()),
        run: () => call(touches, () => statement.run()),
        first: (column?: string) =>
          call(touches, () => (column === undefined ? statement.first() : statement.first(column))),
      } as unknown as D1PreparedStatement;
      real.set(wrapped, { sql, statement });
      return wrapped;
    };
    const database = {
      prepare: (sql: string) => wrap(sql, this.#db.prepare(sql)),
      batch: (statements: D1PreparedStatement[]) => {
        const behind = statements.map((each) => real.get(each));
        const footprint = together(behind.map((each) => footprintOf(each?.sql ?? "")));
        return call(timed(footprint), () =>
          this.#db.batch(behind.map((each) => each?.statement as D1PreparedStatement)),
        );
      },
    };
    return database as unknown as D1Database;
  }

  #gatedBucket(call: Call): R2Bucket {
    const bucket = {
      get: (key: string) => call({ reads: [key], writes: [] }, () => this.#pages.get(key)),
      head: (key: string) => call({ reads: [key, CLOCK], writes: [] }, () => this.#pages.head(key)),
      put: (key: string, body: never, options: never) => {
        const sentAt = this.#now;
        return call({ reads: [CLOCK], writes: [key] }, async () => {
          const object = await this.#pages.put(key, body, options);
          if (object) this.puts.push({ key, sentAt, at: this.#now });
          return object;
        });
      },
    };
    return bucket as unknown as R2Bucket;
  }
}

type Call = <Result>(footprint: Footprint, effect: () => Promise<Result>) => Promise<Result>;

/** What is read or written may be followed by a question about the time: is it too late to put? */
function timed(footprint: Footprint): Footprint {
  return together([footprint, ASKS_THE_TIME]);
}
