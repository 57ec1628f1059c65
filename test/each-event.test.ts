/**
 * Each kind of event, alone, on a quiet site that has every kind of page: all that it changes is
 * written anew because of it. In a random sequence another event, or a tick, may name what one forgets.
 */
import { expect, it } from "vitest";
import { preparePages } from "../src/consumer/prepare-pages.ts";
import { tick } from "../src/consumer/tick.ts";
import type { CommentId, PostId } from "../src/model/ids.ts";
import { PAGE_TYPES } from "../src/pages/table.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { openReads } from "../src/store/reads.ts";
import { anId } from "./makers.ts";
import { anEvent, BEGIN_MS, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const URL = "https://blog.a.example/1";
/** More than a page, and than a block, of each listing. */
const MANY = 30;

function ids<Id>(count: number): Id[] {
  return Array.from({ length: count }, () => anId() as Id);
}

const [link, text, bare, twin, busy] = ids(5) as [PostId, PostId, PostId, PostId, PostId];
const [said, answer, leaf, deep] = ids(4) as [CommentId, CommentId, CommentId, CommentId];
const posts = ids<PostId>(MANY);
const comments = ids<CommentId>(MANY);

function post(by: string, id: PostId, url: string | null, community = "heap", resubmit = true) {
  const words = { title: `Stone ${id}`, url, text: url === null ? `words of ${id}` : null };
  return anEvent({ type: "post_submitted", by, post: id, community, resubmit, ...words });
}

function say(by: string, comment: CommentId, on: PostId, parent: CommentId | null = null) {
  const words = `said in ${comment}`;
  return anEvent({ type: "comment_posted", by, comment, post: on, parent, text: words });
}

function vote(by: string, id: PostId, value: -1 | 0 | 1) {
  return anEvent({ type: "post_voted", by, post: id, value });
}

function voteOn(by: string, comment: CommentId, value: -1 | 0 | 1) {
  return anEvent({ type: "comment_voted", by, comment, value });
}

function mark(kind: "saved" | "hidden", isSet: boolean) {
  return anEvent({ type: "post_marked", by: "ann", post: link, kind, isSet });
}

function keep(isSet: boolean) {
  return anEvent({ type: "comment_marked", by: "ann", comment: said, kind: "saved", isSet });
}

function judge(id: PostId, verdict: "approved" | "removed" | "spam") {
  return anEvent({ type: "post_judged", by: "root", post: id, verdict, reason: "why" });
}

function judgeOf(comment: CommentId, verdict: "approved" | "removed" | "spam") {
  return anEvent({ type: "comment_judged", by: "root", comment, verdict, reason: "why" });
}

function report(id: PostId) {
  return anEvent({ type: "post_reported", by: "eve", post: id, reason: "odd" });
}

function reword(by: string, comment: CommentId) {
  return anEvent({ type: "comment_edited", by, comment, text: "other words" });
}

function unsay(by: string, comment: CommentId) {
  return anEvent({ type: "comment_deleted", by, comment });
}

function end(by: string, whatOfPosts: "keep" | "delete") {
  return anEvent({ type: "account_deleted", by, epoch: 1, posts: whatOfPosts });
}

function role(kind: "moderator" | "banned", isSet: boolean) {
  const what = { community: "heap", person: "bob", reason: "why" };
  return anEvent({ type: "role_set", by: "root", kind, isSet, ...what });
}

function lock(isLocked: boolean) {
  return anEvent({ type: "post_locked", by: "root", post: busy, isLocked, reason: "why" });
}

function community(name: string) {
  const words = { title: name, description: "Stones." };
  return anEvent({ type: "community_created", by: "founder", name, ...words });
}

/** Zoe's are the oldest, so they are in the sealed blocks of what there is much of. */
function history(): CairnEvent[] {
  const steps = [...ids<CommentId>(10), deep];
  return [
    ...["heap", "cats"].map(community),
    post("zoe", link, URL),
    post("zoe", text, null),
    post("zoe", bare, null),
    post("cleo", twin, URL, "cats"),
    post("cleo", anId() as PostId, URL, "cats", false),
    post("zoe", busy, null),
    ...posts.map((id) => post("zoe", id, `https://blog.a.example/${id}`)),
    say("zoe", said, text),
    say("bob", answer, text, said),
    say("zoe", leaf, link),
    ...comments.map((id) => say("zoe", id, busy)),
    ...steps.map((id, index) => say("bob", id, busy, steps[index - 1])),
    ...comments.map((id) => say("cleo", anId() as CommentId, busy, id)),
    ...[link, text, bare, ...posts].map((id) => vote("bob", id, 1)),
    ...[said, leaf, ...comments].map((id) => voteOn("bob", id, 1)),
    ...posts.flatMap((id) => [vote("dan", id, -1), vote("ann", id, -1)]),
    ...comments.map((id) => voteOn("dan", id, -1)),
    ...[link, ...posts].flatMap((id) =>
      (["saved", "hidden"] as const).map((kind) =>
        anEvent({ type: "post_marked", by: "eve", post: id, kind, isSet: true }),
      ),
    ),
    ...[text, bare].map((id) => report(id)),
    ...posts.map((id) => anEvent({ ...judgement, post: id })),
    anEvent({ type: "export_requested", by: "zoe" }),
  ];
}

const judgement = { type: "post_judged", by: "founder", verdict: "approved", reason: "" } as const;

async function openSite(): Promise<LiveSite> {
  const site = await openLiveSite();
  for (const event of history()) expect(await site.send(event)).toEqual(["applied"]);
  // Votes that wait are counted first: lists are in their order.
  await site.publishAll();
  while (!(await tick(site.db, BEGIN_MS + 60_000, site.deps.pace)));
  await site.publishAll();
  return site;
}

/** In this order, because one may need another: nothing is approved that was not removed. */
function events(): Readonly<Record<string, CairnEvent>> {
  const further = posts[3] as PostId;
  const news = () => anId() as PostId;
  const words = () => anId() as CommentId;
  return {
    "a vote": vote("ann", link, 1),
    "another vote": vote("ann", link, -1),
    "a vote taken back": vote("ann", link, 0),
    "a vote further down": vote("cleo", further, 1),
    "a vote on a comment": voteOn("ann", said, 1),
    "another vote on a comment": voteOn("ann", said, -1),
    "a vote on a comment taken back": voteOn("ann", said, 0),
    "a vote in a piece of a thread": voteOn("ann", deep, 1),
    "a post": post("ann", news(), `${URL}2`),
    "a post of the same link": post("ann", news(), URL),
    "a repeated submission": post("cleo", news(), URL, "cats", false),
    "a post of a new domain": post("ann", news(), "https://b.example/", "cats"),
    "a post that comes late": { ...post("ann", news(), `${URL}3`), at: BEGIN_MS - 60_000 },
    "a comment": say("ann", words(), link),
    "a comment further down": say("ann", words(), further),
    "an answer": say("ann", words(), link, leaf),
    "an answer in a piece": say("ann", words(), busy, deep),
    "a text, edited": anEvent({ type: "post_edited", by: "zoe", post: text, text: "other words" }),
    "a comment, edited": reword("zoe", said),
    "an answer, edited": reword("bob", answer),
    "a comment in a piece, edited": reword("bob", deep),
    saved: mark("saved", true),
    "saved no more": mark("saved", false),
    hidden: mark("hidden", true),
    "hidden no more": mark("hidden", false),
    "a comment, saved": keep(true),
    "a comment, saved no more": keep(false),
    "a report": report(link),
    "a report of a comment": anEvent({
      type: "comment_reported",
      by: "ann",
      comment: said,
      reason: "odd",
    }),
    removed: judge(link, "removed"),
    approved: judge(link, "approved"),
    "with comments, spam": judge(text, "spam"),
    "with comments, approved": judge(text, "approved"),
    "with pieces, removed": judge(busy, "removed"),
    "with pieces, approved": judge(busy, "approved"),
    "what others lead to, removed": judge(twin, "removed"),
    "what others lead to, approved": judge(twin, "approved"),
    "a comment, removed": judgeOf(said, "removed"),
    "a removed comment, edited": reword("zoe", said),
    "a comment, approved": judgeOf(said, "approved"),
    "a comment without answers, spam": judgeOf(leaf, "spam"),
    "a comment without answers, approved": judgeOf(leaf, "approved"),
    "a comment in a piece, removed": judgeOf(deep, "removed"),
    "a comment in a piece, approved": judgeOf(deep, "approved"),
    locked: lock(true),
    unlocked: lock(false),
    "a moderator": role("moderator", true),
    "no moderator": role("moderator", false),
    banned: role("banned", true),
    "banned no more": role("banned", false),
    "an inbox, read": anEvent({ type: "inbox_read", by: "zoe", slot: 9 }),
    "a file of what one wrote": anEvent({ type: "export_requested", by: "bob" }),
    "the end of sessions": anEvent({ type: "sessions_ended", by: "dan", epoch: 1 }),
    "a community": community("dogs"),
    "a person": anEvent({ type: "person_registered", by: "fay" }),
    "a comment, deleted": unsay("zoe", said),
    "a comment without answers, deleted": unsay("zoe", leaf),
    "a comment in a piece, deleted": unsay("bob", deep),
    deleted: anEvent({ type: "post_deleted", by: "zoe", post: bare }),
    "a link, deleted": anEvent({ type: "post_deleted", by: "zoe", post: link }),
    "with comments, deleted": anEvent({ type: "post_deleted", by: "zoe", post: text }),
    "an account whose posts stay": end("cleo", "keep"),
    "an account whose posts go": end("zoe", "delete"),
  };
}

it("every kind of page is there", async () => {
  const reads = openReads((await openSite()).db);
  const missing = [];
  for (const type of PAGE_TYPES.flatMap((each) => each.types ?? [each])) {
    const first = await type.every(reads)[Symbol.asyncIterator]().next();
    if (first.done) missing.push(type.name);
  }
  // Cron's.
  expect(missing).toEqual(["status"]);
});

it("each event names all that it changes", { timeout: 240_000 }, async () => {
  const site = await openSite();
  expect(await siteDifferences(site)).toEqual([]);
  const forgotten: string[] = [];
  for (const [name, event] of Object.entries(events())) {
    expect([name, ...(await site.send(event))]).toEqual([name, "applied"]);
    await site.publishUrgent();
    await site.publishAll();
    forgotten.push(...(await siteDifferences(site)).map((difference) => `${name}: ${difference}`));
  }
  expect(forgotten).toEqual([]);
});

it("a page of every kind, read together, takes ten batches at most", async () => {
  const site = await openSite();
  const reads = openReads(site.db);
  const keys: string[] = [];
  for (const type of PAGE_TYPES.flatMap((each) => each.types ?? [each])) {
    for await (const key of type.every(reads)) {
      keys.push(key);
      break;
    }
  }
  // But for what is asked alone.
  let calls = 0;
  const counted = new Proxy(site.db, {
    get(db, method: "prepare" | "batch") {
      if (method !== "batch") return db[method].bind(db);
      return (statements: Parameters<typeof db.batch>[0]) => {
        calls++;
        return db.batch(statements);
      };
    },
  });
  expect((await preparePages({ ...site.deps, db: counted }, keys)).size).toBe(keys.length);
  expect(calls).toBeLessThanOrEqual(10);
});

it("what is refused is told", async () => {
  const site = await openSite();
  const late = say("ann", anId() as CommentId, anId().slice(0, 5) as PostId);
  expect(await site.send(late)).toEqual(["refused"]);
  await site.publishAll();
  expect(await siteDifferences(site)).toEqual([]);
});
