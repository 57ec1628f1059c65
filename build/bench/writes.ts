/** What one write costs: pages named and objects written, by kind, on a copy of the operator's site. */

import { consumeEvents } from "../../src/consumer/consume.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { mintId, type PostId } from "../../src/model/ids.ts";
import type { Site } from "../../src/pages/page-type.ts";
import { pageTypeOf } from "../../src/pages/table.ts";
import { parseEvent } from "../../src/queue/events.ts";
import { readCommitNumber } from "../../src/store/commit.ts";
import { keysNamedAt } from "../../src/store/page-rows.ts";
import { openReads } from "../../src/store/reads.ts";
import type { LocalState } from "../local.ts";
import type { Table } from "./table.ts";

const WRITES = 30;
const PACE = { fast: 1000, slow: 60_000, private: 600_000 };
/** Between two writes: no lane merges them, so that each pays for itself. Milliseconds. */
const QUIET_MS = 120_000;

export interface Sources {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
}

interface Counts {
  readonly named: Map<string, number>;
  written: number;
  unchanged: number;
}

/**
 * One write after another, each kind on its own.
 * @param config that the pages were built for: only that code publishes
 */
export async function benchWrites(
  state: LocalState,
  config: Site,
  sources: Sources,
): Promise<Table> {
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
      (post) => ({
        type: "post_submitted",
        post,
        community: front[0]?.community,
        title: `Post ${post}`,
        url: `https://bench.example/${post}`,
        text: null,
        resubmit: false,
      }),
    ],
  ];
  const columns: Counts[] = [];
  // One clock for all: pages remember when they were written.
  const clock = { ms: sources.now() };
  for (const [, make] of kinds) columns.push(await send(state, config, random, clock, make));
  const names = [...new Set(columns.flatMap(({ named }) => [...named.keys()]))];
  const row = (label: string, count: (counts: Counts) => number) => [
    label,
    ...columns.map((counts) => (count(counts) / WRITES).toFixed(2)),
  ];
  return {
    title: `One write on a site of ${all.length} posts and ${said.length} comments, each alone (mean of ${WRITES})`,
    columns: ["", ...kinds.map(([label]) => label)],
    rows: [
      ...names.map((name) => row(`named: ${name}`, ({ named }) => named.get(name) ?? 0)),
      row("named, all kinds", ({ named }) => [...named.values()].reduce((sum, n) => sum + n, 0)),
      row("objects written", ({ written }) => written),
      row("rendered and found unchanged", ({ unchanged }) => unchanged),
    ],
  };
}

/** @param make the fields of an event, given an id for what it makes */
async function send(
  state: LocalState,
  config: Site,
  random: Sources["random"],
  clock: { ms: number },
  make: (id: string) => object,
): Promise<Counts> {
  const counts: Counts = { named: new Map(), written: 0, unchanged: 0 };
  for (let write = 0; write < WRITES; write++) {
    clock.ms += QUIET_MS;
    const now = clock.ms;
    const id = mintId(now, random);
    const by = `bench-${write}`;
    const event = parseEvent({ version: 1, id, at: now, by, ...make(mintId(now, random)) });
    if (event.type === "malformed") throw new Error(event.why);
    await consumeEvents(state.db, [event], now, PACE);
    for (const key of await keysNamedAt(state.db, await readCommitNumber(state.db))) {
      const kind = pageTypeOf(key)?.name ?? "no type";
      counts.named.set(kind, (counts.named.get(kind) ?? 0) + 1);
    }
    const published = await publishStale({
      ...state,
      config,
      pace: PACE,
      now: () => now,
      token: () => id,
    });
    counts.written += published.written;
    counts.unchanged += published.unchanged;
  }
  return counts;
}
