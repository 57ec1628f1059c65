/**
 * What goes wrong, and that nothing is lost by it: the same tests in process, where every call can
 * be tried, and in workerd over the real D1, R2 and KV.
 */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CommentId } from "../../src/model/ids.ts";
import { threadKey } from "../../src/pages/key.ts";
import { readPage } from "../../src/pages/storage.ts";
import type { CommentPosted } from "../../src/queue/comment-events.ts";
import type { CairnEvent } from "../../src/queue/events.ts";
import { anId, aSubmission, aVote } from "../makers.ts";
import { seededRandom } from "../rebuild/random.ts";
import { type StoredSite, storedText } from "../rebuild/site-check.ts";
import { type Call, D1_OVERLOADED, R2_INTERNAL, R2_TOO_FAST, R2_UNAVAILABLE } from "./command.ts";
import { World } from "./world.ts";

const MINUTE_MS = 60_000;
const BEGIN_MS = Date.UTC(2026, 0, 1, 1);
/** More than a batch of these makes of any kind. */
const MAX_CALLS = 400;

const community: CairnEvent = {
  ...aMoment("ann"),
  type: "community_created",
  name: "programming",
  title: "Programming",
  description: "",
};
const post = aSubmission({ by: "ann" });
const comment = aComment("Bob", null);
const answer = aComment("cleo", comment.comment);
const edit: CairnEvent = {
  ...aMoment("Bob"),
  type: "comment_edited",
  comment: comment.comment,
  text: "said better",
};
const vote = aVote({ post: post.post, by: "dan" });
const unvote = aVote({ post: post.post, by: "dan", value: 0 });
const story: readonly CairnEvent[] = [community, post, comment, answer, edit, vote, unvote];

function aMoment(by: string) {
  const { version, id, at } = aSubmission();
  return { version, id, at, by };
}

function aComment(by: string, parent: CommentId | null): CommentPosted {
  const id = anId() as CommentId;
  const said = { post: post.post, parent, text: `said ${id}` };
  return { ...aMoment(by), type: "comment_posted", comment: id, ...said };
}

/**
 * @param openSite an empty one
 * @param stride every how manyth of many like cases is tried
 * @param orders in which events arrive
 */
export function describeFaults(
  openSite: () => Promise<StoredSite>,
  stride: number,
  orders: number,
): void {
  let stored: StoredSite;

  async function aWorld(...events: readonly CairnEvent[]): Promise<World> {
    stored = await openSite();
    const world = new World(stored, BEGIN_MS);
    world.send(...events);
    await world.pass(2 * MINUTE_MS);
    return world;
  }

  const thread = async () => storedText(await readPage(stored.pages, threadKey(post.post)));

  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });

  it(`applies events in any order, each twice (${orders} orders)`, async () => {
    const pages = new Set<string>();
    for (let seed = 1; seed <= orders; seed++) {
      const world = await aWorld();
      for (const event of seededRandom(seed).shuffle([...story, ...story])) {
        world.send(event);
        if (seed % 2 === 0) await world.pass(700);
      }
      expect(await world.wrongInTheEnd(), `seed ${seed}`).toEqual([]);
      expect(await world.deadLetters()).toEqual([]);
      pages.add(await thread());
    }
    expect(pages.size).toBe(1);
  });

  it.each<[string, (call: Call) => boolean]>([
    ["call to D1", ({ target }) => target === "d1"],
    ["commit", ({ kind, about }) => kind === "batch" && about.includes("UPDATE site")],
    ["call to R2", ({ target }) => target === "r2"],
    ["put", ({ target, kind }) => target === "r2" && kind === "put"],
  ])("loses nothing whichever %s fails, or is the last before a crash", async (_, fails) => {
    let tried = 0;
    for (const way of ["before", "after", "crash before", "crash after"] as const) {
      for (let nth = 1; nth < MAX_CALLS; nth += stride) {
        const world = await aWorld(community, post);
        const calls = countCalls(world, fails);
        world.commands.order({ fails, way, nth });
        world.send(comment, vote);
        await world.pass(2 * MINUTE_MS);
        expect(await world.wrongInTheEnd(), `${way} ${nth}`).toEqual([]);
        expect(await thread()).toContain(comment.text);
        tried++;
        if (calls() < nth) break;
      }
    }
    expect(tried).toBeGreaterThan(4);
  });

  it("applies everything after D1 has refused for ten minutes", async () => {
    const world = await aWorld(community, post);
    const before = await thread();
    world.commands.order({
      fails: ({ target }) => target === "d1",
      way: "before",
      error: D1_OVERLOADED,
    });
    for (const event of [comment, answer, edit, vote]) {
      world.send(event);
      await world.pass(150_000);
    }
    expect(await thread()).toBe(before);
    expect(await world.wrongInTheEnd()).toEqual([]);
    expect(await thread()).toContain("said better");
    expect(await world.deadLetters()).toEqual([]);
  });

  it.each<[string, (call: Call) => boolean]>([
    ["every invocation dies", ({ target }) => target === "d1"],
    ["every invocation of the consumer dies, and cron does not", concernsTheStory],
  ])("applies everything after hours in which %s", async (_, fails) => {
    const world = await aWorld(community);
    world.commands.order({ fails, way: "crash before" });
    for (const event of story.toReversed()) {
      world.send(event);
      await world.pass(2 * MINUTE_MS);
    }
    await world.pass(5 * 60 * MINUTE_MS);
    expect(await scoreOf(stored, post.post)).toBeUndefined();
    expect(await world.wrongInTheEnd()).toEqual([]);
    expect(world.givenUp).toEqual([]);
    expect(await thread()).toContain("said better");
    expect(await thread()).toContain(answer.text);
    expect(await scoreOf(stored, post.post)).toBe(1);
    expect(await stored.db.prepare("SELECT event FROM refusal").first()).toBeNull();
  });

  it.each([
    ["is asked too often for one key (429)", "put", R2_TOO_FAST, "before"],
    ["has internal errors (500)", "put", R2_INTERNAL, "before"],
    ["has internal errors although it has put (500)", "put", R2_INTERNAL, "after"],
    ["is unavailable (503)", "put", R2_UNAVAILABLE, "before"],
  ] as const)(
    "keeps the old pages while R2 %s, and writes the new ones after",
    async (_, kind, error, way) => {
      const world = await aWorld(community, post);
      const before = await thread();
      world.commands.order({
        fails: (call) => call.target === "r2" && call.kind === kind,
        way,
        error,
      });
      world.send(comment, vote);
      await world.pass(3 * MINUTE_MS);
      if (way === "before") expect(await thread()).toBe(before);
      expect(await world.wrongInTheEnd()).toEqual([]);
      expect(await thread()).toContain(comment.text);
    },
  );

  it("writes what its publishers know while R2 cannot be asked (503), and the rest after", async () => {
    const world = await aWorld(community, post);
    world.commands.order({
      fails: ({ target, kind }) => target === "r2" && kind === "head",
      way: "before",
      error: R2_UNAVAILABLE,
    });
    world.send(comment, vote);
    await world.pass(3 * MINUTE_MS);
    expect(await thread()).toContain(comment.text);
    expect(await world.wrongInTheEnd()).toEqual([]);
  });

  it("a message that can never be applied holds up no other, and is kept in the end", async () => {
    const world = await aWorld(community, post);
    const poison = aVote({ post: post.post, by: "poisoner" });
    const isPoisoned = ({ about }: Call) =>
      about.includes("poisoner") && !about.includes("dead_letter");
    world.commands.order({ fails: isPoisoned, way: "before" });
    const votes = Array.from({ length: 99 }, (_, n) =>
      aVote({ post: post.post, by: `voter-${n}` }),
    );
    world.send(...votes.slice(0, 40), poison, ...votes.slice(40), { version: 9 });
    await world.pass(2000);
    expect(await scoreOf(stored, post.post)).toBe(100);
    await world.pass(24 * 60 * MINUTE_MS);
    const letters = await world.deadLetters();
    expect(letters.toSorted()).toEqual(
      [JSON.stringify({ version: 9 }), JSON.stringify(poison)].toSorted(),
    );
    expect(await world.wrongInTheEnd()).toEqual([]);
  });

  it("an answer that arrives before what it answers waits for it, or is refused after hours", async () => {
    const world = await aWorld(community);
    world.send(answer);
    await world.pass(10 * MINUTE_MS);
    world.send(post);
    await world.pass(20 * MINUTE_MS);
    world.send(comment);
    expect(await world.wrongInTheEnd()).toEqual([]);
    expect(await thread()).toContain(answer.text);
    const late = { ...aComment("Eve", anId() as CommentId), at: world.now };
    world.send(late);
    expect(await world.wrongInTheEnd()).toEqual([]);
    expect(await thread()).not.toContain(late.text);
    const { results } = await stored.db.prepare("SELECT event, reason, text FROM refusal").all();
    expect(results).toEqual([{ event: late.id, reason: "no_such_comment", text: late.text }]);
  });

  it("serves old or new pages while votes come in during a deploy, and only new ones after", async () => {
    const world = await aWorld(community, post, comment);
    for (let round = 0; round < 20; round++) {
      world.send(aVote({ post: post.post, by: `voter-${round}`, value: round % 3 === 0 ? -1 : 1 }));
      if (round === 6) world.deploy("https://second.example");
      if (round === 7) world.commands.order({ fails: isNaming, way: "crash before", nth: 1 });
      if (round === 13) world.deploy("https://third.example");
      await world.pass(9000);
      const origins = new Set((await thread()).match(/https:\/\/(cairn|second|third)\.example/g));
      expect([...origins].length).toBeLessThanOrEqual(1);
    }
    expect(await world.wrongInTheEnd()).toEqual([]);
    expect(await thread()).toContain("https://third.example");
    expect(await thread()).not.toContain("https://cairn.example");
  });

  describe("1,000 votes on one post in ten seconds", () => {
    it("write no key more than once a second, and the last state in the end", async () => {
      const world = await aWorld(community, post);
      const before = world.puts.length;
      for (let n = 0; n < 1000; n++) {
        world.send(aVote({ post: post.post, by: `voter-${n}`, value: n % 10 === 0 ? -1 : 1 }));
        // Batches of one, a few, or many.
        if (n % 7 !== 0) await world.pass(n % 7 === 1 ? 20 : 10);
        // A bell too many, so that publishers and the consumer meet.
        if (n % 50 === 0) world.ring();
        // Twice within a second: all pages, those in KV too, are named twice.
        if (n === 500 || n === 530) world.deploy(`https://second.example/${n}`);
      }
      const puts = world.puts.slice(before).filter(({ key }) => key === threadKey(post.post));
      expect(puts.length).toBeGreaterThan(3);
      expect(puts.length).toBeLessThanOrEqual(12);
      expect(world.puts.slice(before).filter(({ key }) => key === "/about").length).toBeGreaterThan(
        1,
      );
      expect(world.tooFast()).toEqual([]);
      expect(await world.wrongInTheEnd()).toEqual([]);
      expect(await scoreOf(stored, post.post)).toBe(1 + 900 - 100);
      expect(await thread()).toContain(`"score":801,`);
    });
  });
}

/** Its post and comment are in nobody's calls but the consumer's, until they are applied. */
function concernsTheStory({ about }: Call): boolean {
  return about.includes(post.post) || about.includes(comment.comment);
}

/** The naming of all pages, between its beginning and its end; no commit. */
function isNaming({ kind, about }: Call): boolean {
  return kind === "batch" && about.startsWith("INSERT INTO page");
}

function countCalls(world: World, counted: (call: Call) => boolean): () => number {
  let calls = 0;
  world.commands.watch((call) => {
    if (counted(call)) calls++;
  });
  return () => calls;
}

async function scoreOf({ db }: StoredSite, id: string): Promise<number | undefined> {
  const row = await db
    .prepare("SELECT score FROM post WHERE id = ?1")
    .bind(id)
    .first<{ score: number }>();
  return row?.score;
}
