/** What events do to rows, one transition a test. */
import { describe, expect, it, vi } from "vitest";
import { type CommentId, type EventId, mintId, type PostId } from "../src/model/ids.ts";
import { MAX_EDITED_CHARS } from "../src/model/piece.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import type { PostSubmitted } from "../src/queue/post-events.ts";
import { insertPosts } from "../src/store/bulk-posts.ts";
import { anId, aPost, aSubmission, aVote } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { seededRandom } from "./rebuild/random.ts";
import { consumeEvents } from "./whole-steps.ts";

/** As if there were an address of which `normalizeUrl` makes nothing. */
vi.mock("normalize-url", async (original) => {
  const real = await original<typeof import("normalize-url")>();
  const normalize: typeof real.default = (url, options) => {
    if (url.includes("keyless.example")) throw new TypeError("Invalid URL");
    return real.default(url, options);
  };
  return { ...real, default: normalize };
});

const NOW = Date.UTC(2026, 0, 1, 1);
/** Votes are counted at once: test/tally.test.ts is about those that wait. */
const PACE = { fast: 0, slow: 60_000, private: 600_000 };

const community = {
  version: 1,
  type: "community_created",
  id: anId(),
  at: NOW,
  by: "ann",
  name: "Programming",
  title: "Programming",
  description: "",
} as CairnEvent;

async function aSite(...events: CairnEvent[]) {
  const db = openMemoryD1();
  const send = (...more: CairnEvent[]) => consumeEvents(db, more, NOW, PACE);
  const rows = async (sql: string) =>
    (await db.prepare(sql).all<Record<string, unknown>>()).results;
  await send(community);
  if (events.length > 0) await send(...events);
  return { db, send, rows };
}

const SCORES = "SELECT id, ups, downs, score FROM post ORDER BY id";

async function scoreOf(site: Awaited<ReturnType<typeof aSite>>, { post }: PostSubmitted) {
  const rows = await site.rows(SCORES);
  return rows.find(({ id }) => id === post)?.score;
}

describe("a community", () => {
  const again = { ...community, id: anId() as EventId, at: community.at + 61_000 };

  it("is made once, however often its event comes", async () => {
    const site = await aSite();
    expect(await site.send(community, community)).toEqual(["unchanged", "unchanged"]);
    expect(await site.rows("SELECT reason FROM refusal")).toEqual([]);
  });

  it("that there is already is refused, and whoever asked for it is told", async () => {
    const site = await aSite();
    expect(await site.send(again)).toEqual(["refused"]);
    expect(await site.rows("SELECT user, type, reason FROM refusal")).toEqual([
      { user: community.by, type: "community_created", reason: "name_taken" },
    ]);
  });
});

describe("a vote", () => {
  it.each([
    ["nothing to 1", [1], 2],
    ["nothing to -1", [-1], 0],
    ["1 to -1", [1, -1], 0],
    ["-1 to 1", [-1, 1], 2],
    ["1 to 0", [1, 0], 1],
    ["1 to 1", [1, 1], 2],
  ] as const)("from %s gives the score %s → %d", async (_, values, expected) => {
    const post = aSubmission();
    const votes = values.map((value) => aVote({ post: post.post, value }));
    expect(await scoreOf(await aSite(post, ...votes), post)).toBe(expected);
    const oneByOne = await aSite(post);
    for (const vote of votes) await oneByOne.send(vote);
    expect(await scoreOf(oneByOne, post)).toBe(expected);
  });

  it("that is older than the one before changes nothing", async () => {
    const post = aSubmission();
    const older = aVote({ post: post.post, value: -1 });
    const newer = aVote({ post: post.post, value: 1 });
    const site = await aSite(post, newer);
    expect(await site.send(older)).toEqual(["unchanged"]);
    expect(await scoreOf(site, post)).toBe(2);
  });

  it("of the author counts once: the upvote was there", async () => {
    const post = aSubmission({ by: "ann" });
    const site = await aSite(post, aVote({ post: post.post, by: "ann", value: 1 }));
    expect(await scoreOf(site, post)).toBe(1);
  });

  it("on a post that has not arrived waits, and counts when it has", async () => {
    const post = aSubmission();
    const vote = aVote({ post: post.post });
    const site = await aSite();
    expect(await site.send(vote)).toEqual(["waiting"]);
    expect(await site.send(post, vote)).toEqual(["applied", "applied"]);
    expect(await scoreOf(site, post)).toBe(2);
  });

  it("on a post that never comes is refused with a message in the end", async () => {
    const site = await aSite();
    const vote = aVote({ post: anId() as PostId, at: NOW - 7 * 3_600_000 });
    expect(await site.send(vote)).toEqual(["refused"]);
    expect(await site.send(vote)).toEqual(["refused"]);
    const refusals = await site.rows("SELECT user, reason, subject FROM refusal");
    expect(refusals).toEqual([{ user: "Bob", reason: "no_such_post", subject: `t3_${vote.post}` }]);
  });

  const DAY_MS = 86_400_000;
  const mintedBefore = (ms: number) => mintId(NOW - ms, () => 0.5);
  it.each([
    ["that was never minted is refused at once", "zzzz", "refused"],
    ["of the future is refused at once", mintedBefore(-61_000), "refused"],
    ["of two weeks ago may be under way", mintedBefore(14 * DAY_MS), "waiting"],
    ["of a day longer is refused at once", mintedBefore(15 * DAY_MS), "refused"],
  ])("on an id %s", async (_, id, outcome) => {
    const site = await aSite();
    expect(await site.send(aVote({ post: id as PostId, at: NOW }))).toEqual([outcome]);
  });
});

describe("a submission", () => {
  it("is applied once, however often it comes", async () => {
    const post = aSubmission();
    const site = await aSite(post, post);
    expect(await site.send(post)).toEqual(["unchanged"]);
    expect(await site.rows("SELECT count(*) AS posts FROM post")).toEqual([{ posts: 1 }]);
    expect(await site.rows("SELECT user, value FROM vote")).toEqual([{ user: "ann", value: 1 }]);
  });

  it.each([
    ["of which no key can be made", "http://keyless.example/"],
    ["whose host is longer than DNS has them", `http://${"a".repeat(254)}/`],
  ])("of an address %s is refused, and holds up nobody else's", async (_, url) => {
    const site = await aSite();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await site.send(aSubmission({ url }), aSubmission())).toEqual(["refused", "applied"]);
    expect(await site.rows("SELECT reason FROM refusal")).toEqual([{ reason: "not_a_link" }]);
  });

  it("of a host that is a pattern of replacement is of no other host's link", async () => {
    const site = await aSite(aSubmission({ url: "http://$'/example.com/a" }));
    const other = aSubmission({ by: "Bob", url: "http://example.com/a" });
    expect(await site.send(other)).toEqual(["applied"]);
    expect(await site.rows("SELECT link_key FROM post ORDER BY id")).toEqual([
      { link_key: "$'/example.com/a" },
      { link_key: "example.com/a" },
    ]);
  });

  it("of a link that the community has becomes an upvote and an alias", async () => {
    const first = aSubmission({ by: "ann", url: "https://example.com/same" });
    const second = aSubmission({ by: "Bob", url: "http://www.example.com/same/" });
    const site = await aSite(first);
    await site.send(second);
    expect(await scoreOf(site, first)).toBe(2);
    const aliases = await site.rows("SELECT id, post FROM alias");
    expect(aliases).toEqual([{ id: second.post, post: first.post }]);
  });

  const sameLink = (by: string) => aSubmission({ by, url: "https://example.com/told" });
  const TOLD = "SELECT event, user, reason, subject FROM refusal ORDER BY event";

  it("of a link that somebody else has posted there is told its sender, however often it comes", async () => {
    const [first, second, third] = [sameLink("ann"), sameLink("Bob"), sameLink("cleo")];
    const told = [second, third].map(({ id, by }) => ({
      ...{ event: id, user: by },
      ...{ reason: "already_submitted", subject: `t3_${first.post}` },
    }));
    const site = await aSite(first);
    expect(await site.send(second)).toEqual(["refused"]);
    expect(await site.send(third, second, first, third)).toEqual([
      ...["refused", "unchanged"],
      ...["unchanged", "unchanged"],
    ]);
    expect(await site.rows(TOLD)).toEqual(told);
    const together = await aSite(third, second, first, third, second);
    expect(await together.rows(TOLD)).toEqual(told);
  });

  it("of a link that they have posted there themselves is told nobody", async () => {
    const site = await aSite(sameLink("ann"));
    expect(await site.send(sameLink("Ann"))).toEqual(["applied"]);
    expect(await site.rows(TOLD)).toEqual([]);
  });

  it("and a vote by way of its alias count once, in one batch or in three", async () => {
    const first = aSubmission({ url: "https://example.com/once" });
    const second = aSubmission({ by: "Bob", url: "https://example.com/once" });
    const early = aVote({ post: first.post, by: "Bob" });
    const late = aVote({ post: second.post, by: "Bob" });
    const site = await aSite(first, early);
    await site.send(second, late);
    expect(await scoreOf(site, first)).toBe(2);
  });

  it("again of a link is a post of its own when asked for", async () => {
    const first = aSubmission({ url: "https://example.com/again" });
    const second = aSubmission({ url: "https://example.com/again", resubmit: true });
    const site = await aSite(first, second);
    expect(await site.rows("SELECT count(*) AS posts FROM post")).toEqual([{ posts: 2 }]);
  });

  it("to a community that has not arrived waits", async () => {
    const site = await aSite();
    expect(await site.send(aSubmission({ community: "nowhere", at: NOW }))).toEqual(["waiting"]);
  });
});

describe("a deletion", () => {
  const deletion = (post: PostId, by: string) =>
    ({ version: 1, type: "post_deleted", id: anId(), at: NOW, by, post }) as CairnEvent;

  it("by the author takes the post down, once", async () => {
    const post = aSubmission({ by: "ann" });
    const site = await aSite(post);
    expect(await site.send(deletion(post.post, "ann"))).toEqual(["applied"]);
    expect(await site.send(deletion(post.post, "ann"))).toEqual(["unchanged"]);
    expect(await site.rows("SELECT standing FROM post")).toEqual([{ standing: "deleted" }]);
  });

  it("by somebody else is refused with a message", async () => {
    const post = aSubmission({ by: "ann" });
    const site = await aSite(post);
    expect(await site.send(deletion(post.post, "Bob"))).toEqual(["refused"]);
    expect(await site.rows("SELECT user, reason FROM refusal")).toEqual([
      { user: "Bob", reason: "not_yours" },
    ]);
  });

  it("frees the link for another submission", async () => {
    const first = aSubmission({ by: "ann", url: "https://example.com/free" });
    const second = aSubmission({ by: "Bob", url: "https://example.com/free" });
    const site = await aSite(first, deletion(first.post, "ann"));
    await site.send(second);
    expect(await site.rows("SELECT count(*) AS posts FROM post")).toEqual([{ posts: 2 }]);
  });

  it.each([
    ["an author's deletion", { type: "post_deleted" }],
    ["a moderator's removal", { type: "post_judged", verdict: "removed", reason: "" }],
  ] as const)("frees it at once, for what comes in the same batch: %s", async (_, taken) => {
    const [first, second] = ["ann", "Bob"].map((by, at) =>
      aSubmission({ by, at: NOW + 2 * at, url: "https://example.com/free" }),
    ) as [PostSubmitted, PostSubmitted];
    const site = await aSite(first);
    const down = { ...deletion(first.post, "ann"), ...taken, at: NOW + 1 } as CairnEvent;
    expect(await site.send(down, second)).toEqual(["applied", "applied"]);
    expect(await site.rows("SELECT count(*) AS posts FROM post")).toEqual([{ posts: 2 }]);
  });
});

describe("an edit", () => {
  const post = aSubmission({ by: "ann" });
  const comment = anId() as CommentId;
  const refusals = "SELECT reason, text FROM refusal";
  const base = () => ({ version: 1 as const, id: anId() as EventId, at: NOW, by: "ann" });
  const said: CairnEvent = {
    ...{ ...base(), type: "comment_posted", comment, post: post.post },
    ...{ parent: null, text: "four" },
  };

  it("of a link is refused: there is no text to replace", async () => {
    const site = await aSite(post);
    const edit = { ...base(), type: "post_edited", post: post.post, text: "mine" } as const;
    expect(await site.send(edit)).toEqual(["refused"]);
    expect(await site.rows(refusals)).toEqual([{ reason: "not_a_text", text: "mine" }]);
    expect(await site.rows("SELECT 1 FROM post WHERE data ->> 'text' = 'mine'")).toEqual([]);
  });

  it("that was refused for want of its post is done when it comes again after that", async () => {
    const imported = aPost({ id: "aouv5" as PostId, url: null, linkKey: null, domains: [] });
    const edit = { ...base(), type: "post_edited", post: imported.id, text: "mine" } as const;
    const site = await aSite();
    expect(await site.send(edit)).toEqual(["refused"]);
    await insertPosts(site.db, [], [imported]);
    expect(await site.send(edit)).toEqual(["applied"]);
  });

  it("fills a part of a thread only so far", async () => {
    const site = await aSite(post);
    await site.send(said);
    await site.db.prepare("UPDATE piece SET chars = ?1").bind(MAX_EDITED_CHARS).run();
    const edit = (text: string) =>
      site.send({ ...base(), type: "comment_edited", comment, text } as const);
    expect(await edit("fivee")).toEqual(["refused"]);
    expect(await edit("FOUR")).toEqual(["applied"]);
    expect(await site.rows(refusals)).toEqual([{ reason: "no_room", text: "fivee" }]);
    expect(await site.rows("SELECT data ->> 'text' AS text FROM comment")).toEqual([
      { text: "FOUR" },
    ]);
  });
});

describe("votes and deletions", () => {
  it("give the same rows in any order and any batches", async () => {
    const post = aSubmission({ by: "ann" });
    const events: CairnEvent[] = [
      aVote({ post: post.post, by: "Bob", value: 1 }),
      aVote({ post: post.post, by: "Bob", value: -1 }),
      aVote({ post: post.post, by: "ann", value: 0 }),
      aVote({ post: post.post, by: "cleo", value: 1 }),
      {
        version: 1,
        type: "post_deleted",
        id: anId(),
        at: NOW,
        by: "ann",
        post: post.post,
      } as CairnEvent,
    ];
    const results = new Set<string>();
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const site = await aSite(post);
      let rest = random.shuffle([...events, ...events]);
      while (rest.length > 0) {
        const size = 1 + random.int(4);
        await site.send(...rest.slice(0, size));
        rest = rest.slice(size);
      }
      results.add(JSON.stringify([await site.rows(SCORES), await site.rows("SELECT * FROM vote")]));
    }
    expect(results.size).toBe(1);
  });
});
