/** Votes into the queue in real time, so many a second or as fast as it takes them, until all are seen. */
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
 * One vote in so much time is followed until it shows in its thread. Whoever looks takes time of the
 * one thread that it is looked at on, so nobody looks often. Milliseconds.
 */
const PROBE_EVERY_MS = 500;
const POLL_MS = 100;
const SEND_EVERY_MS = 20;
const GIVE_UP_MS = 120_000;
/** Longer than a batch takes. Milliseconds. */
const QUIET_MS = 1500;
/** As many as go into the queue at once when it is filled. */
const CHUNK = 1000;

export interface Offered {
  readonly votes: number;
  /** Since the first was sent, until all were applied; until nothing was overdue. Milliseconds. */
  readonly appliedMs: number;
  readonly publishedMs: number;
  /** From the edge to the reader, of each probe. Milliseconds. */
  readonly visibleMs: readonly number[];
  readonly counts: Counts;
  /** Of a vote. Microseconds. */
  readonly cpu: Cpu;
}

export interface Offer {
  readonly votes: number;
  /** Null: as fast as the queue takes them. */
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
  const probes = new Probes(site.origin, posts, now);
  await site.counts();
  const cpu = site.cpu();
  const began = now();
  for (let sent = 0; sent < votes; ) {
    const due = votesPerSecond === null ? sent + CHUNK : ((now() - began) * votesPerSecond) / 1000;
    const count = Math.min(Math.floor(due), votes) - sent;
    const events = Array.from({ length: Math.max(count, 0) }, () => trace.next(now()));
    if (events.length > 0) await site.send(events);
    for (const event of events) probes.note(event);
    sent += events.length;
    if (votesPerSecond !== null) await pause(SEND_EVERY_MS);
  }
  const appliedMs = (await untilApplied(site, now)) - began;
  while (((await nextDue(site.db)) ?? Number.POSITIVE_INFINITY) <= now()) await pause(POLL_MS);
  const publishedMs = now() - began;
  const visibleMs = await probes.end();
  const used = cpuOfOne(cpu, site.cpu(), votes);
  return {
    votes,
    appliedMs,
    publishedMs,
    visibleMs,
    counts: await site.counts(),
    cpu: used,
  };
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
  #next = 0;

  constructor(origin: string, posts: readonly Post[], now: () => number) {
    this.#origin = origin;
    this.#now = now;
    this.#posts = new Map(posts.map((post) => [post.id, post]));
    this.#next = now();
  }

  note(event: CairnEvent): void {
    if (event.type !== "post_voted") return;
    const values = this.#values.get(event.post) ?? new Map<string, number>();
    this.#values.set(event.post, values);
    const isNew = !values.has(event.by);
    values.set(event.by, event.value);
    const post = this.#posts.get(event.post);
    if (!post || !isNew || event.at < this.#next) return;
    this.#next = event.at + PROBE_EVERY_MS;
    this.#running.push(this.#follow(post, values.size, event.at));
  }

  end(): Promise<number[]> {
    return Promise.all(this.#running);
  }

  /** Nobody takes a vote back in a trace, so the number of voters only grows. */
  async #follow(post: Post, voters: number, sentAt: number): Promise<number> {
    const path = `${threadPath(post.community, post.id, slugOf(post.title))}.json`;
    const expected = post.ups + post.downs + voters;
    while (this.#now() - sentAt < GIVE_UP_MS) {
      const [listing] = (await (await fetch(this.#origin + path)).json()) as [Listing];
      const { ups = 0, downs = 0 } = listing.data.children[0]?.data ?? {};
      if (ups + downs >= expected) break;
      await pause(POLL_MS);
    }
    return this.#now() - sentAt;
  }
}

interface Listing {
  readonly data: { readonly children: readonly { readonly data: Pick<Post, "ups" | "downs"> }[] };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
