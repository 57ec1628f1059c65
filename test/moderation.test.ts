/** Moderation: who may do it, what wins, what the log and the queue of reports say, and to whom. */
import type { Fetcher } from "@cloudflare/workers-types";
import { beforeEach, describe, expect, it } from "vitest";
import type { CommentId, PostId } from "../src/model/ids.ts";
import { MAX_PIECE_DEPTH } from "../src/model/piece.ts";
import { signSession } from "../src/model/session.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { createReader } from "../src/reader/app.ts";
import { anId } from "./makers.ts";
import { anEvent, BEGIN_MS, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const post = anId() as PostId;
const comment = anId() as CommentId;
const thread = `/comments/${post}`;
const QUEUE = "~/r/heap/about/reports";
const LOG = "/r/heap/about/log";

const place = { title: "", description: "" };
const founded = [
  anEvent({ ...place, type: "community_created", by: "founder", name: "heap" }),
  anEvent({ ...place, type: "community_created", by: "stranger", name: "other" }),
  anEvent({ type: "person_registered", by: "mod" }),
];
const posted = [
  anEvent({
    type: "post_submitted",
    by: "ann",
    post,
    community: "heap",
    title: "A pebble",
    url: null,
    text: "small",
    resubmit: false,
  }),
  anEvent({ type: "comment_posted", by: "Bob", comment, post, parent: null, text: "so small" }),
];

const judge = (by: string, verdict: "approved" | "removed" | "spam", reason = "") =>
  anEvent({ type: "post_judged", by, post, verdict, reason });
const setRole = (by: string, person: string, kind: "moderator" | "banned", isSet = true) =>
  anEvent({ type: "role_set", by, community: "Heap", person, kind, isSet, reason: "as it is" });
const say = (by: string) =>
  anEvent({
    type: "comment_posted",
    by,
    comment: anId() as CommentId,
    post,
    parent: null,
    text: `words of ${by}`,
  });

let site: LiveSite;

beforeEach(async () => {
  site = await openLiveSite();
  await site.send(...founded, ...posted);
  await site.publishAll();
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

async function rowsOf({ db }: LiveSite): Promise<string> {
  const tables = ["post", "comment", "act", "report"].map((table) => `SELECT * FROM ${table}`);
  const rows = await Promise.all(tables.map((sql) => db.prepare(sql).all()));
  return JSON.stringify(rows.map(({ results }) => results));
}

describe("a verdict", () => {
  const older = judge("founder", "removed", "first");
  const newer = judge("Root", "approved", "second");
  const report = anEvent({ type: "post_reported", by: "cleo", post, reason: "hm" });
  const last = judge("founder", "spam", "third");
  const deletion = anEvent({ type: "post_deleted", by: "ann", post });

  const judgeComment = (verdict: "approved" | "removed") =>
    anEvent({ type: "comment_judged", by: "founder", comment, verdict, reason: "" });
  const removedComment = judgeComment("removed");
  const deletedComment = anEvent({ type: "comment_deleted", by: "Bob", comment });
  const approvedComment = judgeComment("approved");

  it.each([
    ["the newest of three verdicts and a report", [older, newer, report, last], "removed"],
    ["an approval after a removal", [older, newer, report], "visible"],
    ["the author's deletion, which is final", [older, deletion, newer], "deleted"],
    ["the deletion of a comment", [removedComment, deletedComment, approvedComment], "deleted"],
  ] as const)("gives the same rows in any order: %s", async (_, events, standing) => {
    const states = new Set<string>();
    for (const order of permutations<CairnEvent>(events)) {
      const other = await openLiveSite();
      await other.send(...founded, ...posted);
      for (const event of order) await other.send(event);
      states.add(await rowsOf(other));
      await other.send(...order);
      states.add(await rowsOf(other));
    }
    expect(states.size).toBe(1);
    expect([...states][0]).toContain(`"standing":"${standing}"`);
  });

  it("of somebody who is no moderator there is refused, and they are told", async () => {
    expect(await site.send(judge("stranger", "removed", "mine"))).toEqual(["refused"]);
    await site.publishAll();
    expect(await site.text(thread)).toContain("A pebble");
    expect(await site.text("~stranger/inbox")).toContain("you are no moderator there");
    expect(await site.text(LOG)).not.toContain("mine");
  });

  it.each(["founder", "Root", "mod"])("of %s counts", async (by) => {
    await site.send(setRole("founder", "mod", "moderator"));
    expect(await site.send(judge(by, "removed"))).toEqual(["applied"]);
  });

  it("of who was a moderator is refused, in whatever order the roles came", async () => {
    const named = setRole("founder", "mod", "moderator");
    await site.send(setRole("founder", "mod", "moderator", false));
    await site.send(named);
    expect(await site.send(judge("mod", "removed"))).toEqual(["refused"]);
  });
});

describe("somebody banned", () => {
  beforeEach(async () => {
    await site.send(setRole("founder", "Bob", "banned"));
  });

  it("cannot post or comment there, is told why, and can elsewhere", async () => {
    const submission = (community: string) =>
      anEvent({
        type: "post_submitted",
        by: "Bob",
        post: anId() as PostId,
        community,
        title: "More",
        url: null,
        text: "",
        resubmit: false,
      });
    expect(await site.send(say("Bob"), submission("heap"))).toEqual(["refused", "refused"]);
    expect(await site.send(submission("other"))).toEqual(["applied"]);
    await site.publishAll();
    const inbox = await site.text("~bob/inbox");
    expect(inbox).toContain("You can no longer post or comment in r/heap: as it is");
    expect(inbox).toContain("you are banned from this community");
    expect(inbox).toContain("words of Bob");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("can again once the ban is lifted", async () => {
    await site.send(setRole("Root", "Bob", "banned", false));
    expect(await site.send(say("Bob"))).toEqual(["applied"]);
  });

  it("is no moderator: who is one must be unset first, and the creator always is one", async () => {
    await site.send(setRole("founder", "mod", "moderator"));
    expect(await site.send(setRole("Root", "mod", "banned"))).toEqual(["refused"]);
    expect(await site.send(setRole("Root", "founder", "banned"))).toEqual(["refused"]);
    expect(await site.send(setRole("mod", "Founder", "moderator", false))).toEqual(["refused"]);
    await site.send(setRole("founder", "mod", "moderator", false));
    expect(await site.send(setRole("Root", "mod", "banned"))).toEqual(["applied"]);
  });
});

describe("a locked post", () => {
  const lock = (isLocked: boolean) =>
    anEvent({ type: "post_locked", by: "founder", post, isLocked, reason: "enough" });

  it("takes no comments, says so, and shows no form", async () => {
    await site.send(lock(true));
    expect(await site.send(say("ann"))).toEqual(["refused"]);
    await site.publishAll();
    const text = await site.text(thread);
    expect(text).toContain("This post is locked");
    expect(text).toContain('"locked":true');
    expect(text).not.toContain('action="/api/comment"');
    expect(text).not.toContain("class=reply");
    expect(await site.text("~ann/inbox")).toContain("the post is locked");
  });

  it("shows no form on the later pieces of its thread either", async () => {
    let parent = comment;
    for (let depth = 0; depth <= MAX_PIECE_DEPTH; depth++) {
      const answer = { comment: anId() as CommentId, post, parent, text: "and so on" };
      await site.send(anEvent({ ...answer, type: "comment_posted", by: "Bob" }));
      parent = answer.comment;
    }
    await site.publishAll();
    const pieces = (await site.keysWith("and so on")).filter((key) => key.includes("/_/"));
    expect(pieces).toHaveLength(1);
    expect(await site.text(pieces[0] as string)).toContain("class=reply");
    await site.send(lock(true));
    await site.publishAll();
    expect(await site.text(pieces[0] as string)).not.toContain("class=reply");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("takes them again when it is unlocked; the newer act wins", async () => {
    const [locked, unlocked] = [lock(true), lock(false)];
    await site.send(unlocked);
    await site.send(locked);
    expect(await site.send(say("ann"))).toEqual(["applied"]);
    await site.publishAll();
    expect(await site.text(thread)).toContain('"locked":false');
  });
});

describe("the log", () => {
  it("says who did what when and why, to everybody, and links what is visible", async () => {
    await site.send(judge("founder", "approved", "fine <b>"), setRole("Root", "Bob", "banned"));
    await site.publishAll();
    const text = await site.text(LOG);
    for (const part of ["founder", "approved", "A pebble", "fine &lt;b&gt;", "Root", "banned"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`"target_permalink":"${thread}"`);
  });

  it("forgets the title of what is removed, and of spam even which thing it was", async () => {
    await site.send(judge("founder", "approved"), judge("founder", "spam", "adverts"));
    await site.publishAll();
    const text = await site.text(LOG);
    expect(text).not.toContain("A pebble");
    const [, json = ""] = text.split("json undefined\n");
    const [spam] = JSON.parse(json).data.children;
    expect(spam.data).toMatchObject({ action: "spam", target_fullname: null, target_author: null });
    await site.send(judge("founder", "approved"));
    await site.publishAll();
    const [, after = ""] = (await site.text(LOG)).split("json undefined\n");
    const acts = JSON.parse(after).data.children.map(({ data }: { data: object }) => data);
    expect(acts[1]).toMatchObject({ action: "spam", target_permalink: null });
    expect(acts[0]).toMatchObject({ action: "approved", target_permalink: thread });
  });
});

describe("the queue of reports", () => {
  const report = (by: string, reason: string) =>
    anEvent({ type: "post_reported", by, post, reason });

  it("shows each thing with its reasons until a newer verdict", async () => {
    const reportComment = {
      type: "comment_reported",
      by: "cleo",
      comment,
      reason: "rude",
    } as const;
    await site.send(report("cleo", "dull"), report("Bob", "too <small>"), anEvent(reportComment));
    await site.publishAll();
    const text = await site.text(QUEUE);
    for (const part of ["A pebble", "2 reports", "dull", "too &lt;small&gt;", "1 report", "rude"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("cleo");
    await site.send(judge("founder", "approved"));
    await site.publishAll();
    expect(await site.text(QUEUE)).not.toContain("A pebble");
    expect(await site.text(QUEUE)).toContain("rude");
    await site.send(report("dan", "still dull"));
    await site.publishAll();
    expect(await site.text(QUEUE)).toContain("A pebble");
    expect(await site.text(QUEUE)).not.toContain("too &lt;small&gt;");
    await site.send(anEvent({ type: "post_deleted", by: "ann", post }));
    await site.publishAll();
    expect(await site.text(QUEUE)).not.toContain("A pebble");
  });

  it("shows a comment as it was edited", async () => {
    const reportComment = {
      type: "comment_reported",
      by: "cleo",
      comment,
      reason: "rude",
    } as const;
    await site.send(anEvent(reportComment));
    await site.publishAll();
    await site.send(anEvent({ type: "comment_edited", by: "Bob", comment, text: "so sorry" }));
    await site.publishAll();
    expect(await site.text(QUEUE)).toContain("so sorry");
  });
});

describe("the reader gives the queue", () => {
  const SECRET = "a secret of the tests, long enough";
  const nobody = { fetch: () => Promise.reject(new Error("no form here")) } as unknown as Fetcher;

  async function get(name: string | null, path = "/r/heap/about/reports", epoch = 0) {
    const expires = BEGIN_MS / 1000 + 1000;
    const headers = new Headers();
    if (name !== null) {
      headers.set("cookie", `session=${await signSession(SECRET, { name, epoch, expires })}`);
    }
    const { pages: PAGES, site: SITE } = site;
    const env = { KEEP_MS: "0", PAGES, SITE, INTAKE: nobody, SESSION_SECRET: SECRET };
    const request = new Request(`https://cairn.example${path}`, { headers });
    return createReader(() => BEGIN_MS).fetch(request, env);
  }

  beforeEach(async () => {
    await site.send(anEvent({ type: "post_reported", by: "cleo", post, reason: "dull" }));
    await site.send(setRole("founder", "mod", "moderator"));
    await site.publishAll();
  });

  it.each(["founder", "Mod", "root"])("to %s, and no cache keeps it", async (name) => {
    const response = await get(name);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const text = await response.text();
    expect(text).toContain("dull");
    expect(text).toContain('action="/api/approve"');
  });

  it.each(["stranger", "ann", "cleo", "Bob"])("not to %s", async (name) => {
    const response = await get(name);
    expect(response.status).toBe(404);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.text()).not.toContain("dull");
  });

  it("to nobody without a session, who is led to the login", async () => {
    const response = await get(null);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/login");
  });

  it("by no other way: not as JSON, not by its key, not below /me, not by a token", async () => {
    const token = (key: string) => btoa(key).replaceAll("=", "").replaceAll("/", "_");
    const paths = [
      "/r/heap/about/reports.json",
      "/~/r/heap/about/reports",
      "/me/heap/about/reports",
      "/r/nowhere/about/reports",
      `/new?after=${token("~/r/heap/about/reports")}`,
      `/new?after=${token("/r/heap/about/reports")}`,
    ];
    for (const path of paths) {
      const response = await get("founder", path);
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(await response.text(), path).not.toContain("dull");
    }
  });

  it("no longer to who is a moderator no longer, nor to who deleted their account", async () => {
    await site.send(setRole("Root", "mod", "moderator", false));
    await site.send(anEvent({ type: "account_deleted", by: "founder", epoch: 1, posts: "keep" }));
    await site.publishAll();
    expect((await get("mod")).status).toBe(404);
    expect((await get("founder")).status).toBe(303);
    expect(await site.keysWith("founder")).toEqual([]);
  });
});
