/**
 * The second promise: what is gone is on no page. After each kind of removal every stored object,
 * each representation decompressed, is searched for the text, the title, the URL and the name.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { CommentId, PostId } from "../src/model/ids.ts";
import { insertPosts } from "../src/store/bulk-posts.ts";
import { renumberImported } from "../src/store/renumber.ts";
import { anId, aPost } from "./makers.ts";
import { anEvent, type LiveSite, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const AUTHOR = "Zaphodine";
const TITLE = "Quixotic gargoyles";
const SLUG = "quixotic_gargoyles";
const URL = "https://vexillology.example/flags";
const TEXT = "wombat manifesto";
const SAID = "marmalade sandwich";
const ANSWER = "the reply stays";
const REASON = "against rule 7";

const link = anId() as PostId;
const text = anId() as PostId;
const elsewhere = anId() as PostId;
const bare = anId() as PostId;
const comment = anId() as CommentId;
const reply = anId() as CommentId;
const leaf = anId() as CommentId;

/** Somebody's posts and comments: voted on, saved, hidden, answered, reported, submitted again. */
function history() {
  const by = AUTHOR;
  const other = { resubmit: false, community: "programming" };
  const place = { name: "programming", title: "Heap", description: "" };
  const founded = ["programming", "other"].map((name) =>
    anEvent({ ...place, type: "community_created", by: "founder", name }),
  );
  const posted = [
    anEvent({
      ...other,
      type: "post_submitted",
      by,
      post: link,
      title: TITLE,
      url: URL,
      text: null,
    }),
    anEvent({
      ...other,
      type: "post_submitted",
      by,
      post: text,
      title: TITLE,
      url: null,
      text: TEXT,
    }),
    anEvent({
      ...other,
      type: "post_submitted",
      by,
      post: bare,
      title: TITLE,
      url: null,
      text: TEXT,
    }),
    anEvent({
      ...other,
      type: "post_submitted",
      by: "ann",
      post: elsewhere,
      title: "Ann's own",
      url: null,
      text: "hers",
    }),
    // A second submission of the link leads to the first; what ann wrote stays in her inbox.
    anEvent({
      ...other,
      type: "post_submitted",
      by: "ann",
      post: anId() as PostId,
      title: "Found by ann",
      url: "http://www.vexillology.example/flags/",
      text: null,
    }),
  ];
  const said = [
    anEvent({ type: "comment_posted", by, comment, post: elsewhere, parent: null, text: SAID }),
    anEvent({
      type: "comment_posted",
      by: "Bob",
      comment: reply,
      post: elsewhere,
      parent: comment,
      text: ANSWER,
    }),
    anEvent({
      type: "comment_posted",
      by,
      comment: leaf,
      post: elsewhere,
      parent: null,
      text: SAID,
    }),
    ...[link, text].map((post) =>
      anEvent({
        type: "comment_posted",
        by: "Bob",
        comment: anId() as CommentId,
        post,
        parent: null,
        text: ANSWER,
      }),
    ),
  ];
  const acts = ["ann", "Bob", "cleo"].flatMap((voter) => [
    ...[link, text, bare].flatMap((post) => [
      anEvent({ type: "post_voted", by: voter, post, value: voter === "cleo" ? -1 : 1 }),
      anEvent({ type: "post_marked", by: voter, post, kind: "saved", isSet: true }),
      anEvent({ type: "post_marked", by: voter, post, kind: "hidden", isSet: true }),
      anEvent({ type: "post_reported", by: voter, post, reason: "odd" }),
    ]),
    ...[comment, leaf].flatMap((each) => [
      anEvent({ type: "comment_voted", by: voter, comment: each, value: 1 }),
      anEvent({ type: "comment_marked", by: voter, comment: each, kind: "saved", isSet: true }),
      anEvent({ type: "comment_reported", by: voter, comment: each, reason: "odd" }),
    ]),
  ]);
  return [...founded, ...posted, ...said, ...acts];
}

const POSTS = [link, text, bare];
const COMMENTS = [comment, leaf];
/** What only the author may still see: their own views. */
const WRITTEN = `~${AUTHOR.toLowerCase()}/written`;
const OWN = [WRITTEN, ...["inbox", "overlay"].map((name) => `~${AUTHOR.toLowerCase()}/${name}`)];

let site: LiveSite;

beforeEach(async () => {
  site = await openLiveSite();
  for (const event of history()) await site.send(event);
  await site.publishAll();
});

async function expectNowhere(needles: readonly string[], except: readonly string[] = []) {
  for (const needle of needles) {
    const found = await site.keysWith(needle);
    expect(
      found.filter((key) => !except.includes(key)),
      needle,
    ).toEqual([]);
  }
}

async function expectConsistent() {
  await site.publishAll();
  expect(await siteDifferences(site)).toEqual([]);
}

describe("before anything is removed", () => {
  it("all of it is on many pages: the search finds what it looks for", async () => {
    for (const needle of [TITLE, SLUG, URL, TEXT, SAID, AUTHOR]) {
      expect((await site.keysWith(needle)).length, needle).toBeGreaterThan(3);
    }
    for (const key of ["~ann/saved", "~bob/overlay", "~r/x", "~/r/programming/about/reports"]) {
      const expected = key === "~r/x" ? 0 : 1;
      expect((await site.keysWith(TITLE)).filter((each) => each === key)).toHaveLength(expected);
    }
  });
});

describe("at once, whatever the lanes, nothing is left of", () => {
  it("posts that their author deletes", async () => {
    await site.send(...POSTS.map((post) => anEvent({ type: "post_deleted", by: AUTHOR, post })));
    await site.publishUrgent();
    await expectNowhere([TITLE, SLUG, URL, TEXT]);
    expect(await site.text(`/comments/${bare}`)).toMatch(/^410/);
    expect(await site.text(`/comments/${text}`)).toContain(ANSWER);
    await expectConsistent();
  });

  it("comments that their author deletes", async () => {
    await site.send(
      ...COMMENTS.map((each) => anEvent({ type: "comment_deleted", by: AUTHOR, comment: each })),
    );
    await site.publishUrgent();
    await expectNowhere([SAID]);
    expect(await site.text(`/comments/${elsewhere}`)).toContain(ANSWER);
    await expectConsistent();
  });

  it.each(["removed", "spam"] as const)("posts that a moderator marks as %s", async (verdict) => {
    const by = "founder";
    await site.send(
      ...POSTS.map((post) => anEvent({ type: "post_judged", by, post, verdict, reason: REASON })),
    );
    await site.publishUrgent();
    await expectNowhere([TITLE, SLUG, URL, TEXT], OWN);
    expect(await site.text(`/comments/${bare}`)).toMatch(/^410/);
    expect(await site.text(`/comments/${text}`)).toContain("[removed]");
    await expectConsistent();
    await expectNowhere([TITLE, SLUG, URL, TEXT], OWN);
    expect(await site.text(WRITTEN)).toContain(TITLE);
    const told = await site.text(`~${AUTHOR.toLowerCase()}/inbox`);
    expect(told.includes(REASON)).toBe(verdict === "removed");
    const log = await site.text("/r/programming/about/log");
    expect(log).toContain(REASON);
    expect(log.includes(link)).toBe(verdict === "removed");
  });

  it.each(["removed", "spam"] as const)("comments that an admin marks as %s", async (verdict) => {
    const by = "Root";
    await site.send(
      ...COMMENTS.map((each) =>
        anEvent({ type: "comment_judged", by, comment: each, verdict, reason: REASON }),
      ),
    );
    await site.publishUrgent();
    await expectNowhere([SAID], OWN);
    expect(await site.text(`/comments/${elsewhere}`)).toContain("[removed]");
    await expectConsistent();
  });

  it("an account whose posts go with it", async () => {
    await site.send(anEvent({ type: "account_deleted", by: AUTHOR, epoch: 1, posts: "delete" }));
    await site.publishUrgent();
    await expectNowhere([TITLE, SLUG, URL, TEXT, SAID, AUTHOR]);
    expect(await site.text("/user/zaphodine")).toBe("void");
    await expectConsistent();
  });

  it("the name of an account whose posts stay", async () => {
    const act = { by: "founder", community: "programming", person: AUTHOR, reason: "" } as const;
    await site.send(anEvent({ ...act, type: "role_set", kind: "moderator", isSet: true }));
    // Not on their own: the log is to be written anew because of the name alone.
    const verdict = { by: AUTHOR, post: elsewhere, verdict: "approved", reason: "" } as const;
    await site.send(anEvent({ ...verdict, type: "post_judged" }));
    // Refused: who moderates cannot be banned.
    await site.send(anEvent({ ...act, type: "role_set", kind: "banned", isSet: true }));
    await site.publishAll();
    const named = ["/r/programming/about/log", "~founder/inbox"];
    expect(await site.keysWith(AUTHOR)).toEqual(expect.arrayContaining(named));
    await site.send(anEvent({ type: "account_deleted", by: AUTHOR, epoch: 1, posts: "keep" }));
    await site.publishUrgent();
    await expectNowhere([AUTHOR]);
    expect(await site.text(`/comments/${text}`)).toContain(TEXT);
    expect(await site.text("/r/programming/about/log")).toContain("[deleted]");
    await expectConsistent();
    await expectNowhere([AUTHOR]);
  });
});

describe("what a moderator removed and approves again", () => {
  it("is back on every page where it was", async () => {
    const found = async () => {
      await site.publishAll();
      const keys = await Promise.all([TITLE, SLUG, URL, TEXT, SAID].map(site.keysWith));
      // Its author has been told what was done to it.
      return keys.map((each) => each.filter((key) => !/\/about\/|\/inbox$/.test(key)));
    };
    const before = await found();
    const judge = (verdict: "removed" | "approved") => [
      ...POSTS.map((post) =>
        anEvent({ type: "post_judged", by: "founder", post, verdict, reason: "" }),
      ),
      ...COMMENTS.map((each) =>
        anEvent({ type: "comment_judged", by: "founder", comment: each, verdict, reason: "" }),
      ),
    ];
    await site.send(...judge("removed"));
    await site.publishAll();
    expect(await site.keysWith(SAID)).toEqual([`~${AUTHOR.toLowerCase()}/inbox`, WRITTEN]);
    await site.send(...judge("approved"));
    expect(await found()).toEqual(before);
    await expectConsistent();
  });
});

describe("what a moderator removed and its author was told of", () => {
  it("leaves their inbox too when they delete it", async () => {
    const told = { by: "founder", verdict: "removed", reason: REASON } as const;
    await site.send(
      ...POSTS.map((post) => anEvent({ ...told, type: "post_judged", post })),
      ...COMMENTS.map((each) => anEvent({ ...told, type: "comment_judged", comment: each })),
    );
    await site.publishAll();
    const inbox = `~${AUTHOR.toLowerCase()}/inbox`;
    for (const needle of [TITLE, SAID]) expect(await site.keysWith(needle)).toContain(inbox);
    await site.send(
      ...POSTS.map((post) => anEvent({ type: "post_deleted", by: AUTHOR, post })),
      ...COMMENTS.map((each) => anEvent({ type: "comment_deleted", by: AUTHOR, comment: each })),
    );
    await site.publishUrgent();
    await expectNowhere([TITLE, SLUG, URL, TEXT, SAID]);
    expect(await site.text(inbox)).toContain(REASON);
    await expectConsistent();
  });
});

describe("somebody who has deleted their account", () => {
  it("is not brought back by what they sent before", async () => {
    const late = anEvent({ type: "comment_voted", by: AUTHOR, comment: reply, value: 1 });
    const deletion = anEvent({ type: "account_deleted", by: AUTHOR, epoch: 1, posts: "keep" });
    await site.send(deletion);
    expect(await site.send(late, deletion)).toEqual(["unchanged", "unchanged"]);
    const answer = { post: text, parent: null, text: "to nobody", comment: anId() as CommentId };
    await site.send(anEvent({ ...answer, type: "comment_posted", by: "Bob" }));
    await site.publishUrgent();
    await expectNowhere([AUTHOR]);
    await expectConsistent();
  });

  it("is not taken for somebody else who has: whose comment is by the author of the post", async () => {
    const leaving = [AUTHOR, "Bob"].map((by) =>
      anEvent({ type: "account_deleted", by, epoch: 1, posts: "keep" }),
    );
    await site.send(...leaving);
    await site.publishUrgent();
    expect(await site.text(`/comments/${text}`)).toContain(`"body":"${ANSWER}"`);
    expect(await site.keysWith('"is_submitter":true')).toEqual([]);
  });

  it("leaves no refusal behind, however an import has written their name", async () => {
    await insertPosts(site.db, [], [aPost({ author: "NEWCOMER" })]);
    await renumberImported(site.db);
    const sent = [
      anEvent({ type: "post_deleted", by: "Newcomer", post: text }),
      anEvent({ type: "account_deleted", by: "Newcomer", epoch: 1, posts: "delete" }),
    ];
    expect(await site.send(...sent)).toEqual(["refused", "applied"]);
    const { results } = await site.db.prepare("SELECT user FROM refusal").all();
    expect(results).not.toContainEqual({ user: "Newcomer" });
  });

  it("may leave more behind than one commit can hold", async () => {
    const many = Array.from({ length: 70 }, () =>
      anEvent({
        type: "comment_posted",
        by: AUTHOR,
        comment: anId() as CommentId,
        post: elsewhere,
        parent: null,
        text: SAID,
      }),
    );
    await site.send(...many);
    await site.publishAll();
    await site.send(anEvent({ type: "account_deleted", by: AUTHOR, epoch: 1, posts: "delete" }));
    await site.publishUrgent();
    await expectNowhere([SAID, AUTHOR]);
    await expectConsistent();
  });
});
