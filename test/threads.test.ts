/** Threads: what is deleted, what is out of place, and what does not fit on one page. */
import { beforeEach, describe, expect, it } from "vitest";
import { publishStale } from "../src/consumer/publish-stale.ts";
import type { CommentId, EventId, PostId } from "../src/model/ids.ts";
import { MAX_PIECE_DEPTH } from "../src/model/piece.ts";
import { readPage } from "../src/pages/storage.ts";
import type { CommentPosted } from "../src/queue/comment-events.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { readCommitNumber } from "../src/store/commit.ts";
import { keysNamedAt } from "../src/store/page-rows.ts";
import { anId, aSubmission } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";
import { siteDifferences, storedText } from "./rebuild/site-check.ts";
import { consumeEvents, nameAllPages } from "./whole-steps.ts";

const NOW = Date.UTC(2026, 0, 1, 1);
const PACE = { fast: 0, slow: 0, private: 0 };

function aSite() {
  const stored = {
    db: openMemoryD1(),
    pages: openMemoryBucket(),
    site: openMemoryNamespace(),
    config: { origin: "https://cairn.example", admins: [] },
  };
  let token = 0;
  let clock = NOW;
  const deps = { ...stored, pace: PACE, now: () => clock, token: () => `publisher-${token++}` };
  const send = (...events: CairnEvent[]) => consumeEvents(stored.db, events, clock, PACE);
  const publish = async () => {
    // No page is written twice within a second, not even for a deletion.
    clock += 2000;
    while ((await publishStale(deps)).written > 0);
  };
  const text = async (key: string) => storedText(await readPage(stored.pages, key));
  return { ...stored, deps, send, publish, text };
}

const community: CairnEvent = {
  version: 1,
  type: "community_created",
  id: anId() as EventId,
  at: NOW,
  by: "ann",
  name: "programming",
  title: "programming",
  description: "",
};

function aComment(
  post: PostId,
  parent: CommentId | null,
  by = "Bob",
  text?: string,
): CommentPosted {
  const comment = anId() as CommentId;
  return {
    version: 1,
    type: "comment_posted",
    id: anId() as EventId,
    at: NOW + 60_000,
    by,
    comment,
    post,
    parent,
    text: text ?? `said ${comment}`,
  };
}

function gone(thing: { comment: CommentId } | { post: PostId }, by: string): CairnEvent {
  const base = { version: 1 as const, id: anId() as EventId, at: NOW, by };
  return "comment" in thing
    ? { ...base, type: "comment_deleted", comment: thing.comment }
    : { ...base, type: "post_deleted", post: thing.post };
}

let site: ReturnType<typeof aSite>;
const post = aSubmission({ by: "ann", title: "A title to forget" });
const thread = `/comments/${post.post}`;

beforeEach(async () => {
  site = aSite();
  await nameAllPages(site.deps);
  await site.send(community);
  await site.send(post);
  await site.publish();
});

describe("a comment", () => {
  it("shows in its thread, in the newest comments, on its author's page and as a number", async () => {
    const comment = aComment(post.post, null, "Bob", "Well *said*.");
    expect(await site.send(comment)).toEqual(["applied"]);
    await site.publish();
    for (const key of [thread, "/comments", "/r/programming/comments", "/user/bob"]) {
      expect(await site.text(key)).toContain("Well <em>said</em>.");
    }
    expect(await site.text("/")).toContain("1 comment");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("that is deleted is a tombstone while it has answers, and nothing when it has none", async () => {
    const above = aComment(post.post, null, "Bob", "words above");
    const below = aComment(post.post, above.comment, "cleo", "words below");
    await site.send(above, below);
    await site.send(gone(above, "Bob"));
    await site.publish();
    expect(await site.text(thread)).toContain("words below");
    expect(await site.text(thread)).toContain("[deleted]");
    expect(await site.text(thread)).not.toContain("words above");
    await site.send(gone(below, "cleo"));
    await site.publish();
    expect(await site.text(thread)).not.toContain("[deleted]");
    expect(await site.text("/comments")).not.toContain("words");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("by way of a repeated submission is one more in the thread of the first one", async () => {
    const first = aSubmission({ url: "https://example.com/once" });
    const second = aSubmission({ by: "Bob", url: "https://example.com/once" });
    await site.send(first, second);
    await site.send(aComment(second.post, null));
    await site.send(aComment(second.post, null));
    const { results } = await site.db.prepare("SELECT post, comments, visible FROM piece").all();
    expect(results).toEqual([{ post: first.post, comments: 2, visible: 2 }]);
    await site.publish();
    const { head } = (await readPage(site.pages, `/comments/${second.post}`)) ?? {};
    expect(head).toMatchObject({ status: 301, location: expect.stringContaining(first.post) });
  });

  it("is refused under what is deleted, and under another thread's comment", async () => {
    const other = aSubmission();
    const comment = aComment(post.post, null);
    await site.send(other, comment);
    expect(await site.send(aComment(other.post, comment.comment))).toEqual(["refused"]);
    await site.send(gone(comment, "Bob"));
    expect(await site.send(aComment(post.post, comment.comment))).toEqual(["refused"]);
    await site.send(gone(post, "ann"));
    expect(await site.send(aComment(post.post, null))).toEqual(["refused"]);
    const { results } = await site.db.prepare("SELECT reason FROM refusal ORDER BY reason").all();
    expect(results).toEqual([
      { reason: "deleted" },
      { reason: "deleted" },
      { reason: "wrong_parent" },
    ]);
  });
});

describe("a post that was edited", () => {
  it("says so in its thread, and nowhere else", async () => {
    const text = aSubmission({ url: null, text: "at first", at: NOW });
    await site.send(text);
    await site.publish();
    const thread = `/comments/${text.post}`;
    expect(await site.text(thread)).not.toContain("· edited");
    const { version, post, by } = text;
    const edit = { version, post, by, id: anId() as EventId, at: NOW + 1, text: "in the end" };
    await site.send({ ...edit, type: "post_edited" });
    await site.publish();
    expect(await site.text(thread)).toContain("&nbsp;· edited&nbsp;· <a class=more");
    expect(await site.text("/r/programming")).not.toContain("· edited");
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("a deleted post", () => {
  it("with comments answers 200 without its title anywhere, and 410 when they are gone", async () => {
    const comment = aComment(post.post, null, "Bob", "I remember");
    await site.send(comment);
    await site.publish();
    await site.send(gone(post, "ann"));
    await site.publish();
    expect((await readPage(site.pages, thread))?.head).toMatchObject({ status: 200, path: null });
    for (const key of [
      thread,
      "/comments",
      "/r/programming/comments",
      "/user/bob",
      "/user/ann",
      "/new",
    ]) {
      const text = await site.text(key);
      expect(text).not.toContain("title to forget");
      expect(text).not.toContain("a_title_to_forget");
    }
    await site.send(gone(comment, "Bob"));
    await site.publish();
    expect((await readPage(site.pages, thread))?.head.status).toBe(410);
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("a page of what somebody said", () => {
  it("of which nothing is left does not say that they never said anything", async () => {
    const said = Array.from({ length: 50 }, () => aComment(post.post, null));
    const newcomer = { version: 1, id: anId() as EventId, at: NOW, by: "dora" } as const;
    await site.send(...said, { ...newcomer, type: "person_registered" });
    await site.send(...said.slice(0, 25).map((comment) => gone(comment, "Bob")));
    await site.publish();
    expect(await site.text("/user/bob/comments/1")).toContain("Nothing is left here.");
    expect(await site.text("/user/bob/comments/2")).toContain("said");
    expect(await site.text("/user/dora")).toContain("Not a stone from dora yet.");
    await site.send(...said.slice(25).map((comment) => gone(comment, "Bob")));
    await site.publish();
    expect(await site.text("/user/bob")).toContain("Nothing is left here.");
    expect(await site.text("/user/bob")).toContain("No post from Bob yet.");
    expect(await site.text("/user/bob")).not.toMatch(/(Not a stone|No comment) from/);
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("a thread that is too deep for a page", () => {
  it("goes on in a piece, which leads back, and every step equals a rebuild", async () => {
    let parent: CommentId | null = null;
    const chain: CommentPosted[] = [];
    for (let depth = 0; depth < 2 * MAX_PIECE_DEPTH + 3; depth++) {
      const comment: CommentPosted = aComment(post.post, parent, "Bob", `level ${depth}.`);
      chain.push(comment);
      parent = comment.comment;
      await site.send(comment);
      await site.publish();
      expect(await siteDifferences(site)).toEqual([]);
    }
    const second = chain[MAX_PIECE_DEPTH]?.comment;
    const third = chain[2 * MAX_PIECE_DEPTH]?.comment;
    expect(await site.text(thread)).toContain(`${thread}/_/${second}`);
    expect(await site.text(thread)).not.toContain(`level ${MAX_PIECE_DEPTH}.`);
    const more = { id: second, name: `t1_${second}`, count: 1 };
    const deepest = { parent_id: `t1_${chain[MAX_PIECE_DEPTH - 1]?.comment}`, depth: 10 };
    expect(await site.text(thread)).toContain(
      JSON.stringify({ kind: "more", data: { ...more, ...deepest, children: [second] } }),
    );
    expect(await site.text(`${thread}/_/${second}`)).toContain(`level ${MAX_PIECE_DEPTH}.`);
    expect(await site.text(`${thread}/_/${second}`)).toContain(`${thread}/_/${third}`);
    const above = (index: number) => `#t1_${chain[index * MAX_PIECE_DEPTH - 1]?.comment}">up to`;
    expect(await site.text(`${thread}/_/${second}`)).toContain(`a_title_to_forget${above(1)}`);
    expect(await site.text(`${thread}/_/${third}`)).toContain(`${thread}/_/${second}${above(2)}`);
    await site.send(gone(post, "ann"));
    await site.publish();
    expect(await site.text(`${thread}/_/${third}`)).not.toContain("title to forget");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("has forms that lead to where what they send goes on, whoever sends them", async () => {
    const chain: CommentPosted[] = [];
    for (let depth = 0; depth <= MAX_PIECE_DEPTH; depth++) {
      chain.push(aComment(post.post, chain.at(-1)?.comment ?? null));
    }
    await site.send(...chain);
    await site.publish();
    const below = chain.at(-1)?.comment;
    const piece = `${thread}/_/${below}`;
    const form = (comment?: CommentId) =>
      `/api/comment?link=t3_${post.post}&amp;parent=t1_${comment}`;
    expect(await site.text(thread)).toContain(`"${form(chain[0]?.comment)}"`);
    expect(await site.text(thread)).toContain(`"${form(chain.at(-2)?.comment)}&amp;dest=${piece}"`);
    expect(await site.text(thread)).not.toContain('name="dest"');
    expect(await site.text(piece)).toContain(`"${form(below)}&amp;dest=${piece}"`);
    expect(await site.text(piece)).toContain(`name="dest" value="${piece}"`);
  });

  it("leads on, and keeps tombstones, only while there is something to read below", async () => {
    const chain: CommentPosted[] = [];
    for (let depth = 0; depth <= 2 * MAX_PIECE_DEPTH; depth++) {
      const comment = aComment(post.post, chain.at(-1)?.comment ?? null, "Bob", `level ${depth}.`);
      chain.push(comment);
      await site.send(comment);
    }
    const second = `${thread}/_/${chain[MAX_PIECE_DEPTH]?.comment}`;
    for (const comment of chain.slice(0, -1)) {
      await site.send(gone(comment, "Bob"));
      await site.publish();
      expect(await siteDifferences(site)).toEqual([]);
    }
    expect(await site.text(thread)).toContain(second);
    expect(await site.text(second)).toContain("Order of comments");
    expect(await site.text(second)).not.toContain("Nothing is left");
    await site.send(gone(chain.at(-1) as CommentPosted, "Bob"));
    await site.publish();
    expect(await siteDifferences(site)).toEqual([]);
    expect(await site.text(thread)).not.toContain("[deleted]");
    expect(await site.text(thread)).not.toContain(second);
    for (const key of [second, thread]) {
      expect(await site.text(key)).not.toContain("Order of comments");
    }
    expect(await site.text(second)).toContain("Nothing is left of this part.");
    await site.send(gone(post, "ann"));
    await site.publish();
    expect((await readPage(site.pages, second))?.head.status).toBe(410);
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("a piece in which nothing is left to read", () => {
  /** As long as a piece; nothing is to be seen of white space. */
  const full = (parent: CommentId | null, text: string) =>
    aComment(post.post, parent, "Bob", text.padEnd(299_000));
  const judged = (comment: CommentId, verdict: "approved" | "spam"): CairnEvent => {
    const base = { version: 1 as const, id: anId() as EventId, at: NOW + 120_000 + judgements++ };
    return { ...base, by: "ann", type: "comment_judged", comment, verdict, reason: "" };
  };
  let judgements = 0;
  const pageOf = ({ comment }: CommentPosted) => `${thread}/_/${comment}`;
  const leads = async (from: CommentPosted, to: CommentPosted) =>
    (await site.text(pageOf(from))).includes(`"${pageOf(to)}"`);
  const settled = async () => {
    await site.publish();
    expect(await siteDifferences(site)).toEqual([]);
  };

  it("is passed over on the way to one that begins, and no longer when it is approved", async () => {
    const [main, second, third] = [full(null, "main"), full(null, "second"), full(null, "third")];
    const [fourth, fifth] = [full(null, "fourth"), full(null, "fifth")];
    await site.send(main, second, third, fourth);
    await site.send(judged(third.comment, "spam"), gone(fourth, "Bob"));
    await settled();
    expect(await leads(second, third)).toBe(false);
    await site.send(fifth);
    await settled();
    for (const before of [second, third, fourth]) expect(await leads(before, fifth)).toBe(true);
    await site.send(judged(third.comment, "approved"));
    await settled();
    expect(await leads(second, third)).toBe(true);
    await site.send(gone(third, "Bob"));
    await settled();
    expect(await leads(second, fifth)).toBe(true);
  });

  it("is passed over by the form of a full page, which leads to where comments go on", async () => {
    const [main, second, third] = [full(null, "main"), full(null, "second"), full(null, "third")];
    await site.send(main);
    await settled();
    expect(await site.text(thread)).not.toContain('name="dest"');
    await site.send(second, third);
    await settled();
    const dest = ({ comment }: CommentPosted) => `name="dest" value="${thread}/_/${comment}"`;
    expect(await site.text(thread)).toContain(dest(second));
    await site.send(gone(second, "Bob"));
    await settled();
    expect(await site.text(thread)).toContain(dest(third));
    const listings = JSON.parse((await site.text(thread)).match(/^\[\{.*\]$/m)?.[0] ?? "[]");
    const more = { count: 1, parent_id: `t3_${post.post}`, depth: 0, children: [third.comment] };
    expect(listings[1].data.children.at(-1)).toMatchObject({ kind: "more", data: more });
  });

  it("is passed over from the comment that it answers, which stands in another piece", async () => {
    const [main, above] = [full(null, "main"), full(null, "above")];
    await site.send(main, above);
    const [first, second] = [full(above.comment, "first"), full(above.comment, "second")];
    await site.send(first);
    await site.send(judged(first.comment, "spam"));
    await settled();
    expect(await leads(above, first)).toBe(false);
    await site.send(second);
    await settled();
    expect(await leads(above, second)).toBe(true);
  });

  it("of a deleted post answers 410 once that is true of all of them", async () => {
    const [first, second] = [full(null, "first"), full(null, "second")];
    await site.send(first, second);
    await site.send(gone(post, "ann"), gone(second, "Bob"));
    await settled();
    expect((await readPage(site.pages, pageOf(second)))?.head.status).toBe(200);
    await site.send(gone(first, "Bob"));
    await settled();
    expect((await readPage(site.pages, pageOf(second)))?.head.status).toBe(410);
  });
});

describe("a thread of 5,000 comments", () => {
  it("is published in pieces of bounded size, of which a vote writes one", async () => {
    const all: CommentPosted[] = [];
    for (let batch = 0; batch < 50; batch++) {
      const comments = Array.from({ length: 100 }, (_, index) => {
        const above = index % 3 === 0 ? null : all[(batch * 37 + index) % Math.max(all.length, 1)];
        return aComment(post.post, above?.comment ?? null, "Bob", "word ".repeat(20));
      });
      all.push(...comments);
      await site.send(...comments);
    }
    await site.publish();
    const { results: pieces } = await site.db
      .prepare("SELECT name, comments FROM piece WHERE post = ?1")
      .bind(post.post)
      .all<{ name: string; comments: number }>();
    expect(pieces.reduce((sum, { comments }) => sum + comments, 0)).toBe(5000);
    for (const { name, comments } of pieces) {
      const key = name === "" ? thread : `${thread}/_/${name}`;
      const page = await readPage(site.pages, key);
      expect(comments).toBeLessThanOrEqual(500);
      expect(page?.body.byteLength).toBeLessThan(1_000_000);
    }
    const voted = all[2345]?.comment as CommentId;
    const vote = { version: 1, type: "comment_voted", id: anId() as EventId, at: NOW } as const;
    await site.send({ ...vote, by: "cleo", comment: voted, value: -1 });
    const named = await keysNamedAt(site.db, await readCommitNumber(site.db));
    expect(named.filter((key) => key.startsWith(thread))).toHaveLength(1);
    await site.publish();
    expect(await siteDifferences(site)).toEqual([]);
  });
});
