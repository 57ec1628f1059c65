/** Votes into the queue in real time, so many a second or all at once, until all are seen. */
import { setTimeout as pause } from "node:timers/promises";
import type { Post } from "../../../src/model/entities.ts";
import { slugOf } from "../../../src/model/slug.ts";
import { threadPath } from "../../../src/pages/key.ts";
import type { CairnEvent } from "../../../src/queue/events.ts";
import { nextDue } from "../../../src/store/bell-rows.ts";
import { countApplied } from "../../../src/store/status.ts";
import { type Cpu, cpuOfOne, type RunningSite } from "./running-site.ts";
import type { Trace } from "./trace.ts";
import type { Counts } from "./worker.ts";

/**
 * One vote in so much time, or one of so many that wait, is followed until it shows in its thread.
 * Whoever looks takes time of the one thread that it is looked at on, so nobody looks often, and less
 * often the longer it takes.
 */
const PROBE_EVERY_MS = 200;
const PROBES_OF_FILLED = 30;
const POLL_MS = 100;
const POLLS_OF_ITS_AGE = 20;
const SEND_EVERY_MS = 20;
const GIVE_UP_MS = 300_000;
/** Longer than a batch takes. Milliseconds. */
const QUIET_MS = 1500;
/** As many as go into the queue at once when it is filled. */
const CHUNK = 1000;

export interface Offered {
  readonly votes: number;
  /**
   * Since the first could be delivered, until all were applied; until nothing was overdue.
   * Milliseconds.
   */
  readonly appliedMs: number;
  readonly publishedMs: number;
  /** From the edge, or a queue that is full, to the reader, of each probe. Milliseconds. */
  readonly visibleMs: readonly number[];
  readonly counts: Counts;
  /** Of a vote. Microseconds. */
  readonly cpu: Cpu;
}

export interface Offer {
  readonly votes: number;
  /** Null: all of them are in the queue already. */
  readonly votesPerSecond: number | null;
}

/** @param posts those that the trace votes on */
export async function offerVotes(
  site: RunningSite,
  { votes, votesPerSecond }: Offer,
  trace: Trace,
  posts: readonly Post[],
  now: () => number,
): Promise<Offered> {
  const every =
    votesPerSecond === null ? votes / PROBES_OF_FILLED : (votesPerSecond * PROBE_EVERY_MS) / 1000;
  const probes = new Probes(site.origin, posts, every, now);
  const filled = votesPerSecond === null ? await fill(site, votes, trace, now) : [];
  await site.counts();
  const cpu = site.cpu();
  const began = now();
  await site.release();
  for (const event of filled) probes.note(event, began);
  for (let sent = filled.length; sent < votes; ) {
    const due = ((now() - began) * (votesPerSecond ?? 0)) / 1000;
    const count = Math.min(Math.floor(due), votes) - sent;
    const events = Array.from({ length: Math.max(count, 0) }, () => trace.next(now()));
    if (events.length > 0) await site.send(events);
    for (const event of events) probes.note(event, event.at);
    sent += events.length;
    await pause(SEND_EVERY_MS);
  }
  const appliedMs = (await untilApplied(site, now)) - began;
  while (((await nextDue(site.db)) ?? Number.POSITIVE_INFINITY) <= now()) await pause(POLL_MS);
  const publishedMs = now() - began;
  const used = cpuOfOne(cpu, site.cpu(), votes);
  const counts = await site.counts();
  // Some wait for the next minute, as the lanes have it.
  const visibleMs = await probes.end();
  return {
    votes,
    appliedMs,
    publishedMs,
    visibleMs,
    counts,
    cpu: used,
  };
}

/** Nothing is delivered meanwhile: whoever fills a queue takes time of whoever empties it. */
async function fill(
  site: RunningSite,
  votes: number,
  trace: Trace,
  now: () => number,
): Promise<readonly CairnEvent[]> {
  const filled: CairnEvent[] = [];
  await site.hold();
  while (filled.length < votes) {
    const length = Math.min(CHUNK, votes - filled.length);
    const events = Array.from({ length }, () => trace.next(now()));
    await site.send(events);
    filled.push(...events);
  }
  return filled;
}

/** @returns when the last vote was applied: none has been for a while since */
async function untilApplied({ db }: RunningSite, now: () => number): Promise<number> {
  let last = { applied: await countApplied(db), at: now() };
  while (now() - last.at < QUIET_MS) {
    await pause(POLL_MS);
    const applied = await countApplied(db);
    if (applied > last.applied) last = { applied, at: now() };
  }
  return last.at;
}

/** Who has voted on what, and when the page of it says so. */
class Probes {
  readonly #origin: string;
  readonly #now: () => number;
  readonly #posts: ReadonlyMap<string, Post>;
  readonly #values = new Map<string, Map<string, number>>();
  readonly #running: Promise<number>[] = [];
  readonly #every: number;
  #votes = 0;

  /** @param every of so many votes one is followed */
  constructor(origin: string, posts: readonly Post[], every: number, now: () => number) {
    this.#origin = origin;
    this.#now = now;
    this.#every = every;
    this.#posts = new Map(posts.map((post) => [post.id, post]));
  }

  /** @param since it could be delivered, in milliseconds since 1970 */
  note(event: CairnEvent, since: number): void {
    if (event.type !== "post_voted") return;
    const values = this.#values.get(event.post) ?? new Map<string, number>();
    this.#values.set(event.post, values);
    const isNew = !values.has(event.by);
    values.set(event.by, event.value);
    const post = this.#posts.get(event.post);
    if (this.#votes++ < this.#running.length * this.#every || !post || !isNew) return;
    this.#running.push(this.#follow(post, values.size, since));
  }

  end(): Promise<number[]> {
    return Promise.all(this.#running);
  }

  /** Nobody takes a vote back in a trace, so the number of voters only grows. */
  async #follow(post: Post, voters: number, since: number): Promise<number> {
    const path = `${threadPath(post.community, post.id, slugOf(post.title))}.json`;
    const expected = post.ups + post.downs + voters;
    while (this.#now() - since < GIVE_UP_MS) {
      const [listing] = (await (await fetch(this.#origin + path)).json()) as [Listing];
      const { ups = 0, downs = 0 } = listing.data.children[0]?.data ?? {};
      if (ups + downs >= expected) break;
      await pause(Math.max(POLL_MS, (this.#now() - since) / POLLS_OF_ITS_AGE));
    }
    return this.#now() - since;
  }
}

interface Listing {
  readonly data: { readonly children: readonly { readonly data: Pick<Post, "ups" | "downs"> }[] };
}
