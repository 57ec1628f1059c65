/** Moderation: who may do it, what wins, what the log and the queue of reports say, and to whom. */
import type { D1Database, Fetcher } from "@cloudflare/workers-types";
import { beforeEach, describe, expect, it } from "vitest";
import { type CommentId, communityKey, type PostId } from "../src/model/ids.ts";
import { MAX_PIECE_DEPTH } from "../src/model/piece.ts";
import { signSession } from "../src/model/session.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { createReader } from "../src/reader/app.ts";
import { readReportedThings } from "../src/store/reports.ts";
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

async function rowsOf({ db }: LiveSite, names: readonly string[]): Promise<string> {
  const tables = names.map((table) => `SELECT * FROM ${table}`);
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
      // What comes after the deletion has no effect, and is not logged.
      const tables = ["post", "comment", "report", ...(standing === "deleted" ? [] : ["act"])];
      states.add(await rowsOf(other, tables));
      await other.send(...order);
      states.add(await rowsOf(other, tables));
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

describe("the author of what is removed", () => {
  const judgeComment = (by: string, verdict: "approved" | "removed" | "spam") =>
    anEvent({ type: "comment_judged", by, comment, verdict, reason: "" });
  const toldOf = async (person: string): Promise<string[]> => {
    await site.publishAll();
    const [, inbox = ""] = (await site.text(`~${person}/inbox`)).split(/^json .*\n/m);
    const notices: { data: { subject: string; about: string } }[] = inbox
      ? JSON.parse(inbox).data.children
      : [];
    return notices
      .filter(({ data }) => data.about?.startsWith("t"))
      .map(({ data }) => data.subject)
      .reverse();
  };

  it("is told once, and of the approval that ends it", async () => {
    await site.send(judge("founder", "removed", "off topic"), judgeComment("founder", "removed"));
    await site.send(judge("Root", "removed", "me too"));
    await site.send(judge("founder", "removed", "again"));
    expect(await toldOf("ann")).toEqual(["removed"]);
    await site.send(judge("founder", "approved"), judgeComment("Root", "approved"));
    await site.send(judge("founder", "approved"));
    expect(await toldOf("ann")).toEqual(["removed", "approved"]);
    expect(await toldOf("bob")).toEqual(["removed", "approved"]);
    await site.send(judge("Root", "removed"));
    expect(await toldOf("ann")).toEqual(["removed", "approved", "removed"]);
    const log = await site.text(LOG);
    for (const reason of ["off topic", "me too", "again"]) expect(log).toContain(reason);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it.each([
    ["spam that is approved", ["spam", "approved"], []],
    ["what was reported and is approved", ["approved"], []],
    ["spam that is removed by hand", ["spam", "removed", "approved"], ["removed", "approved"]],
    ["a removal that is called spam", ["removed", "spam", "approved"], ["removed", "approved"]],
    ["the same without an approval", ["removed", "spam", "removed"], ["removed"]],
    ["the same in one batch", ["removed", "removed", "approved"], ["removed", "approved"]],
  ] as const)("is told nothing that is no news to them: %s", async (_, verdicts, told) => {
    const events = verdicts.map((verdict) => judgeComment("founder", verdict));
    await site.send(...events);
    expect(await toldOf("bob")).toEqual(told);
    const other = await openLiveSite();
    await other.send(...founded, ...posted);
    for (const event of events) await other.send(event);
    await other.publishAll();
    expect(await other.text("~bob/inbox")).toBe(await site.text("~bob/inbox"));
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is not told of a removal that comes after the approval that overtook it", async () => {
    const [removal, approval] = [judge("founder", "removed"), judge("Root", "approved")];
    for (const event of [approval, removal, approval, removal]) await site.send(event);
    expect(await toldOf("ann")).toEqual([]);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is told of an approval by the id of a repeated submission, too", async () => {
    const url = "https://example.com/whiskers";
    const [first, again] = [anId(), anId()] as [PostId, PostId];
    const submission = { type: "post_submitted", community: "heap", title: "Link", url } as const;
    for (const [by, id] of [
      ["ann", first],
      ["Bob", again],
    ] as const) {
      await site.send(anEvent({ ...submission, by, post: id, text: null, resubmit: false }));
    }
    for (const [id, verdict] of [
      [first, "removed"],
      [first, "spam"],
      [again, "approved"],
    ] as const) {
      await site.send(anEvent({ type: "post_judged", by: "Root", post: id, verdict, reason: "" }));
    }
    expect(await toldOf("ann")).toEqual(["removed", "approved"]);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is not told what they did themselves", async () => {
    await site.send(setRole("founder", "Bob", "moderator"));
    await site.send(judgeComment("Bob", "removed"), judgeComment("Root", "removed"));
    expect(await toldOf("bob")).toEqual([]);
    await site.send(judgeComment("Root", "approved"));
    expect(await toldOf("bob")).toEqual(["approved"]);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is told of a removal again once they, or anybody, had approved the thing", async () => {
    await site.send(setRole("founder", "Bob", "moderator"));
    await site.send(judgeComment("founder", "removed"));
    await site.send(judgeComment("Bob", "approved"));
    await site.send(judgeComment("founder", "removed"));
    expect(await toldOf("bob")).toEqual(["removed", "removed"]);
    expect(await siteDifferences(site)).toEqual([]);
    // As a site has it from before approvals were told.
    await site.send(judge("founder", "removed"));
    const approval = judge("founder", "approved");
    await site.send(approval);
    await site.db.prepare("DELETE FROM entry WHERE id = 'mo_' || ?1").bind(approval.id).run();
    await site.send(judge("Root", "removed"));
    expect((await toldOf("ann")).filter((subject) => subject === "removed")).toHaveLength(2);
  });

  it("is told the same whether acts come together or one by one", async () => {
    const acts = [
      judgeComment("Bob", "removed"),
      judgeComment("founder", "spam"),
      judgeComment("founder", "approved"),
    ];
    const other = await openLiveSite();
    await other.send(...founded, ...posted);
    for (const each of [site, other]) await each.send(setRole("founder", "Bob", "moderator"));
    await site.send(...acts);
    for (const act of acts) await other.send(act);
    await other.publishAll();
    expect(await toldOf("bob")).toEqual(["approved"]);
    expect(await other.text("~bob/inbox")).toContain("approved");
  });
});

describe("the inbox says what was done to one's own", () => {
  const inboxOf = async (person: string): Promise<string> => {
    await site.publishAll();
    return site.text(`~${person}/inbox`);
  };
  const removal = (name: string) =>
    anEvent({ type: "comment_judged", by: "founder", comment, verdict: "removed", reason: name });

  it("to which post, by its title", async () => {
    await site.send(judge("founder", "removed", "off topic"));
    const link = `in r/heap: <bdi>off topic</bdi> · <a href="${thread}" dir="auto">A pebble</a>`;
    expect(await inboxOf("ann")).toContain(`<p class="error">Your post was removed ${link}`);
    await site.send(judge("founder", "approved"));
    const good = `<p>Your post was approved in r/heap · <a href="${thread}" dir="auto">A pebble</a>`;
    expect(await inboxOf("ann")).toContain(good);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("to which comment, by how it begins now, until it is deleted", async () => {
    await site.send(removal("rude"));
    const link = `<a href="${thread}#t1_${comment}">the comment</a>`;
    const text = await inboxOf("bob");
    expect(text).toContain(`Your comment was removed in r/heap: <bdi>rude</bdi> · ${link}`);
    expect(text).toContain(`<p class="note" dir="auto">so small</p>`);
    const words = `<b> ${"word ".repeat(100)}`;
    await site.send(anEvent({ type: "comment_edited", by: "Bob", comment, text: words }));
    const edited = await inboxOf("bob");
    expect(edited).toMatch(/<p class="note" dir="auto">&lt;b&gt; (?:word ){30,40}…<\/p>/);
    expect(edited).not.toContain("so small");
    expect(await siteDifferences(site)).toEqual([]);
    await site.send(anEvent({ type: "comment_deleted", by: "Bob", comment }));
    const gone = await inboxOf("bob");
    expect(gone).toContain(`in r/heap: <bdi>rude</bdi> · <a href="${thread}">the thread</a>`);
    expect(gone).not.toContain("word word");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("and leads to a comment in whatever piece of its thread it is", async () => {
    let parent = comment;
    for (let depth = 0; depth <= MAX_PIECE_DEPTH; depth++) {
      const answer = { comment: anId() as CommentId, post, parent, text: "and so on" };
      await site.send(anEvent({ ...answer, type: "comment_posted", by: "Bob" }));
      parent = answer.comment;
    }
    const deep = { type: "comment_judged", by: "founder", comment: parent } as const;
    await site.send(anEvent({ ...deep, verdict: "removed", reason: "" }));
    expect(await inboxOf("bob")).toMatch(
      new RegExp(`href="${thread}/_/\\w+#t1_${parent}">the comment<`),
    );
  });

  it("and leads a new moderator to the community and its reports, which is good news", async () => {
    const place = { name: "Cats", title: "", description: "" };
    await site.send(anEvent({ ...place, type: "community_created", by: "founder" }));
    const cats = { by: "founder", community: "cats", person: "Bob", reason: "" } as const;
    await site.send(anEvent({ ...cats, type: "role_set", kind: "moderator", isSet: true }));
    const links = `<a href="/r/cats">r/Cats</a> · <a href="/r/cats/about/reports">reports</a>`;
    const text = await inboxOf("bob");
    expect(text).toContain(`<p>You are a moderator now in r/Cats · ${links}</p>`);
    expect(text).toContain('"subreddit":"Cats"');
    await site.send(anEvent({ ...cats, type: "role_set", kind: "moderator", isSet: false }));
    await site.send(anEvent({ ...cats, type: "role_set", kind: "banned", isSet: true }));
    await site.send(anEvent({ ...cats, type: "role_set", kind: "banned", isSet: false }));
    const after = await inboxOf("bob");
    expect(after).toContain("<p>You are a moderator no longer in r/Cats ·");
    expect(after).toContain('<p class="error">You can no longer post or comment in r/Cats ·');
    expect(after).toContain("<p>You can post and comment again in r/Cats ·");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("and names people as they are written, as soon as that is known", async () => {
    const { refused, registered } = {
      refused: setRole("founder", "Dora", "banned"),
      registered: anEvent({ type: "person_registered", by: "Dora" }),
    };
    await site.send(refused);
    expect(await inboxOf("founder")).toContain("there is nobody of that name (u/dora).");
    await site.send(registered);
    expect(await inboxOf("founder")).toContain("there is nobody of that name (u/Dora).");
    expect(await siteDifferences(site)).toEqual([]);
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
    await site.send(anEvent({ type: "person_registered", by: "founder" }));
    await site.send(setRole("founder", "mod", "moderator"));
    expect(await site.send(setRole("Root", "mod", "banned"))).toEqual(["refused"]);
    expect(await site.send(setRole("Root", "founder", "banned"))).toEqual(["refused"]);
    expect(await site.send(setRole("mod", "Founder", "moderator", false))).toEqual(["refused"]);
    expect(await site.send(setRole("ann", "Bob", "banned"))).toEqual(["refused"]);
    await site.publishAll();
    const taken = "who made the community moderates it always, and cannot be banned (u/founder).";
    expect(await site.text("~mod/inbox")).toContain(taken);
    expect(await site.text("~mod/inbox")).toContain("moderator no longer in r/Heap\n\nas it is<");
    const text = await site.text("~ann/inbox");
    expect(text).toContain("you are no moderator there (u/Bob).");
    expect(text).toContain("banned in r/Heap\n\nas it is<");
    await site.send(setRole("founder", "mod", "moderator", false));
    expect(await site.send(setRole("Root", "mod", "banned"))).toEqual(["applied"]);
  });
});

describe("somebody banned edits no more what they wrote there:", () => {
  const mine = anId() as PostId;
  const editPost = (text: string) => anEvent({ type: "post_edited", by: "Bob", post: mine, text });
  const editComment = (text: string) =>
    anEvent({ type: "comment_edited", by: "Bob", comment, text });

  beforeEach(async () => {
    const place = { community: "heap", title: "Bob's", url: null, resubmit: false };
    const own = { ...place, post: mine, text: "as it was" };
    await site.send(anEvent({ ...own, type: "post_submitted", by: "Bob" }));
  });

  it("they are told, and given back the text; until the ban is lifted", async () => {
    await site.send(setRole("founder", "Bob", "banned"));
    const edits = [editPost("worse words"), editComment("ruder words")];
    expect(await site.send(...edits)).toEqual(["refused", "refused"]);
    await site.publishAll();
    for (const words of ["worse words", "ruder words"]) {
      expect(await site.keysWith(words)).toEqual(["~bob/inbox"]);
    }
    const inbox = await site.text("~bob/inbox");
    expect(inbox).toContain("Your edit was not accepted: you are banned from this community.");
    await site.send(setRole("founder", "Bob", "banned", false));
    expect(await site.send(editPost("better"), editComment("kinder"))).toEqual([
      "applied",
      "applied",
    ]);
    await site.publishAll();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("what was applied before stays, and is no refusal when it comes again", async () => {
    const edits = [editPost("better"), editComment("kinder")];
    await site.send(...edits, setRole("founder", "Bob", "banned"));
    expect(await site.send(...edits)).toEqual(["unchanged", "unchanged"]);
    await site.publishAll();
    expect(await site.text(`/comments/${mine}`)).toContain("better");
    expect(await site.text(thread)).toContain("kinder");
    expect(await site.text("~bob/inbox")).not.toContain("not accepted");
  });

  it("they may delete it, and edit what they wrote elsewhere", async () => {
    const there = { community: "other", title: "There", url: null, resubmit: false };
    const elsewhere = { ...there, post: anId() as PostId, text: "" };
    await site.send(anEvent({ ...elsewhere, type: "post_submitted", by: "Bob" }));
    await site.send(setRole("founder", "Bob", "banned"));
    const { post: other } = elsewhere;
    const sent = [
      anEvent({ type: "post_deleted", by: "Bob", post: mine }),
      anEvent({ type: "comment_deleted", by: "Bob", comment }),
      anEvent({ type: "post_edited", by: "Bob", post: other, text: "still mine" }),
    ];
    expect(await site.send(...sent)).toEqual(["applied", "applied", "applied"]);
  });
});

describe("a moderator is told", () => {
  const inboxOf = async (person: string): Promise<string> => {
    await site.publishAll();
    return site.text(`~${person}/inbox`);
  };
  const lock = (by: string, isLocked: boolean) =>
    anEvent({ type: "post_locked", by, post, isLocked, reason: "" });

  it.each([
    ["the lifting of no ban", [], setRole("founder", "Bob", "banned", false), "banned no longer"],
    [
      "the ban of the banned",
      [setRole("Root", "Bob", "banned")],
      setRole("founder", "Bob", "banned"),
      "banned",
    ],
    [
      "naming who moderates",
      [setRole("Root", "Bob", "moderator")],
      setRole("founder", "Bob", "moderator"),
      "moderator",
    ],
    ["naming the creator", [], setRole("founder", "founder", "moderator"), "moderator"],
    [
      "taking off who does not",
      [],
      setRole("founder", "Bob", "moderator", false),
      "moderator no longer",
    ],
    ["locking what is locked", [lock("Root", true)], lock("founder", true), "lock"],
    ["unlocking what is not", [], lock("founder", false), "unlock"],
  ])("that nothing changed: %s", async (_, before, vain, words) => {
    await site.send(anEvent({ type: "person_registered", by: "founder" }), ...before);
    for (let times = 0; times < 3; times++) await site.send(vain, ...before);
    const text = await inboxOf("founder");
    expect(text.match(/changed nothing: it was so already/g)).toHaveLength(2);
    expect(text).toContain(`aria-label="What you wrote">\n${words}`);
    expect(await site.text("~root/inbox")).not.toContain("changed nothing");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it.each([
    ["post", "the post"],
    ["comment", "the comment"],
  ] as const)("that the %s was deleted by then", async (kind, words) => {
    const thing = kind === "post" ? { post } : { comment };
    const verdict = { ...thing, by: "founder", verdict: "removed", reason: "rude" } as const;
    const removal = anEvent({ ...verdict, type: `${kind}_judged` } as CairnEvent);
    const deletion = { ...thing, type: `${kind}_deleted`, by: kind === "post" ? "ann" : "Bob" };
    await site.send(anEvent(deletion as CairnEvent));
    expect(await site.send(removal)).toEqual(["refused"]);
    expect(await site.send(removal)).toEqual(["unchanged"]);
    const told = `Your verdict was not accepted: ${words} had been deleted by its author by then.`;
    expect(await inboxOf("founder")).toContain(told);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("nothing about an act that was applied, when it comes again after the deletion", async () => {
    const acts = [judge("founder", "removed"), lock("founder", true)];
    await site.send(...acts);
    await site.send(anEvent({ type: "post_deleted", by: "ann", post }));
    expect(await site.send(...acts)).toEqual(["unchanged", "unchanged"]);
    expect(await inboxOf("founder")).not.toContain("Your ");
  });

  it("why creators and admins are neither banned nor taken off", async () => {
    for (const by of ["founder", "Root"])
      await site.send(anEvent({ type: "person_registered", by }));
    for (const [by, person] of [
      ["Root", "founder"],
      ["founder", "Root"],
    ] as const) {
      await site.send(setRole(by, person, "banned"), setRole(by, person, "moderator", false));
    }
    const creator = "who made the community moderates it always, and cannot be banned (u/founder)";
    expect((await inboxOf("root")).split(creator)).toHaveLength(5);
    const admin = "admins moderate everywhere, and cannot be banned (u/Root)";
    expect((await inboxOf("founder")).split(admin)).toHaveLength(5);
  });

  it("nothing of an admin who had been named: that can be taken back", async () => {
    await site.send(anEvent({ type: "person_registered", by: "Root" }));
    for (const isSet of [true, false]) {
      const outcome = await site.send(setRole("founder", "Root", "moderator", isSet));
      expect([isSet, outcome]).toEqual([isSet, ["applied"]]);
    }
  });

  it("that they are none, whomever they would name", async () => {
    await site.send(anEvent({ type: "person_registered", by: "stranger" }));
    await site.send(setRole("founder", "Bob", "banned"));
    const named = [
      setRole("stranger", "Bob", "moderator"),
      setRole("stranger", "founder", "moderator"),
    ];
    expect(await site.send(...named)).toEqual(["refused", "refused"]);
    const told = await inboxOf("stranger");
    expect(told).not.toContain("lift the ban");
    expect(told).not.toContain("so already");
  });

  it("to lift the ban first of whom they would name, whoever was first", async () => {
    const named = setRole("founder", "Bob", "moderator");
    await site.send(setRole("founder", "Bob", "banned"));
    expect(await site.send(named)).toEqual(["refused"]);
    const told = "who is banned cannot moderate: lift the ban first (u/Bob).";
    expect(await inboxOf("founder")).toContain(told);
    expect(await site.send(say("Bob"))).toEqual(["refused"]);
    const [lifted, again] = [
      setRole("founder", "Bob", "banned", false),
      setRole("founder", "Bob", "moderator"),
    ];
    expect(await site.send(lifted, again)).toEqual(["applied", "applied"]);
    await site.send(setRole("founder", "Bob", "moderator", false));
    expect(await site.send(say("Bob"))).toEqual(["applied"]);
    await site.publishAll();
    expect(await siteDifferences(site)).toEqual([]);
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

  it("shows no form on the later pieces of its thread either, and says why", async () => {
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
    expect(await site.text(pieces[0] as string)).not.toContain("This post is locked");
    await site.send(lock(true));
    await site.publishAll();
    expect(await site.text(pieces[0] as string)).not.toContain("class=reply");
    expect(await site.text(pieces[0] as string)).toContain("This post is locked");
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

/** Of the head of the log. */
async function moderatorsLine(listing = LOG): Promise<string> {
  const [, line = ""] = /Moderated by (.*)\./.exec(await site.text(listing)) ?? [];
  return line.replace(/<[^>]*>/g, "");
}

describe("the moderators of a community", () => {
  const admins = "the site’s admins. What they did stands below";

  it("are named to everybody, from its creation until they are none any more", async () => {
    expect(await moderatorsLine()).toBe(`founder, and ${admins}`);
    await site.send(setRole("founder", "mod", "moderator"));
    await site.publishAll();
    expect(await moderatorsLine()).toBe(`founder, mod, and ${admins}`);
    expect(await site.text(LOG)).toContain('href="/user/mod"');
    expect(await moderatorsLine("/r/other/about/log")).toBe(`stranger, and ${admins}`);
    await site.send(setRole("Root", "mod", "moderator", false));
    await site.publishAll();
    expect(await moderatorsLine()).toBe(`founder, and ${admins}`);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("are named no longer when they have left", async () => {
    await site.send(setRole("founder", "mod", "moderator"));
    await site.publishAll();
    const leave = (by: string) => anEvent({ type: "account_deleted", by, epoch: 1, posts: "keep" });
    await site.send(leave("mod"), leave("stranger"));
    await site.publishAll();
    expect(await moderatorsLine()).toBe(`founder, and ${admins}`);
    expect(await moderatorsLine("/r/other/about/log")).toBe(admins);
    await site.send(leave("founder"));
    await site.publishUrgent();
    await site.publishAll();
    expect(await moderatorsLine()).toBe(admins);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("are named as they were first seen, although an older sign of them comes late", async () => {
    await site.send(setRole("founder", "mod", "moderator"));
    await site.publishAll();
    const early = anEvent({ type: "person_registered", by: "MOD" });
    await site.send({ ...early, at: BEGIN_MS - 60_000 });
    await site.publishAll();
    expect(await moderatorsLine()).toBe(`founder, MOD, and ${admins}`);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("are found from each of its pages", async () => {
    for (const path of ["/r/heap", "/r/heap/new", "/r/heap/comments"]) {
      expect(await site.text(path), path).toContain(`<a href="${LOG}">moderators</a>`);
    }
    expect(await site.text(LOG)).toContain(`<a href="${LOG}" aria-current="page">moderators</a>`);
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
    expect(text).toContain('"target_permalink":null,"target_author":"Bob"');
  });

  it("forgets the title of what is removed, and of spam even which thing it was", async () => {
    const lock = { type: "post_locked", isLocked: true, reason: "" } as const;
    await site.send(judge("founder", "approved"), anEvent({ ...lock, by: "founder", post }));
    await site.send(judge("founder", "spam", "adverts"));
    await site.publishAll();
    const text = await site.text(LOG);
    expect(text).not.toContain("A pebble");
    // Not by what was done to it before, either.
    expect(text).not.toContain(post);
    const [, json = ""] = text.split(/^json .*\n/m);
    const [spam] = JSON.parse(json).data.children;
    expect(spam.data).toMatchObject({ action: "spam", target_fullname: null, target_author: null });
    await site.send(judge("founder", "approved"));
    await site.publishAll();
    const [, after = ""] = (await site.text(LOG)).split(/^json .*\n/m);
    const acts = JSON.parse(after).data.children.map(({ data }: { data: object }) => data);
    expect(acts[1]).toMatchObject({ action: "spam", target_permalink: null });
    expect(acts[0]).toMatchObject({ action: "approved", target_permalink: thread });
  });

  it("knows that on its older pages, too, when spam is called something else", async () => {
    await site.send(judge("founder", "approved"));
    const bans = Array.from({ length: 60 }, (_, n) =>
      setRole("founder", "Bob", "banned", n % 2 === 0),
    );
    for (const ban of bans) await site.send(ban);
    await site.send(judge("founder", "spam"));
    await site.publishAll();
    expect(await site.text(`${LOG}/1`)).not.toContain(post);
    await site.send(judge("founder", "removed"));
    await site.publishAll();
    expect(await site.text(`${LOG}/1`)).toContain(post);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("knows which thing it was of what is removed, spam before or not, and not of what is deleted", async () => {
    await site.send(judge("founder", "approved"), judge("founder", "spam"));
    await site.publishAll();
    await site.send(judge("founder", "removed"));
    await site.publishAll();
    const named = await site.text(LOG);
    expect(named.split(`/api/thing?id=t3_${post}`)).toHaveLength(3);
    expect(named.split(`"target_fullname":"t3_${post}"`)).toHaveLength(3);
    await site.send(anEvent({ type: "post_deleted", by: "ann", post }));
    await site.publishAll();
    expect(await site.text(LOG)).not.toContain(post);
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("moderators find what was removed", () => {
  const menu = (thing: string) => `href="/api/thing?id=${thing}"`;

  it("from its tombstone: a comment with answers, a post with comments", async () => {
    const answer = { comment: anId() as CommentId, post, parent: comment, text: "indeed" };
    await site.send(anEvent({ ...answer, type: "comment_posted", by: "ann" }));
    const removal = { type: "comment_judged", by: "founder", comment, reason: "" } as const;
    await site.send(anEvent({ ...removal, verdict: "removed" }), judge("founder", "spam"));
    await site.publishAll();
    const text = await site.text(thread);
    expect(text).toContain(`<a ${menu(`t3_${post}`)}>For moderators</a>`);
    expect(text).toContain(
      `<p class=facts>[removed] · <a ${menu(`t1_${comment}`)}>for moderators</a>`,
    );
    await site.send(anEvent({ type: "comment_deleted", by: "Bob", comment }));
    await site.send(anEvent({ type: "post_deleted", by: "ann", post }));
    await site.publishAll();
    expect(await site.text(thread)).not.toContain("or moderators");
    expect(await site.text(thread)).toContain("<p class=facts>[deleted]<details");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("from the log, which says nothing of it, and nothing of what is spam", async () => {
    await site.send(judge("founder", "removed", "off topic"));
    await site.publishAll();
    expect(await site.text(LOG)).toContain(`<a ${menu(`t3_${post}`)}>a post</a>`);
    expect(await site.text(LOG)).not.toMatch(/pebble|>ann</);
    const removal = { type: "comment_judged", by: "founder", comment, reason: "" } as const;
    await site.send(anEvent({ ...removal, verdict: "spam" }));
    await site.publishAll();
    expect(await site.text(LOG)).not.toContain(comment);
  });
});

describe("what is done to what was removed", () => {
  const marked = (kind: "saved" | "hidden") =>
    anEvent({ type: "post_marked", by: "cleo", post, kind, isSet: true });
  const views = ["liked", "saved", "hidden"].map((name) => `~cleo/${name}`);

  it("is applied, shows when it is approved, and is told nobody; reports are answered by that", async () => {
    await site.send(judge("founder", "removed"));
    await site.publishAll();
    const inbox = await site.text("~ann/inbox");
    const done = [
      anEvent({ type: "post_voted", by: "cleo", post, value: 1 }),
      marked("saved"),
      marked("hidden"),
      anEvent({ type: "post_reported", by: "cleo", post, reason: "a sinking stone" }),
    ];
    expect(await site.send(...done)).toEqual(done.map(() => "applied"));
    await site.publishAll();
    expect(await site.text("~ann/inbox")).toBe(inbox);
    expect(await site.keysWith("sinking")).toEqual([]);
    for (const view of views) expect(await site.text(view)).not.toContain("pebble");

    await site.send(judge("founder", "approved"));
    await site.publishAll();
    for (const view of views) expect(await site.text(view)).toContain("A pebble");
    expect(await site.text(thread)).toContain("<output>2</output>");
    expect(await site.keysWith("sinking")).toEqual([]);
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("an act without an effect is not logged:", () => {
  it.each([
    ["the end of what was nobody's", () => [setRole("founder", "mod", "moderator", false)]],
    ["the lifting of no ban", () => [setRole("founder", "Bob", "banned", false)]],
    [
      "the same ban again",
      () => [setRole("founder", "Bob", "banned"), setRole("Root", "Bob", "banned")],
    ],
    [
      "a verdict or a lock on what its author deleted",
      () => [
        anEvent({ type: "post_deleted", by: "ann", post }),
        judge("founder", "approved"),
        judge("founder", "removed"),
        anEvent({ type: "post_locked", by: "founder", post, isLocked: true, reason: "" }),
      ],
    ],
    [
      "unlocking what is not locked",
      () => [anEvent({ type: "post_locked", by: "founder", post, isLocked: false, reason: "" })],
    ],
  ] as const)("%s", async (name, events) => {
    const sent = events();
    for (const event of sent) await site.send(event);
    // A duplicate, when all is otherwise.
    await site.send(...sent);
    await site.publishAll();
    const { results } = await site.db.prepare("SELECT kind, by FROM act").all();
    expect(results).toEqual(name.includes("again") ? [{ kind: "banned", by: "founder" }] : []);
    expect(await site.text("~bob/inbox")).not.toContain("You can post and comment again");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("but it counts: of two acts the newer one wins", async () => {
    const ban = setRole("founder", "Bob", "banned");
    await site.send(setRole("founder", "Bob", "banned", false));
    await site.send(ban);
    expect(await site.send(say("Bob"))).toEqual(["applied"]);
  });
});

describe("a duplicate of an act that was applied is not refused", () => {
  it("when whom it named has left since", async () => {
    const named = setRole("founder", "Bob", "moderator");
    await site.send(
      named,
      anEvent({ type: "account_deleted", by: "Bob", epoch: 1, posts: "keep" }),
    );
    await site.publishUrgent();
    expect(await site.send(named)).toEqual(["unchanged"]);
    await site.publishAll();
    expect(await site.text("~founder/inbox")).not.toContain("moderator");
  });

  it("when whom it banned moderates now", async () => {
    const banned = setRole("founder", "Bob", "banned");
    const lifted = setRole("founder", "Bob", "banned", false);
    await site.send(banned, lifted, setRole("founder", "Bob", "moderator"));
    expect(await site.send(banned)).toEqual(["unchanged"]);
  });

  it("when it had no effect, and its sender moderates no longer", async () => {
    await site.send(setRole("founder", "mod", "moderator"));
    const locks = ["founder", "mod"].map((by) =>
      anEvent({ type: "post_locked", by, post, isLocked: true, reason: "" }),
    );
    const bans = ["founder", "mod"].map((by) => setRole(by, "Bob", "banned"));
    await site.send(...locks, ...bans, setRole("founder", "mod", "moderator", false));
    expect(await site.send(...locks, ...bans)).toEqual(Array(4).fill("unchanged"));
    await site.send(setRole("founder", "Bob", "banned", false));
    await site.send(setRole("founder", "Bob", "moderator"));
    expect(await site.send(...bans)).toEqual(["unchanged", "unchanged"]);
    const later = anEvent({ type: "post_locked", by: "mod", post, isLocked: true, reason: "" });
    const stranger = setRole("stranger", "Bob", "moderator");
    expect(await site.send(later, stranger)).toEqual(["refused", "refused"]);
  });
});

describe("who edits what they have deleted", () => {
  it.each([
    ["post", "ann"],
    ["comment", "Bob"],
  ] as const)("is told so, and gets the text back: a %s", async (kind, by) => {
    const mine = { ...(kind === "post" ? { post } : { comment }), by };
    const answer = anEvent({
      ...{ type: "comment_posted", by: "cleo", post, parent: comment },
      ...{ comment: anId() as CommentId, text: "so it is" },
    } as CairnEvent);
    await site.send(answer, anEvent({ ...mine, type: `${kind}_deleted` } as CairnEvent));
    await site.publishAll();
    const thread = await site.text(`/comments/${post}`);
    const edit = anEvent({ ...mine, type: `${kind}_edited`, text: "too late" } as CairnEvent);
    expect(await site.send(edit)).toEqual(["refused"]);
    await site.publishAll();
    expect(await site.text(`/comments/${post}`)).toBe(thread);
    const inbox = await site.text(`~${by.toLowerCase()}/inbox`);
    expect(inbox).toContain(`Your edit was not accepted: the ${kind} had been deleted`);
    expect(inbox).toContain("too late");
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("a duplicate of what was refused is not done after all", () => {
  it("when its sender may write again", async () => {
    const refused = [
      say("Bob"),
      anEvent({ type: "comment_edited", by: "Bob", comment, text: "while he was banned" }),
    ];
    await site.send(setRole("founder", "Bob", "banned"));
    expect(await site.send(...refused)).toEqual(["refused", "refused"]);
    await site.send(setRole("founder", "Bob", "banned", false));
    expect(await site.send(...refused)).toEqual(["unchanged", "unchanged"]);
    expect(await site.send(say("Bob"))).toEqual(["applied"]);
  });

  it("when what stood in its way has gone", async () => {
    const again = anEvent({ ...place, type: "community_created", by: "mod", name: "heap" });
    const lock = anEvent({ type: "post_locked", by: "mod", post, isLocked: true, reason: "" });
    expect(await site.send(again, lock)).toEqual(["refused", "refused"]);
    await site.send(setRole("founder", "mod", "moderator"));
    expect(await site.send(again, lock)).toEqual(["unchanged", "unchanged"]);
    const { results } = await site.db.prepare("SELECT kind FROM act").all();
    expect(results).toEqual([{ kind: "moderator" }]);
  });
});

describe("the author of something silently removed", () => {
  const answer = () => {
    const said = { comment: anId() as CommentId, post, parent: null, text: "as if nothing was" };
    return anEvent({ ...said, type: "comment_posted", by: "ann" });
  };
  const views = () =>
    Promise.all(["~ann/inbox", "~ann/written", "~ann/liked", "~ann/saved"].map(site.text));

  beforeEach(async () => {
    const mine = { by: "ann", post } as const;
    await site.send(anEvent({ ...mine, type: "post_marked", kind: "saved", isSet: true }));
    await site.publishAll();
  });

  it("sees nothing of it in any view of their own", async () => {
    const before = await views();
    await site.send(judge("founder", "spam", "adverts"));
    await site.publishAll();
    expect(await views()).toEqual(before);
    expect(await site.keysWith("A pebble")).toEqual([
      "~ann/inbox",
      "~ann/overlay",
      "~ann/saved",
      "~ann/written",
    ]);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("can go on to comment on it, for nobody to see but themselves and the moderators", async () => {
    await site.send(judge("founder", "spam"));
    await site.publishAll();
    const own = answer();
    expect(await site.send(own, say("cleo"))).toEqual(["applied", "refused"]);
    expect(await site.send(own)).toEqual(["unchanged"]);
    await site.publishAll();
    expect(await site.keysWith("as if nothing was")).toEqual(["~ann/written"]);
    expect(await site.text("~ann/written")).toContain("<h2><small>comment on</small> <a");
    expect(await site.text("~ann/inbox")).not.toContain("not accepted");
    const queue = await site.text(QUEUE);
    expect(queue).toContain("automatically");
    expect(await site.text(LOG)).not.toContain("automatically");
    expect((await site.text(LOG)).split("<article").length).toBe(2);
    expect(await siteDifferences(site)).toEqual([]);

    const { comment: said } = own as { comment: CommentId };
    const approve = { verdict: "approved", reason: "" } as const;
    await site.send(
      judge("founder", "approved"),
      anEvent({ ...approve, type: "comment_judged", by: "founder", comment: said }),
    );
    await site.publishAll();
    expect(await site.text(thread)).toContain("as if nothing was");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("can answer under a comment of theirs that was removed in the same way", async () => {
    const spam = { type: "comment_judged", by: "founder", comment, verdict: "spam" } as const;
    await site.send(anEvent({ ...spam, reason: "" }));
    const below = (by: string) => {
      const said = { comment: anId() as CommentId, post, parent: comment, text: `below, ${by}` };
      return anEvent({ ...said, type: "comment_posted", by });
    };
    expect(await site.send(below("Bob"), below("ann"))).toEqual(["applied", "refused"]);
    await site.publishAll();
    expect(await site.keysWith("below, Bob")).toEqual(["~bob/written"]);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is refused like everybody where the removal was told", async () => {
    await site.send(judge("founder", "removed", "off topic"));
    expect(await site.send(answer())).toEqual(["refused"]);
  });
});

describe("what was removed last", () => {
  it("is below the reports, with an approval, and nothing of what it says", async () => {
    const removal = { type: "comment_judged", by: "founder", comment, reason: "rude" } as const;
    await site.send(anEvent({ ...removal, verdict: "removed" }));
    await site.publishAll();
    const text = await site.text(QUEUE);
    for (const part of ["Removed last", `#t1_${comment}`, ">Bob<", ">founder<", "rude"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`name="id" value="t1_${comment}"`);
    expect(text).not.toContain("so small");
    await site.send(anEvent({ ...removal, verdict: "approved", by: "Root" }));
    await site.publishAll();
    expect(await site.text(QUEUE)).not.toContain("Removed last");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("says what was edited since, whose words an approval would publish", async () => {
    await site.send(anEvent({ type: "comment_edited", by: "Bob", comment, text: "still rude" }));
    const removal = { type: "comment_judged", by: "founder", comment, reason: "rude" } as const;
    await site.send(anEvent({ ...removal, verdict: "removed" }), judge("founder", "spam"));
    await site.publishAll();
    expect(await site.text(QUEUE)).not.toContain("edited since");
    await site.send(anEvent({ type: "comment_edited", by: "Bob", comment, text: "an advert" }));
    await site.publishAll();
    expect((await site.text(QUEUE)).match(/edited since/g)).toHaveLength(1);
    expect(await site.keysWith("an advert")).toEqual(["~bob/inbox", "~bob/written"]);
    await site.send(anEvent({ type: "post_edited", by: "ann", post, text: "another advert" }));
    await site.publishAll();
    expect((await site.text(QUEUE)).match(/edited since/g)).toHaveLength(2);
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("says what the last verdict was, and why", async () => {
    await site.send(judge("founder", "removed", "off topic"));
    await site.publishAll();
    await site.send(judge("Root", "spam", "adverts"));
    await site.publishAll();
    const text = await site.text(QUEUE);
    for (const part of ["removed as spam", ">Root<", "adverts"]) expect(text).toContain(part);
    expect(text).not.toContain("off topic");
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("is the last 25 things, each once, the newest first", async () => {
    const said = Array.from({ length: 30 }, () => say("Bob"));
    await site.send(...said);
    const ids = said.map((event) => ("comment" in event ? event.comment : ("" as CommentId)));
    const again = ids.slice(20, 22);
    for (const each of [...ids, ...again]) {
      const removal = { type: "comment_judged", by: "founder", comment: each } as const;
      await site.send(anEvent({ ...removal, verdict: "removed", reason: "" }));
    }
    await site.publishAll();
    const listed = [...(await site.text(QUEUE)).matchAll(/name="id" value="t1_(\w+)"/g)];
    const others = ids.filter((each) => !again.includes(each));
    const expected = [...again.reverse(), ...others.reverse()].slice(0, 25);
    expect(listed.map(([, id]) => id)).toEqual(expected);
  });

  it("forgets who deleted what, or their account", async () => {
    await site.send(setRole("founder", "mod", "moderator"));
    const removal = { type: "comment_judged", by: "mod", comment, reason: "" } as const;
    await site.send(anEvent({ ...removal, verdict: "removed" }), judge("Root", "removed"));
    await site.publishAll();
    expect(await site.text(QUEUE)).toContain(">mod<");
    await site.send(anEvent({ type: "account_deleted", by: "mod", epoch: 1, posts: "keep" }));
    await site.send(anEvent({ type: "account_deleted", by: "ann", epoch: 1, posts: "keep" }));
    await site.publishUrgent();
    expect(await site.text(QUEUE)).not.toMatch(/>(?:mod|ann)</);
    expect(await site.text(QUEUE)).toContain(">Root<");
    await site.send(anEvent({ type: "account_deleted", by: "Root", epoch: 1, posts: "keep" }));
    await site.publishUrgent();
    expect(await site.text(QUEUE)).not.toContain(">Root<");
    await site.send(anEvent({ type: "comment_deleted", by: "Bob", comment }));
    await site.publishUrgent();
    expect(await site.text(QUEUE)).not.toContain(`t1_${comment}`);
    await site.publishAll();
    expect(await siteDifferences(site)).toEqual([]);
  });
});

describe("the queue of reports", () => {
  const report = (by: string, reason: string) =>
    anEvent({ type: "post_reported", by, post, reason });

  it("has the newest reason of each who reported, in whatever order they come", async () => {
    const [older, newer] = [report("cleo", "a first thought"), report("cleo", "a second one")];
    await site.send(newer);
    await site.send(older);
    await site.publishAll();
    const text = await site.text(QUEUE);
    expect(text).toContain("1 report");
    expect(text).toContain("a second one");
    expect(text).not.toContain("a first thought");
  });

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
    expect(text).toContain("<li>reported: <bdi>dull</bdi></li>");
    const back = '<input type="hidden" name="dest" value="/r/heap/about/reports">';
    for (const act of ["approve", "remove"]) {
      const form = `action="/api/${act}"><input type="hidden" name="id" value="t3_${post}">${back}`;
      expect(text).toContain(form);
    }
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

  it("says when, and of a comment its post, but never who reported: that may be about a moderator", async () => {
    await site.send(
      report("cleo", "dull"),
      anEvent({ type: "comment_reported", by: "cleo", comment, reason: "rude" }),
    );
    await site.publishAll();
    const text = await site.text(QUEUE);
    expect(text.match(/1 report, <time datetime="2026-/g)).toHaveLength(2);
    expect(text).toContain(`<a href="${thread}">its post</a>`);
    expect(await site.keysWith("cleo")).toEqual([]);
  });

  it("leads to the ban of who wrote something, and removed or not", async () => {
    await site.send(report("cleo", "dull"));
    const removal = { type: "comment_judged", by: "founder", comment, reason: "" } as const;
    await site.send(anEvent({ ...removal, verdict: "removed" }));
    await site.publishAll();
    const text = await site.text(QUEUE);
    for (const user of ["ann", "Bob"]) {
      expect(text).toContain(`<a href="/api/ban?sr=heap&amp;user=${user}">ban</a>`);
    }
    await site.send(anEvent({ type: "account_deleted", by: "Bob", epoch: 1, posts: "keep" }));
    await site.publishUrgent();
    expect((await site.text(QUEUE)).match(/api.ban/g)).toHaveLength(1);
  });

  it("lists who is banned, until the ban is lifted or they leave, and only there", async () => {
    await site.send(anEvent({ type: "person_registered", by: "Dan" }));
    await site.send(setRole("founder", "dan", "banned"));
    await site.send(setRole("founder", "Bob", "banned"), setRole("Root", "mod", "moderator"));
    await site.publishAll();
    const banned = async () => {
      const text = await site.text(QUEUE);
      return [...text.matchAll(/\/api\/unban\?sr=heap&amp;user=(\w+)">unban/g)].map(
        ([, name]) => name,
      );
    };
    expect(await banned()).toEqual(["Bob", "Dan"]);
    expect(await site.text("~/r/other/about/reports")).not.toContain("unban");
    await site.send(setRole("mod", "Bob", "banned", false));
    await site.publishAll();
    expect(await banned()).toEqual(["Dan"]);
    await site.send(anEvent({ type: "account_deleted", by: "Dan", epoch: 1, posts: "keep" }));
    await site.publishUrgent();
    expect(await banned()).toEqual([]);
    expect(await site.text(QUEUE)).not.toContain("Banned");
    await site.publishAll();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("keeps nothing that somebody wrote who has deleted their account", async () => {
    await site.send(report("cleo", "my own words"), report("Bob", ""));
    await site.publishAll();
    expect(await site.text(QUEUE)).toContain("my own words");
    await site.send(anEvent({ type: "account_deleted", by: "cleo", epoch: 1, posts: "keep" }));
    await site.publishUrgent();
    expect(await site.keysWith("my own words")).toEqual([]);
    expect(await site.keysWith("cleo")).toEqual([]);
    const text = await site.text(QUEUE);
    expect(text).toContain("2 reports");
    expect(text).toContain("no reason given");
    await site.publishAll();
    expect(await siteDifferences(site)).toEqual([]);
  });

  it("shows how a long text begins, and that it goes on", async () => {
    const text = `${"word ".repeat(399)}abc 🜁 and the end`;
    await site.send(
      anEvent({ type: "post_edited", by: "ann", post, text }),
      anEvent({ type: "comment_edited", by: "Bob", comment, text }),
      report("cleo", "long"),
      anEvent({ type: "comment_reported", by: "cleo", comment, reason: "long" }),
    );
    await site.publishAll();
    const queue = await site.text(QUEUE);
    expect(queue.match(/word abc …<\/p>/g)).toHaveLength(2);
    expect(queue).not.toContain("the end");
  });

  it("has a hundred things and twenty reasons, however many there are", async () => {
    const many = (count: number, thing: string) =>
      site.db
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
           INSERT INTO report (thing, person, reason, at, event, community, is_open)
           SELECT ${thing}, 'p' || i, 'why ' || i, i, 'e' || i, 'heap', 1 FROM n`,
        )
        .bind(count)
        .run();
    await many(200, "printf('t3_%03d', i)");
    await many(30, "'t3_busy'");
    let rows = 0;
    const counting = {
      prepare: (sql: string) => ({
        bind: (...values: unknown[]) => ({
          async all() {
            const answer = await site.db
              .prepare(sql)
              .bind(...values)
              .all();
            rows += answer.results.length;
            return answer;
          },
        }),
      }),
    } as unknown as D1Database;
    const [things] = await readReportedThings(counting, [communityKey("heap")], 100, 20);
    expect(rows).toBe(100);
    expect(things?.map(({ thing }) => thing)).toEqual(
      Array.from({ length: 100 }, (_, index) => `t3_${200 - index}`),
    );
    const [first] = (await readReportedThings(site.db, [communityKey("heap")], 200, 20))
      .flat()
      .filter(({ thing }) => thing === "t3_busy");
    expect(first?.reports).toBe(30);
    expect(first?.reasons).toEqual(Array.from({ length: 20 }, (_, index) => `why ${30 - index}`));
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
    // The banned have a role there, too.
    await site.send(setRole("founder", "mod", "moderator"), setRole("founder", "Bob", "banned"));
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
    expect(response.status).toBe(403);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const text = await response.text();
    expect(text).toContain("Only the moderators of a community and the site’s admins");
    expect(text).not.toContain("dull");
    const json = await get(name, "/r/heap/about/reports.json");
    expect([json.status, json.headers.get("cache-control")]).toEqual([403, "private, no-store"]);
    expect(await json.json()).toMatchObject({ error: 403, reason: "not_a_moderator" });
    expect((await get(name, "/r/nowhere/about/reports")).status).toBe(404);
    expect((await get(name, "/-/status")).status).toBe(404);
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
    expect((await get("mod")).status).toBe(403);
    expect((await get("founder")).status).toBe(303);
    expect(await site.keysWith("founder")).toEqual([]);
  });
});
