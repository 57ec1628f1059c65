/**
 * Accepted is a promise: a server killed at any moment has lost nothing that it answered with 202.
 * CAIRN_LONG=1 kills ten servers instead of one.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLocalState } from "../build/local.ts";
import { seededRandom } from "./rebuild/random.ts";
import { aHome, type Home, type Server, serveSite, startSite } from "./site/cairn.ts";
import { csvOfStones, stones } from "./site/links.ts";
import { until } from "./site/until.ts";
import { aPerson, aVisitor, listingOf, type Visitor } from "./site/visitor.ts";

const KILLS = process.env.CAIRN_LONG ? 10 : 1;
const random = seededRandom(Number(process.env.CAIRN_SEED ?? 1));

/** So many requests at once that the consumer is behind. */
const PARALLEL_VOTES = 32;
/** Nobody votes twice on a stone, so that each accepted vote is a row in the end. */
const VOTERS = 4;
/** Applying what the journal held, and publishing every thread. */
const APPLY_MS = 30_000;

let home: Home;
let server: Server;
/** `{voter} {post}` of every vote that was answered with 202. */
const accepted = new Set<string>();

beforeAll(async () => {
  home = await aHome();
  server = await startSite(home, csvOfStones());
}, 120_000);

afterAll(async () => {
  await server?.program.kill();
  await home?.remove();
});

interface Voter {
  readonly name: string;
  readonly visitor: Visitor;
}

async function voters(round: number): Promise<Voter[]> {
  const names = Array.from({ length: VOTERS }, (_, index) => `voter${round}_${index}`);
  return Promise.all(
    names.map(async (name) => ({ name, visitor: await aPerson(aVisitor(server.origin), name) })),
  );
}

/** Votes until the server is dead, which it is soon after as many votes as `enough`. */
async function voteUntilKilled(people: readonly Voter[], enough: number): Promise<void> {
  const ballots = stones.flatMap(({ id }) => people.map((voter) => ({ ...voter, id }))).values();
  const before = accepted.size;
  let isKilled = false;
  const vote = async () => {
    for (const { name, visitor, id } of ballots) {
      const answer = await visitor
        .post("/api/vote", { id: `t3_${id}`, dir: "1" })
        .catch(() => null);
      if (answer?.status === 202) accepted.add(`${name} ${id}`);
      else expect([isKilled, answer]).toEqual([true, null]);
      if (isKilled) return;
      if (accepted.size - before < enough) continue;
      isKilled = true;
      await server.program.kill();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_VOTES }, vote));
}

async function scoreOf({ path }: (typeof stones)[number]): Promise<number> {
  const { posts } = listingOf(await aVisitor(server.origin).get(`${path}.json`));
  return posts[0]?.score ?? 0;
}

function acceptedOn({ id }: (typeof stones)[number]): number {
  return [...accepted].filter((ballot) => ballot.endsWith(` ${id}`)).length;
}

test(
  "a server killed under load applies every accepted vote when it is started again",
  async () => {
    for (let round = 0; round < KILLS; round++) {
      const enough = 40 + random.int(stones.length * VOTERS - 80);
      await voteUntilKilled(await voters(round), enough);
      server = await serveSite(home);
    }
    for (const stone of stones) {
      const isShown = async () => (await scoreOf(stone)) >= stone.score + acceptedOn(stone);
      await until(`every accepted vote on ${stone.id}`, isShown, APPLY_MS);
    }
    await server.program.stop();
    console.log(`${KILLS} kills, ${accepted.size} votes accepted`);
    const applied = await storedVotes();
    expect([...accepted].filter((ballot) => !applied.has(ballot))).toEqual([]);
  },
  60_000 * KILLS,
);

/** A vote that was never answered may be among them, and may not. */
async function storedVotes(): Promise<ReadonlySet<string>> {
  const state = await openLocalState(home.stateDir);
  try {
    const { results } = await state.db
      .prepare("SELECT user, post FROM vote")
      .all<{ user: string; post: string }>();
    return new Set(results.map(({ user, post }) => `${user} ${post}`));
  } finally {
    await state.dispose();
  }
}
