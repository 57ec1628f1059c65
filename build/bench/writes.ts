/**
 * What one write costs: pages named, objects and rows, by kind, on a copy of the operator's
 * site. Each is followed by a tick, which orders the windows that the write has touched.
 */
import type { ConsumerDeps } from "../../src/consumer/consumer-deps.ts";
import { mintId, type PostId } from "../../src/model/ids.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { parseEvent } from "../../src/queue/events.ts";
import { openReads } from "../../src/store/reads.ts";
import type { LocalState } from "../local.ts";
import {
  type CountedConsumer,
  type Counts,
  costOf,
  noWrites,
  openCountedConsumer,
} from "./counted-consumer.ts";
import type { StoreCounts } from "./counted-stores.ts";
import type { WriteCost } from "./money/measured.ts";
import type { Table } from "./table.ts";

/** Of each kind. */
export const WRITES = 30;
const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
/** Between two writes: no lane merges them, so that each pays for itself. Milliseconds. */
const QUIET_MS = 120_000;
/** Until the minute's cron orders the windows. Milliseconds. */
const UNTIL_TICK_MS = 60_000;

export interface Sources {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
}

export interface WriteCosts {
  readonly table: Table;
  readonly vote: WriteCost;
  readonly comment: WriteCost;
  readonly submission: WriteCost;
  /** Of each of these: everything that was counted, of so many writes. */
  readonly counts: Readonly<Record<"vote" | "comment" | "submission", Counts>>;
}

export type OpenConsumer = (deps: ConsumerDeps, counts: Counts) => CountedConsumer;

/**
 * One write after another, each kind on its own.
 * @param config that the pages were built for: only that code publishes
 */
export async function benchWrites(
  state: LocalState,
  config: Site,
  sources: Sources,
  open: OpenConsumer = openCountedConsumer,
): Promise<WriteCosts> {
  const { random } = sources;
  const reads = openReads(state.db);
  const [front = []] = await reads.rankedSlices([
    { ranking: "hot", scope: null, from: 0, count: 1000 },
  ]);
  const all: PostId[] = [];
  for await (const id of reads.threadIds()) all.push(id);
  const [said = []] = await reads.slotIds([{ listing: "/comments", from: 1, to: 100_000 }]);
  const zipf = () => front[Math.floor(front.length ** random()) - 1]?.id ?? (all[0] as PostId);
  const vote = (post: PostId) => ({ type: "post_voted", post, value: 1 }) as const;
  const pick = <Id>(ids: readonly Id[]) => ids[Math.floor(random() * ids.length)] as Id;
  const submitted: PostId[] = [];
  const kinds: readonly (readonly [string, (id: string) => object])[] = [
    ["vote on what readers see", () => vote(zipf())],
    ["vote on any post", () => vote(pick(all))],
    ["vote on a comment", () => ({ type: "comment_voted", comment: pick(said), value: 1 })],
    [
      "comment",
      (comment) => ({ type: "comment_posted", comment, post: zipf(), parent: null, text: "Well." }),
    ],
    [
      "submission",
      (post) => {
        submitted.push(post as PostId);
        return {
          type: "post_submitted",
          post,
          community: front[0]?.community,
          title: `Post ${post}`,
          url: `https://bench.example/${post}`,
          text: null,
          resubmit: false,
        };
      },
    ],
    ["vote on a post of the day", () => vote(pick(submitted))],
  ];
  const columns: Counts[] = [];
  // One clock for all: pages remember when they were written.
  const clock = { ms: sources.now() };
  for (const [, make] of kinds) columns.push(await send(state, config, random, clock, open, make));
  const names = [...new Set(columns.flatMap(({ named }) => [...named.keys()]))];
  const row = (label: string, count: (counts: Counts) => number) => [
    label,
    ...columns.map((counts) => (count(counts) / WRITES).toFixed(2)),
  ];
  const stores = (name: keyof StoreCounts) => (counts: Counts) => counts.stores[name];
  const table = {
    title: `One write on a site of ${all.length} posts and ${said.length} comments, each alone (mean of ${WRITES})`,
    columns: ["", ...kinds.map(([label]) => label)],
    rows: [
      ...names.map((name) => row(`named: ${name}`, ({ named }) => named.get(name) ?? 0)),
      row("named, all kinds", ({ named }) => [...named.values()].reduce((sum, n) => sum + n, 0)),
      row("objects written", stores("objectsWritten")),
      row("rendered and found unchanged", ({ unchanged }) => unchanged),
      row("rows read", stores("rowsRead")),
      row("rows written", stores("rowsWritten")),
    ],
  };
  const [, , , comment, submission, voteOfToday] = columns;
  if (!voteOfToday || !comment || !submission) throw new Error("a kind was not measured");
  return {
    table,
    vote: costOf(voteOfToday, WRITES),
    comment: costOf(comment, WRITES),
    submission: costOf(submission, WRITES),
    counts: { vote: voteOfToday, comment, submission },
  };
}

/** @param make the fields of an event, given an id for what it makes */
async function send(
  state: LocalState,
  config: Site,
  random: Sources["random"],
  clock: { ms: number },
  open: OpenConsumer,
  make: (id: string) => object,
): Promise<Counts> {
  const counts = noWrites();
  const token = () => mintId(clock.ms, random);
  for (let write = 0; write < WRITES; write++) {
    clock.ms += QUIET_MS;
    const id = mintId(clock.ms, random);
    const by = `bench-${write}`;
    const event = parseEvent({
      version: 1,
      id,
      at: clock.ms,
      by,
      ...make(mintId(clock.ms, random)),
    });
    if (event.type === "malformed") throw new Error(event.why);
    const consumer = open({ ...state, config, pace: PACE, now: () => clock.ms, token }, counts);
    await consumer.apply(event);
    await consumer.countNamed();
    await consumer.publish();
    clock.ms += UNTIL_TICK_MS;
    await consumer.tick();
    await consumer.countNamed();
    await consumer.publish();
  }
  return counts;
}
