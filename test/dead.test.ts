/** Dead letters: listed, applied again, discarded; nothing is lost by any of it. */
import { beforeEach, describe, expect, it } from "vitest";
import { parseArguments } from "../build/arguments.ts";
import { DEAD_ARGUMENTS } from "../build/dead.ts";
import { NO_PACE } from "../build/no-pace.ts";
import { tendDeadLetters } from "../src/dev/dead-letters.ts";
import type { EventId, PersonKey, PostId } from "../src/model/ids.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { keepDeadLetters, listDeadLetters } from "../src/store/dead-letters.ts";
import { anId, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";

/** When all letters died. */
const DIED_MS = Date.UTC(2026, 0, 1, 1);

const SENSELESS = "senseless";

let db: ReturnType<typeof openMemoryD1>;
let now = DIED_MS;
beforeEach(() => {
  db = openMemoryD1();
  now = DIED_MS;
});

function aCommunity(): CairnEvent {
  const base = { version: 1, id: anId() as EventId, at: Date.UTC(2026, 0, 1), by: "ann" } as const;
  return { ...base, type: "community_created", name: "Programming", title: "", description: "" };
}

async function bury(letters: Readonly<Record<string, unknown>>): Promise<void> {
  const rows = Object.entries(letters).map(([id, body]) => ({
    ...{ id, at: DIED_MS, why: "gave up retrying" },
    body: JSON.stringify(body),
  }));
  await keepDeadLetters(db, rows);
}

async function reasons(): Promise<Record<string, string>> {
  return Object.fromEntries((await listDeadLetters(db)).map(({ id, why }) => [id, why]));
}

/** As `npm run dead` is told: what it says, or why it does nothing. */
async function tend(...args: readonly string[]): Promise<readonly string[] | string> {
  const given = parseArguments(args, DEAD_ARGUMENTS);
  if (given.type !== "given") return given.type;
  const config = { origin: "https://cairn.example", admins: ["root" as PersonKey] };
  const deps = { db, config, now: () => now, pace: NO_PACE };
  const tended = await tendDeadLetters(deps, given, "Their pages follow.");
  if (tended.type === "senseless") return SENSELESS;
  return tended.type === "done" ? tended.lines : tended.why;
}

async function scoreOf(post: PostId): Promise<number | null> {
  return db.prepare("SELECT score FROM post WHERE id = ?1").bind(post).first<number>("score");
}

describe("replay", () => {
  it("applies what can be applied, the oldest event first, and names its pages", async () => {
    const [community, post] = [aCommunity(), aSubmission()];
    const vote = aVote({ post: post.post });
    await bury({ a: vote, b: post, c: community });
    expect((await tend("replay"))?.[0]).toBe("3 applied, 0 refused, 0 still dead");
    expect(await reasons()).toEqual({});
    expect(await scoreOf(post.post)).toBe(2);
    const stale = await db
      .prepare("SELECT 1 FROM page WHERE key = '/' AND named > written")
      .first();
    expect(stale).not.toBeNull();
  });

  it("applies what waited for others of months ago, too", async () => {
    const [community, post] = [aCommunity(), aSubmission()];
    now = DIED_MS + 90 * 86_400_000;
    await bury({ a: aVote({ post: post.post }), b: post, c: community });
    expect((await tend("replay"))?.[0]).toBe("3 applied, 0 refused, 0 still dead");
  });

  it("knows who the admins are", async () => {
    const [community, post] = [aCommunity(), aSubmission()];
    const verdict = { type: "post_judged", post: post.post, verdict: "removed", reason: "" };
    const sent = { version: 1, at: post.at + 1, id: anId(), by: "Root" };
    await bury({ a: community, b: post, c: { ...sent, ...verdict } });
    expect((await tend("replay"))?.[0]).toBe("3 applied, 0 refused, 0 still dead");
  });

  it("keeps the others, each with its new reason, and refuses what is impossible", async () => {
    const post = aSubmission();
    await bury({
      ...{ malformed: { version: 9 }, nothing: null },
      waiting: aVote({ post: anId() as PostId }),
      community: aCommunity(),
      ...{ post, notHers: { ...aVote({ post: post.post }), type: "post_deleted", by: "eve" } },
    });
    expect(await tend("replay")).toContain("2 applied, 1 refused, 3 still dead");
    expect(await reasons()).toEqual({
      malformed: "unknown version 9",
      nothing: "no object",
      waiting: "what it depends on is not there",
    });
    const refusal = await db.prepare("SELECT user, reason FROM refusal").first();
    expect(refusal).toEqual({ user: "eve", reason: "not_yours" });
    now += 7 * 60 * 60 * 1000;
    // A server has run all the while.
    await db.prepare("UPDATE site SET heard_at = ?1").bind(now).run();
    expect((await tend("replay", "waiting"))?.[0]).toBe("0 applied, 1 refused, 0 still dead");
  });

  it("keeps a letter that the database fails on, and goes on with the next", async () => {
    const community = aCommunity();
    await bury({ a: { ...aSubmission(), at: community.at - 1 }, b: community });
    await db.prepare("ALTER TABLE post RENAME TO elsewhere").run();
    expect(await tend("replay")).toContain("1 applied, 0 refused, 1 still dead");
    expect((await reasons()).a).toMatch(/^applying it failed: no such table/);
    await db.prepare("ALTER TABLE elsewhere RENAME TO post").run();
    expect((await tend("replay"))?.[0]).toBe("1 applied, 0 refused, 0 still dead");
  });

  it("keeps a letter that is no JSON, names it, and applies the others", async () => {
    await keepDeadLetters(db, [{ id: "torn", at: 1, why: "gave up", body: '{"version":1,' }]);
    await bury({ community: aCommunity() });
    expect((await tend("replay"))?.slice(0, 2)).toEqual([
      "torn: no JSON",
      "1 applied, 0 refused, 1 still dead",
    ]);
    expect(await reasons()).toEqual({ torn: "no JSON" });
  });

  it("applies only the letters named, and none if one of them is not there", async () => {
    await bury({ a: aCommunity(), b: { ...aCommunity(), name: "Gardening" } });
    expect(await tend("replay", "a", "x")).toBe("there is no dead letter x");
    expect(await reasons()).toHaveProperty("a");
    expect((await tend("replay", "a"))?.[0]).toBe("1 applied, 0 refused, 0 still dead");
    expect(Object.keys(await reasons())).toEqual(["b"]);
  });
});

describe("discard", () => {
  it("removes the letters named, or all, but never without being told which", async () => {
    await bury({ a: 1, b: 2, c: 3 });
    expect(await tend("discard")).toBe(SENSELESS);
    expect(await tend("discard", "a", "x")).toBe("there is no dead letter x");
    expect(Object.keys(await reasons())).toEqual(["a", "b", "c"]);
    expect(await tend("discard", "--all", "a")).toBe(SENSELESS);
    expect(await tend("discard", "a", "--all")).toBe(SENSELESS);
    expect(await tend("replay", "--all")).toBe(SENSELESS);
    expect(Object.keys(await reasons())).toEqual(["a", "b", "c"]);
    expect(await tend("discard", "b", "b")).toEqual(["1 discarded"]);
    expect(Object.keys(await reasons())).toEqual(["a", "c"]);
    expect(await tend("discard", "--all")).toEqual(["2 discarded"]);
    expect(await reasons()).toEqual({});
  });
});

describe("list", () => {
  it("shows each with its reason and its content", async () => {
    await bury({ a: { version: 9 } });
    expect(await tend("list")).toEqual([
      'a  2026-01-01T01:00:00.000Z  gave up retrying  {"version":9}',
      "1 dead letter",
    ]);
    expect(await tend("bury")).toBe(SENSELESS);
    expect(await tend()).toBe("refused");
  });

  it("has a letter once that the queue brings again", async () => {
    await bury({ a: { version: 9 } });
    await bury({ a: { version: 9 }, b: { version: 9 } });
    expect(await tend("list")).toHaveLength(3);
  });

  it("shows each on one line, and nothing that a terminal would obey", async () => {
    const why = "failed:\n\u001b[2Jat line 1\u009b\u2028\u202e";
    await keepDeadLetters(db, [{ id: "a", at: 0, why, body: '{"é":\n"😀"}' }]);
    expect((await tend("list"))?.[0]).toBe(
      "a  1970-01-01T00:00:00.000Z  failed:\\u000a\\u001b[2Jat line 1\\u009b\\u2028\\u202e  " +
        '{"é":\\u000a"😀"}',
    );
  });
});
