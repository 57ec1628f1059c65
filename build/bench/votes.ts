/** What one vote costs: pages named and objects written, by kind, on a copy of the operator's site. */
import { consumeEvents } from "../../src/consumer/consume.ts";
import { publishStale } from "../../src/consumer/publish-stale.ts";
import { type EventId, mintId, type PostId } from "../../src/model/ids.ts";
import { pageTypeOf } from "../../src/pages/table.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { readCommitNumber } from "../../src/store/commit.ts";
import { keysNamedAt } from "../../src/store/page-rows.ts";
import { openReads } from "../../src/store/reads.ts";
import type { LocalState } from "../local.ts";
import type { Table } from "./table.ts";

const VOTES = 200;
const PACE = { fast: 1000, slow: 60_000 };
/** Between two votes: no lane merges them, so that each pays for itself. Milliseconds. */
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

/** Votes one after another: on what readers see (by hot rank, Zipf), and on any post. */
export async function benchVotes(state: LocalState, sources: Sources): Promise<Table> {
  const reads = openReads(state.db);
  const [front = []] = await reads.rankedSlices([
    { ranking: "hot", scope: null, from: 0, count: 1000 },
  ]);
  const all: PostId[] = [];
  for await (const id of reads.threadIds()) all.push(id);
  const zipf = () => front[Math.floor(front.length ** sources.random()) - 1]?.id;
  const any = () => all[Math.floor(sources.random() * all.length)];
  const onFront = await castVotes(state, sources, zipf);
  const onAny = await castVotes(state, sources, any);
  const kinds = [...new Set([...onFront.named.keys(), ...onAny.named.keys()])];
  return {
    title: `One vote on a site of ${all.length} posts (mean of ${VOTES})`,
    columns: ["", "on what readers see", "on any post"],
    rows: [
      ...kinds.map((kind) => [`named: ${kind}`, mean(onFront, kind), mean(onAny, kind)]),
      ["named, all kinds", meanOfAll(onFront), meanOfAll(onAny)],
      ["objects written", each(onFront.written), each(onAny.written)],
      ["rendered and found unchanged", each(onFront.unchanged), each(onAny.unchanged)],
    ],
  };
}

function each(count: number): string {
  return (count / VOTES).toFixed(2);
}

function mean({ named }: Counts, kind: string): string {
  return each(named.get(kind) ?? 0);
}

function meanOfAll({ named }: Counts): string {
  return each([...named.values()].reduce((sum, count) => sum + count, 0));
}

async function castVotes(
  state: LocalState,
  { now, random }: Sources,
  pick: () => PostId | undefined,
): Promise<Counts> {
  const counts: Counts = { named: new Map(), written: 0, unchanged: 0 };
  let clock = now();
  for (let vote = 0; vote < VOTES; vote++) {
    clock += QUIET_MS;
    const post = pick();
    if (!post) continue;
    const id = mintId(clock, random) as EventId;
    const event: CairnEvent = {
      version: 1,
      type: "post_voted",
      id,
      at: clock,
      by: `bench-${id}`,
      post,
      value: 1,
    };
    await consumeEvents(state.db, [event], clock, PACE);
    const keys = await keysNamedAt(state.db, await readCommitNumber(state.db));
    for (const key of keys) {
      const kind = pageTypeOf(key)?.name ?? "no type";
      counts.named.set(kind, (counts.named.get(kind) ?? 0) + 1);
    }
    const published = await publishStale({
      ...state,
      config: { origin: "http://localhost:8787" },
      pace: PACE,
      now: () => clock,
      token: () => id,
    });
    counts.written += published.written;
    counts.unchanged += published.unchanged;
  }
  return counts;
}
