/** What an isolate remembers of the ranked listings, against the database. */
import { expect, it } from "vitest";
import { RankedHeads } from "../src/consumer/ranked-heads.ts";
import { tick } from "../src/consumer/tick.ts";
import { communityKey, type PostId } from "../src/model/ids.ts";
import { RANKED_DEPTH } from "../src/pages/key.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { readCommitNumber } from "../src/store/commit.ts";
import { COMMITS_KEPT } from "../src/store/moved.ts";
import { readHeads } from "../src/store/places.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { seededRandom } from "./rebuild/random.ts";
import { consumeEvents } from "./whole-steps.ts";

const NOW = Date.UTC(2026, 0, 2);
const PACE = { fast: 0, slow: 0, private: 0 };
/** More than are read of a listing, with all that is read beyond its depth. */
const POSTS = 1600;
const LISTINGS = [
  { ranking: "hot", scope: null },
  { ranking: "top", scope: communityKey("programming") },
  { ranking: "controversial", scope: null },
  { ranking: "hot", scope: { domain: "example.com" as never } },
] as const;

async function aSite() {
  const db = openMemoryD1();
  const name = "programming";
  const base = { version: 1, id: anId(), at: NOW, by: "ann" };
  const made = { ...base, type: "community_created", name, title: name, description: "" };
  const posts = Array.from({ length: POSTS }, () => aSubmission());
  await consumeEvents(db, [made as CairnEvent], NOW, PACE);
  expect(await consumeEvents(db, posts, NOW, PACE)).toEqual(posts.map(() => "applied"));
  return { db, ids: posts.map(({ post }) => post) };
}

/** @returns how often it asked the database */
async function expectTrue(db: ReturnType<typeof openMemoryD1>, ranked: RankedHeads) {
  const { counted, asked } = counting(db);
  const commit = await readCommitNumber(db);
  const heads = await ranked.at(counted, commit, LISTINGS, RANKED_DEPTH);
  const { heads: truth } = await readHeads(db, LISTINGS, RANKED_DEPTH);
  for (const [index, { keys }] of heads.entries()) {
    expect(keys.slice(0, RANKED_DEPTH)).toEqual(truth[index]);
  }
  return asked();
}

function counting(db: ReturnType<typeof openMemoryD1>) {
  let asked = 0;
  const counted = new Proxy(db, {
    get: (_, name: keyof typeof db) => {
      if (name === "batch") asked++;
      const value = db[name];
      return typeof value === "function" ? value.bind(db) : value;
    },
  });
  return { counted, asked: () => asked };
}

function deletion(post: PostId): CairnEvent {
  const base = { version: 1 as const, id: anId() as never, at: NOW, by: "ann" };
  return { ...base, type: "post_deleted", post };
}

it("it is what the database says after every commit, without asking", async () => {
  const { db, ids } = await aSite();
  const random = seededRandom(7);
  const ranked = new RankedHeads();
  const consume = (...events: CairnEvent[]) => consumeEvents(db, events, NOW, PACE, { ranked });
  await expectTrue(db, ranked);
  let asked = 0;
  for (let commit = 0; commit < 60; commit++) {
    const votes = Array.from({ length: 8 }, () =>
      aVote({ post: random.pick(ids), by: `v${random.int(50)}`, value: random.pick([1, -1]) }),
    );
    await consume(...votes, deletion(random.pick(ids)), aSubmission());
    asked += await expectTrue(db, ranked);
  }
  expect(asked).toBe(0);
});

it("it reads a listing again when too many have left its beginning", async () => {
  const { db } = await aSite();
  const ranked = new RankedHeads();
  await expectTrue(db, ranked);
  for (let commit = 0; commit < 8; commit++) {
    const [best = []] = (await readHeads(db, [LISTINGS[0]], 60)).heads;
    await consumeEvents(
      db,
      best.map(({ id }) => deletion(id)),
      NOW,
      PACE,
      { ranked },
    );
    await expectTrue(db, ranked);
  }
});

it("it reads a listing again when too many of its best have sunk below what it knows", async () => {
  const { db } = await aSite();
  const ranked = new RankedHeads();
  for (let commit = 0; commit < 8; commit++) {
    const [best = []] = (await readHeads(db, [LISTINGS[1]], 60)).heads;
    const votes = best.map(({ id }) => aVote({ post: id, by: "ben", value: -1 }));
    await consumeEvents(db, votes, NOW, PACE, { ranked });
    await expectTrue(db, ranked);
  }
});

it("it catches up with what other isolates have committed, without reading listings again", async () => {
  const { db, ids } = await aSite();
  const random = seededRandom(8);
  const isolates = [new RankedHeads(), new RankedHeads()];
  for (const ranked of isolates) await expectTrue(db, ranked);
  let asked = 0;
  for (let commit = 0; commit < 60; commit++) {
    const votes = Array.from({ length: 8 }, () =>
      aVote({ post: random.pick(ids), by: `v${random.int(50)}`, value: random.pick([1, -1]) }),
    );
    const events = random.chance(0.2)
      ? votes
      : [...votes, deletion(random.pick(ids)), aSubmission()];
    await consumeEvents(db, events, NOW, PACE, { ranked: random.pick(isolates) });
    if (random.chance(0.1)) while (!(await tick(db, NOW + commit * 60_000, PACE)));
    asked += await expectTrue(db, random.pick(isolates));
  }
  for (const ranked of isolates) asked += await expectTrue(db, ranked);
  expect(asked).toBe(0);
});

it("it reads again what it has not seen for too many commits, or where one says nothing", async () => {
  const { db, ids } = await aSite();
  const ranked = new RankedHeads();
  await expectTrue(db, ranked);
  const commitOf = (index: number) =>
    consumeEvents(db, [deletion(ids[index] as PostId)], NOW, PACE);
  for (let commit = 0; commit < COMMITS_KEPT; commit++) await commitOf(commit);
  expect(await expectTrue(db, ranked)).toBe(0);
  for (let commit = 0; commit <= COMMITS_KEPT; commit++) await commitOf(COMMITS_KEPT + commit);
  expect(await expectTrue(db, ranked)).toBe(1);
  await db.prepare("UPDATE site SET commit_number = commit_number + 1").run();
  await commitOf(2 * COMMITS_KEPT + 1);
  expect(await expectTrue(db, ranked)).toBe(1);
});

it("it does not take moves on older rows for its own", async () => {
  const { db } = await aSite();
  const ranked = new RankedHeads();
  await expectTrue(db, ranked);
  const [best = []] = (await readHeads(db, [LISTINGS[0]], 1)).heads;
  const moves = best.map((before) => ({ before, after: null }));
  ranked.advance((await readCommitNumber(db)) - 1, [{ ...LISTINGS[0], moves }]);
  await expectTrue(db, ranked);
});

it("it does not keep what was read beside a commit of the same isolate", async () => {
  const { db } = await aSite();
  const ranked = new RankedHeads();
  const readAt = await readCommitNumber(db);
  const sent = Promise.withResolvers<void>();
  const reader = {
    ...held(db),
    batch: async (all: never) => sent.promise.then(() => db.batch(all)),
  };
  // One asks; its question is late on the way to the database, but answered first.
  const asked = ranked.at(reader as never, readAt, LISTINGS, RANKED_DEPTH);
  const batch = async (all: never) => {
    const answers = await db.batch(all);
    if ((await readCommitNumber(db)) === readAt) return answers;
    sent.resolve();
    await asked;
    return answers;
  };
  await consumeEvents({ ...held(db), batch } as never, [aSubmission()], NOW, PACE, { ranked });
  await expectTrue(db, ranked);
});

function held(db: ReturnType<typeof openMemoryD1>) {
  return { prepare: (sql: string) => db.prepare(sql) };
}
