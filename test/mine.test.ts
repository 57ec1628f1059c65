/** What is somebody's own: votes, marks and answers, and what is left of them when they change. */
import { beforeEach, describe, expect, test } from "vitest";
import { renderPages } from "../src/consumer/prepare-pages.ts";
import type { MarkKind, VoteValue } from "../src/model/entities.ts";
import type { CommentId, EventId, PostId } from "../src/model/ids.ts";
import { readPage } from "../src/pages/storage.ts";
import type { CommentPosted } from "../src/queue/comment-events.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anId, aSubmission } from "./makers.ts";
import { aMemorySite, type MemorySite } from "./memory/site.ts";
import { migrationsOf, openMemoryD1 } from "./memory/sqlite-d1.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const NOW = Date.UTC(2026, 0, 1, 1);
const SECRET = "Granite";

let site: MemorySite;
let ticks = 0;

/** Every event a second after the one before, unless the test says otherwise. */
function base(by: string) {
  ticks++;
  return { version: 1 as const, id: anId() as EventId, at: NOW + ticks * 1000, by };
}

/** A comment also knows its post. */
type Thing = { readonly post: PostId } | { readonly comment: CommentId };

const vote = (by: string, thing: Thing, value: VoteValue): CairnEvent =>
  "comment" in thing
    ? { ...base(by), type: "comment_voted", comment: thing.comment, value }
    : { ...base(by), type: "post_voted", post: thing.post, value };

const mark = (by: string, thing: Thing, kind: MarkKind, isSet: boolean): CairnEvent =>
  "comment" in thing
    ? { ...base(by), type: "comment_marked", comment: thing.comment, kind, isSet }
    : { ...base(by), type: "post_marked", post: thing.post, kind, isSet };

const save = (by: string, thing: Thing) => mark(by, thing, "saved", true);
const unsave = (by: string, thing: Thing) => mark(by, thing, "saved", false);

const remove = (by: string, thing: Thing): CairnEvent =>
  "comment" in thing
    ? { ...base(by), type: "comment_deleted", comment: thing.comment }
    : { ...base(by), type: "post_deleted", post: thing.post };

function reply(by: string, post: Thing & { post: PostId }, parent?: CommentPosted): CommentPosted {
  const comment = anId() as CommentId;
  const place = { comment, post: post.post, parent: parent?.comment ?? null };
  return { ...base(by), type: "comment_posted", ...place, text: `words ${comment}` };
}

const community: CairnEvent = {
  ...base("ann"),
  type: "community_created",
  name: "programming",
  title: "programming",
  description: "",
};

/** By ann, with a title and an address to forget. */
function aStone() {
  const { at, by } = base("ann");
  return aSubmission({ at, by, title: `${SECRET} ${anId()}` });
}

/** Delivers one by one, and publishes. */
async function deliver(...events: CairnEvent[]): Promise<void> {
  for (const event of events) await site.send(event);
  await site.publish();
}

/** What a page of somebody's own has, newest first: names in its JSON. */
async function own(key: string): Promise<string[]> {
  const text = await site.text(key);
  const json = text.slice(text.lastIndexOf('{"kind":"Listing"'));
  const { data } = JSON.parse(json) as { data: { children: { data: { name: string } }[] } };
  return data.children.map((child) => child.data.name);
}

async function json(key: string): Promise<Record<string, unknown>> {
  const text = await site.text(key);
  return JSON.parse(text.slice(text.indexOf("{")));
}

const unread = async (key: string) => (await json(`${key}/unread`)).unread;

async function expectConsistent(): Promise<void> {
  expect(await siteDifferences(site)).toEqual([]);
}

const post = aStone();
const name = `t3_${post.post}`;

beforeEach(async () => {
  site = await aMemorySite(NOW);
  await deliver(community, post);
});

describe("a vote", () => {
  test("is among the liked, then the disliked, then in neither", async () => {
    await deliver(vote("Bob", post, 1));
    expect(await own("~bob/liked")).toEqual([name]);
    expect(await site.text("~bob/liked")).toContain(post.title);
    expect((await json("~bob/overlay")).votes).toEqual({ [name]: 1 });

    await deliver(vote("Bob", post, -1));
    expect(await own("~bob/liked")).toEqual([]);
    expect(await own("~bob/disliked")).toEqual([name]);
    expect((await json("~bob/overlay")).votes).toEqual({ [name]: -1 });

    await deliver(vote("Bob", post, 0));
    expect(await own("~bob/disliked")).toEqual([]);
    expect(await site.text("~bob/disliked")).toContain("Nothing disliked here.");
    expect((await json("~bob/overlay")).votes).toEqual({});
    await expectConsistent();
  });

  test("that comes back stands first again, before what was liked meanwhile", async () => {
    const other = aStone();
    await deliver(other, vote("Bob", post, 1), vote("Bob", other, 1));
    await deliver(vote("Bob", post, 0), vote("Bob", post, 1));
    expect(await own("~bob/liked")).toEqual([name, `t3_${other.post}`]);
    await expectConsistent();
  });

  test("that an author takes back from their own is known as none, in every browser", async () => {
    const said = reply("Bob", post);
    await deliver(said, vote("ann", post, 0));
    expect((await json("~ann/overlay")).votes).toEqual({ [name]: 0 });
    expect((await json("~bob/overlay")).votes).toEqual({ [`t1_${said.comment}`]: 1 });
    await expectConsistent();
  });

  test("that an author takes back at once is known as none, too", async () => {
    const other = aStone();
    await site.send(other, { ...vote("ann", other, 0), at: other.at + 1 });
    await site.publish();
    const votes = { [name]: 1, [`t3_${other.post}`]: 0 };
    expect((await json("~ann/overlay")).votes).toEqual(votes);
    await expectConsistent();
  });

  test("in one batch counts as what it was in the end", async () => {
    await site.send(vote("Bob", post, 1), vote("Bob", post, 0), vote("Bob", post, -1));
    await site.publish();
    expect(await own("~bob/disliked")).toEqual([name]);
    expect(await site.text("~bob/liked")).toBe("void");
    await expectConsistent();
  });

  test("of an author for their own is among the liked, from the beginning", async () => {
    const said = reply("Bob", post);
    await deliver(said);
    expect(await own("~ann/liked")).toEqual([name]);
    expect(await own("~bob/liked")).toEqual([`t1_${said.comment}`]);
  });

  test("that comes twice, or late, changes nothing", async () => {
    const [old, young] = [vote("Bob", post, -1), vote("Bob", post, 1)];
    await deliver(young, old, young, old);
    expect(await own("~bob/liked")).toEqual([name]);
    expect(await site.text("~bob/disliked")).toBe("void");
    await expectConsistent();
  });

  test("names the voter's list and document, and of private pages no others", async () => {
    await deliver(vote("cleo", post, 1), save("cleo", post));
    await site.send(vote("Bob", post, 1));
    const named = await site.lastNamed();
    expect(named.filter((key) => key.startsWith("~")).sort()).toEqual(["~bob/overlay"]);
    // The rest: the front page, new and top, of the site and of the community; the thread, the author.
    expect(named.filter((key) => !key.startsWith("~")).length).toBeLessThanOrEqual(13);
    await site.publish();
    await site.send(vote("Bob", post, -1));
    const turned = (await site.lastNamed()).filter((key) => key.startsWith("~"));
    expect(turned.sort()).toEqual(["~bob/overlay"]);
  });

  test("is on a page of fifty, of which full ones are sealed", async () => {
    const stones = Array.from({ length: 121 }, () => aStone());
    for (const stone of stones) await site.send(stone, vote("Bob", stone, 1));
    await site.publish();
    const named = stones.map(({ post }) => `t3_${post}`).reverse();
    expect(await own("~bob/liked")).toEqual(named.slice(0, 71));
    expect(await own("~bob/liked/2")).toEqual(named.slice(21, 71));
    expect(await own("~bob/liked/1")).toEqual(named.slice(71));
    expect(await site.text("~bob/liked/3")).toBe("302 ~bob/liked");
    expect(await site.text("~bob/liked/4")).toBe("void");
    await expectConsistent();
  });

  test("on a post with 1,000 voters names none of theirs; its deletion names them all", async () => {
    const voters = Array.from({ length: 1000 }, (_, index) => `voter${index}`);
    for (let at = 0; at < voters.length; at += 100) {
      await site.send(...voters.slice(at, at + 100).map((by) => vote(by, post, 1)));
    }
    await site.publish();
    await site.send(vote("Bob", post, 1));
    const named = (await site.lastNamed()).filter((key) => key.startsWith("~"));
    expect(named.sort()).toEqual(["~bob/overlay"]);
    await site.publish();
    await site.send(remove("ann", post));
    const lists = (await site.lastNamed()).filter((key) => key.endsWith("/overlay"));
    expect(new Set(lists)).toEqual(
      new Set([...voters, "bob", "ann"].map((by) => `~${by}/overlay`)),
    );
  });
});

describe("what is saved and hidden", () => {
  test("stands in its own list, newest first, and leaves it again", async () => {
    const said = reply("Bob", post);
    await deliver(said, save("cleo", post), save("cleo", said), mark("cleo", post, "hidden", true));
    const comment = `t1_${said.comment}`;
    expect(await own("~cleo/saved")).toEqual([comment, name]);
    expect(await own("~cleo/hidden")).toEqual([name]);
    const hidden = await site.text("~cleo/hidden");
    expect(hidden).toContain("<small>example.com</small>");
    expect(hidden).toMatch(
      new RegExp(`href="/r/programming/comments/${post.post}/[^"]*">comments<`),
    );
    const overlay = { votes: {}, saved: [comment, name], hidden: [name] };
    expect(await json("~cleo/overlay")).toEqual(overlay);
    await deliver(unsave("cleo", post), mark("cleo", post, "hidden", false));
    expect(await own("~cleo/saved")).toEqual([comment]);
    expect(await own("~cleo/hidden")).toEqual([]);
    await expectConsistent();
  });

  test("twice, late and in one batch is what was said last", async () => {
    const [first, second, third] = [save("cleo", post), unsave("cleo", post), save("cleo", post)];
    await deliver(third, second, first, third, second);
    expect(await own("~cleo/saved")).toEqual([name]);
    await site.send(unsave("cleo", post), save("cleo", post), unsave("cleo", post));
    await site.publish();
    expect(await own("~cleo/saved")).toEqual([]);
    await expectConsistent();
  });

  test("under the id of a repeated submission is the post that was there before", async () => {
    const again = { ...aStone(), by: "Bob", url: post.url, title: "Again" };
    await deliver(again, save("cleo", again));
    expect(await own("~cleo/saved")).toEqual([name]);
    await deliver(save("cleo", again));
    expect(await own("~cleo/saved")).toEqual([name]);
    await deliver(unsave("cleo", post));
    expect(await own("~cleo/saved")).toEqual([]);
    await expectConsistent();
  });

  test("but never was is told to whoever saved it", async () => {
    const missing = save("cleo", { post: "abc" as PostId });
    await deliver(missing);
    const text = await site.text("~cleo/inbox");
    expect(text).toContain("What you saved or hid was not accepted: there is no such post.");
    expect(await unread("~cleo")).toBe(1);
    await expectConsistent();
  });

  test("shows neither a score nor a number of comments: a vote leaves it alone", async () => {
    const said = reply("Bob", post);
    await deliver(said, save("cleo", post), save("cleo", said));
    const before = await site.text("~cleo/saved");
    await deliver(vote("dora", post, 1), vote("dora", said, -1), reply("dora", post));
    expect(await site.text("~cleo/saved")).toBe(before);
    expect(before).not.toMatch(/score|output|num_comments/);
  });
});

describe("an inbox", () => {
  test("has what others answer to posts and comments, and nothing of one's own", async () => {
    const toPost = reply("Bob", post);
    const toComment = reply("ann", post, toPost);
    const toOneself = reply("ann", post, toComment);
    await deliver(toPost, toComment, toOneself);
    expect(await own("~ann/inbox")).toEqual([`t1_${toPost.comment}`]);
    expect(await own("~bob/inbox")).toEqual([`t1_${toComment.comment}`]);
    expect(await unread("~ann")).toBe(1);
    expect(await site.text("~ann/inbox")).toContain(toPost.text);
    await expectConsistent();
  });

  test("leads to the form to answer it, until the post is gone", async () => {
    const comment = reply("ann", post);
    const answer = reply("bob", post, comment);
    await deliver(comment, answer);
    const form = `"/api/comment?link=${name}&amp;parent=t1_${answer.comment}">reply</a>`;
    expect(await site.text("~ann/inbox")).toContain(form);
    await deliver(remove("ann", post));
    expect(await site.text("~ann/inbox")).toContain(answer.text);
    expect(await site.text("~ann/inbox")).not.toContain("reply</a>");
    await expectConsistent();
  });

  test("counts what has not been read, in whatever order that is said", async () => {
    await deliver(reply("Bob", post), reply("cleo", post), reply("Bob", post));
    expect(await unread("~ann")).toBe(3);
    const upTo = (slot: number): CairnEvent => ({ ...base("Ann"), type: "inbox_read", slot });
    await deliver(upTo(2));
    expect(await unread("~ann")).toBe(1);
    await deliver(upTo(1));
    expect(await unread("~ann")).toBe(1);
    await expectConsistent();
    await deliver(upTo(3));
    expect(await unread("~ann")).toBe(0);
    await deliver(reply("Bob", post));
    expect(await unread("~ann")).toBe(1);
    await expectConsistent();
  });

  test("says the same of an answer that is delivered twice, or before what it answers", async () => {
    const above = reply("ann", post);
    const below = reply("Bob", post, above);
    await deliver(below, above, below, below);
    expect(await own("~ann/inbox")).toEqual([`t1_${below.comment}`]);
    expect(await unread("~ann")).toBe(1);
    await expectConsistent();
  });

  test("is not that of who wrote an imported comment with the id of the post", async () => {
    const id = anId();
    const answered = aSubmission({ ...base("cleo"), post: id as PostId });
    const namesake = { ...reply("Bob", post), comment: id as CommentId };
    await deliver(answered, namesake);
    const answer = reply("dora", answered);
    await site.send(vote("dora", namesake, 1), answer);
    await site.publish();
    expect(await own("~cleo/inbox")).toEqual([`t1_${answer.comment}`]);
    expect(await site.text("~bob/inbox")).not.toContain(answer.text);
  });

  test("shows an answer as its author has edited it", async () => {
    const said = reply("Bob", post);
    const edit: CairnEvent = {
      ...base("Bob"),
      type: "comment_edited",
      comment: said.comment,
      text: "*better*",
    };
    await deliver(said);
    await deliver(edit);
    const text = await site.text("~ann/inbox");
    expect(text).toContain("<em>better</em>");
    expect(await site.text("~bob/written")).toContain("<em>better</em>");
    expect(text).not.toContain(said.text);
    expect(await unread("~ann")).toBe(1);
    await expectConsistent();
  });

  test("loses an answer that is deleted, and its number goes down", async () => {
    const [one, two] = [reply("Bob", post), reply("cleo", post)];
    await deliver(one, two);
    expect(await unread("~ann")).toBe(2);
    await deliver(remove("Bob", one));
    expect(await unread("~ann")).toBe(1);
    expect(await own("~ann/inbox")).toEqual([`t1_${two.comment}`]);
    await expectConsistent();
  });

  test("counts to a hundred", async () => {
    await site.send(...Array.from({ length: 101 }, () => reply("Bob", post)));
    await site.publish();
    expect(await unread("~ann")).toBe(100);
    // The newest page alone says how far one has read.
    expect(await site.text("~ann/inbox")).toContain('name="upto" value="101"');
    expect(await site.text("~ann/inbox/1")).not.toContain('name="upto"');
    expect(await site.text("~ann/inbox")).not.toContain("class=vote");
  });

  test("says in JSON what kind of message it is, and why something was refused", async () => {
    const [toPost, late] = [reply("Bob", post), reply("Bob", post)];
    const toComment = reply("ann", post, toPost);
    await deliver(toPost, toComment, remove("ann", post), late);
    const inboxOf = async (person: string) => {
      const text = await site.text(`~${person}/inbox`);
      return JSON.parse(text.slice(text.lastIndexOf('{"kind":"Listing"'))).data.children;
    };
    expect(await inboxOf("ann")).toMatchObject([
      { kind: "t1", data: { subject: "post reply", author: "Bob", body: toPost.text } },
    ]);
    const refused = { subject: "not accepted", reason: "deleted", about: name, text: late.text };
    expect(await inboxOf("bob")).toMatchObject([
      { kind: "t4", data: refused },
      { kind: "t1", data: { subject: "comment reply", author: "ann", body: toComment.text } },
    ]);
  });

  test("tells a refusal once, with what was written, however often it comes", async () => {
    await deliver(remove("ann", post));
    const late = reply("Bob", post);
    await site.send(late, late);
    await deliver(late, late);
    const text = await site.text("~bob/inbox");
    expect(text).toContain(
      "Your comment was not accepted: the post had been deleted by its author by then.",
    );
    expect(text).not.toContain(`/comments/${post.post}`);
    expect(text).toContain(late.text);
    expect(await own("~bob/inbox")).toEqual([`t4_${late.id}`]);
    expect(await unread("~bob")).toBe(1);
    await expectConsistent();
  });

  test.each([
    { url: "https://example.com/flags", text: null },
    { url: null, text: "About *flags*." },
  ])("gives back a refused post's title, and what follows it", async (content) => {
    await site.db.prepare("UPDATE site SET heard_at = ?1, resumed_at = 0").bind(NOW).run();
    const submission = { ...aStone(), ...content, title: "On flags", community: "nowhere" };
    await deliver({ ...submission, at: NOW - 24 * 3600 * 1000 });
    const text = await site.text("~ann/inbox");
    const wrote = `On flags\n\n${content.url ?? content.text}`;
    expect(text).toContain(`aria-label="What you wrote">\n${wrote}</textarea>`);
    expect(text).toContain(JSON.stringify(wrote));
  });

  test.each([
    [
      "report",
      { type: "post_reported", post: "gone" as PostId, reason: "It is spam" } as const,
      "It is spam",
    ],
    [
      "verdict",
      {
        type: "comment_judged",
        comment: "gone" as CommentId,
        verdict: "removed",
        reason: "Rude",
      } as const,
      "Rude",
    ],
    [
      "community",
      {
        type: "community_created",
        name: "Programming",
        title: "Code",
        description: "About it",
      } as const,
      "Code\n\nAbout it",
    ],
  ])("gives back what was written of a refused %s", async (_, event, wrote) => {
    await deliver({ ...base("Bob"), ...event } as CairnEvent);
    const text = await site.text("~bob/inbox");
    expect(text).toContain(`aria-label="What you wrote">\n${wrote}</textarea>`);
  });

  test("gives back what was posted of a link that is there, and leads to it while it is", async () => {
    const { url } = post;
    await deliver({ ...aSubmission({ url }), ...base("Bob"), title: "Another title" });
    const text = await site.text("~bob/inbox");
    const link = `<a href="/comments/${post.post}">the post</a>`;
    expect(text).toContain(
      `Your post was not accepted: the community has this link already, and yours is a vote for it. · ${link}`,
    );
    expect(text).toContain(`aria-label="What you wrote">\nAnother title\n\n${url}</textarea>`);
    expect(await unread("~bob")).toBe(1);
    expect(await site.text("~ann/inbox")).toBe("void");
    await expectConsistent();
    await deliver(remove("ann", post));
    expect(await site.text("~bob/inbox")).not.toContain(link);
    await expectConsistent();
  });

  test("says who took down what an answer was to, and leads to the thread", async () => {
    const [deleted, removed] = [reply("cleo", post), reply("dora", post)];
    const verdict = { verdict: "removed", reason: "" } as const;
    await deliver(
      ...[deleted, removed, remove("cleo", deleted)],
      { ...base("ann"), ...verdict, type: "comment_judged", comment: removed.comment },
      ...[reply("Bob", post, deleted), reply("Bob", post, removed)],
    );
    const text = await site.text("~bob/inbox");
    const link = `<a href="/comments/${post.post}">the thread</a>`;
    for (const how of ["deleted by its author", "removed by moderators"]) {
      const gone = `Your comment was not accepted: the comment that it answers had been ${how} by then.`;
      expect(text).toContain(`${gone} · ${link}`);
    }
    await deliver({ ...base("ann"), ...verdict, type: "post_judged", post: post.post });
    await deliver(reply("Bob", post));
    expect(await site.text("~bob/inbox")).toContain(
      "Your comment was not accepted: the post had been removed by moderators by then.",
    );
    await expectConsistent();
  });

  test("leads to what a refusal is about while that is visible", async () => {
    await deliver(remove("Bob", post));
    const link = `<a href="/comments/${post.post}">the post</a>`;
    expect(await site.text("~bob/inbox")).toContain(link);
    await deliver(remove("ann", post));
    expect(await site.text("~bob/inbox")).toContain("somebody else wrote it.");
    expect(await site.text("~bob/inbox")).not.toContain(link);
    await expectConsistent();
  });

  test("has been read as far as it goes, whatever is said", async () => {
    await deliver(reply("Bob", post));
    await deliver({ ...base("Ann"), type: "inbox_read", slot: 1_000_000 });
    expect(await unread("~ann")).toBe(0);
    await deliver(reply("Bob", post));
    expect(await unread("~ann")).toBe(1);
    await expectConsistent();
  });

  test("names nobody's pages but those of whom it is for", async () => {
    const said = reply("Bob", post);
    await deliver(said);
    await site.send(reply("cleo", post, said));
    const named = (await site.lastNamed()).filter((key) => key.startsWith("~"));
    expect(named.sort()).toEqual(["~bob/inbox", "~cleo/overlay", "~cleo/written"]);
  });
});

describe("what is deleted", () => {
  /** bob and cleo know the post and ann's comment under it, in every way there is. */
  async function knownEverywhere() {
    const said = reply("ann", post);
    const answer = reply("Bob", post, said);
    const [bob, cleo] = ["Bob", "cleo"];
    await deliver(said, answer);
    await deliver(
      ...[post, said].flatMap((thing) => [
        vote(bob, thing, 1),
        vote(cleo, thing, -1),
        save(bob, thing),
        save(cleo, thing),
      ]),
      mark(bob, post, "hidden", true),
      save(cleo, answer),
      vote(cleo, answer, 1),
    );
    return { said, answer };
  }

  /** Keys of the stored pages that have it. */
  async function pagesWith(words: string): Promise<string[]> {
    return [...(await site.texts())].filter(([, text]) => text.includes(words)).map(([key]) => key);
  }

  test("a post: nothing of its title, link or address is on any page of anybody", async () => {
    await knownEverywhere();
    const slug = post.title.toLowerCase().replaceAll(" ", "_");
    const known = ["~bob/overlay", "~bob/saved", "~bob/hidden", "~ann/inbox", "~cleo/overlay"];
    expect(await pagesWith(post.title)).toEqual(expect.arrayContaining(known));
    expect(await pagesWith(slug)).toEqual(expect.arrayContaining(known));
    await deliver(remove("ann", post));
    for (const words of [post.title, slug, String(post.url)]) {
      expect(await pagesWith(words)).toEqual([]);
    }
    // Its comments have no title to stand under, but an answer is still one.
    expect(await own("~cleo/saved")).toEqual([]);
    expect(await own("~bob/liked")).toEqual([]);
    expect(await own("~ann/inbox")).toHaveLength(1);
    await expectConsistent();
  });

  test("a comment: its words are nowhere, and its answers are still answers", async () => {
    const { said, answer } = await knownEverywhere();
    const known = ["/comments", "/user/ann"];
    expect(await pagesWith(said.text)).toEqual(expect.arrayContaining(known));
    await deliver(remove("ann", said));
    expect(await pagesWith(said.text)).toEqual([]);
    expect(await own("~bob/saved")).toEqual([name]);
    expect(await own("~cleo/saved")).toEqual([`t1_${answer.comment}`, name]);
    expect(await own("~ann/inbox")).toEqual([`t1_${answer.comment}`]);
    await expectConsistent();
  });

  test("an answer: its words have left the inbox, of however many pages", async () => {
    const answers = Array.from({ length: 60 }, () => reply("Bob", post));
    await deliver(...answers);
    const first = answers[0] as CommentPosted;
    expect(await pagesWith(first.text)).toContain("~ann/inbox/1");
    await deliver(remove("Bob", first));
    expect(await pagesWith(first.text)).toEqual([]);
    expect(await own("~ann/inbox/1")).toHaveLength(24);
    await expectConsistent();
  });

  test("is gone from what was said to be saved before it, or arrives after it", async () => {
    await deliver(remove("ann", post));
    await deliver(save("cleo", post), vote("cleo", post, 1));
    expect(await own("~cleo/saved")).toEqual([]);
    expect(await pagesWith(post.title)).toEqual([]);
    await expectConsistent();
  });
});

describe("the overlay's document", () => {
  /** As it would be published now: what a thousand other pages show is not the question. */
  async function documentOf(key: string): Promise<Record<string, unknown>> {
    const rendered = (await renderPages(site, [`${key}/overlay`])).get(`${key}/overlay`);
    if (rendered?.type !== "page") throw new Error(`no overlay for ${key}`);
    return JSON.parse(rendered.representations[0]?.body ?? "");
  }

  async function sendAll(events: readonly CairnEvent[]): Promise<void> {
    for (let at = 0; at < events.length; at += 100) await site.send(...events.slice(at, at + 100));
  }

  test("has the 1,000 newest votes, also when newer ones were withdrawn", async () => {
    const stones = Array.from({ length: 1100 }, aStone);
    // His own vote for that is older than all it has: nothing is said of it.
    await site.send(reply("Bob", post));
    const names = stones.map((stone) => `t3_${stone.post}`).reverse();
    await sendAll(stones);
    await sendAll(stones.map((stone, index) => vote("Bob", stone, index % 3 === 0 ? -1 : 1)));
    const known = async () => Object.entries((await documentOf("~bob")).votes as object);
    expect((await known()).map(([id]) => id)).toEqual(names.slice(0, 1000));
    expect((await known()).slice(0, 3).map(([, value]) => value)).toEqual([1, -1, 1]);
    await sendAll(stones.slice(-50).map((stone) => vote("Bob", stone, 0)));
    expect((await known()).map(([id]) => id)).toEqual(names.slice(50, 1050));
  });

  test("has the 1,000 things saved last, also when later ones were let go", async () => {
    const stones = Array.from({ length: 1100 }, aStone);
    await sendAll(stones);
    await sendAll(stones.map((stone) => save("cleo", stone)));
    await sendAll(stones.slice(-90).map((stone) => unsave("cleo", stone)));
    const names = stones.map((stone) => `t3_${stone.post}`).reverse();
    expect((await documentOf("~cleo")).saved).toEqual(names.slice(90, 1090));
  });
});

describe("sessions", () => {
  test("that have ended stay so, in whatever order their ends come", async () => {
    const ended = (epoch: number): CairnEvent => ({
      ...base("Bob"),
      type: "sessions_ended",
      epoch,
    });
    const epoch = async () => (await readPage(site.pages, "~bob/inbox"))?.head.sessionEpoch;
    expect(await epoch()).toBeUndefined();
    await deliver(ended(2), ended(1));
    expect(await epoch()).toBe(2);
    expect(await own("~bob/inbox")).toEqual([]);
    await expectConsistent();
    const said = reply("Bob", post);
    await deliver(said, reply("ann", post, said));
    expect(await own("~bob/inbox")).toHaveLength(1);
    expect(await epoch()).toBe(2);
    await expectConsistent();
  });
});

describe("the migration", () => {
  const BEFORE = ["0001_content.sql", "0002_conversation.sql"];
  /** What there was before it, without what follows from it. */
  const COPIED: Readonly<Record<string, string>> = {
    community: "*",
    post: `id, community, author, title, url, link_key, created_at, ups, downs, standing, score, hot,
      data, comments`,
    vote: "*",
    alias: "*",
    comment: "*",
    comment_vote: "*",
    piece: "*",
    person: "key, name, created_at, post_karma, comment_karma",
    refusal: "event, user, at, type, subject, reason",
  };
  const OWN = `SELECT listing, row_number() OVER (PARTITION BY listing ORDER BY slot) AS place,
    created_at, id FROM entry WHERE listing >= '~' AND id <> '' ORDER BY listing, place`;

  test("makes of old votes, comments and refusals what would have been made of them", async () => {
    const [other, gone] = [aStone(), aStone()];
    const said = reply("Bob", post);
    const answer = reply("ann", post, said);
    await deliver(other, gone, said, answer, reply("ann", post, answer), reply("cleo", other));
    await deliver(vote("Bob", post, 1), vote("Bob", other, -1), vote("cleo", said, 1));
    await deliver(vote("cleo", said, -1), vote("Bob", post, 0), vote("cleo", other, 1));
    await deliver(
      remove("ann", gone),
      reply("Bob", gone),
      vote("cleo", { post: "x" as PostId }, 1),
    );
    const { results: made } = await site.db.prepare(OWN).all();
    expect(made.length).toBeGreaterThan(12);

    const migrations = migrationsOf("content");
    const old = openMemoryD1(
      "content",
      BEFORE.map((file) => migrations.get(file) ?? ""),
    );
    for (const [table, columns] of Object.entries(COPIED)) {
      const { results } = await site.db.prepare(`SELECT ${columns} FROM ${table}`).all();
      for (const row of results) {
        const names = Object.keys(row);
        const sql = `INSERT INTO ${table} (${names}) VALUES (${names.map(() => "?")})`;
        await old
          .prepare(sql)
          .bind(...Object.values(row))
          .run();
      }
    }
    for (const [file, sql] of migrations) if (!BEFORE.includes(file)) await old.exec(sql);
    const { results: migrated } = await old.prepare(OWN).all();
    expect(migrated).toEqual(made);
    const { results: people } = await old
      .prepare("SELECT DISTINCT inbox_read, session_epoch FROM person")
      .all();
    expect(people).toEqual([{ inbox_read: 0, session_epoch: 0 }]);
  });

  test("makes no news of imported comments, not even of those that got a vote", async () => {
    const migrations = migrationsOf("content");
    const old = openMemoryD1(
      "content",
      BEFORE.map((file) => migrations.get(file) ?? ""),
    );
    const rows = [
      "INSERT INTO community VALUES ('c', 'c', '', '', 'ann', 0)",
      `INSERT INTO post (id, community, author, title, created_at, ups, downs, standing, score, hot,
         data) VALUES ('p1', 'c', 'ann', 't', 0, 1, 0, 'visible', 1, 0, '{}')`,
      `INSERT INTO comment VALUES ('c1', 'p1', NULL, '', 0, 'mason', 0, 2, 0, 'visible', '{}')`,
      "INSERT INTO comment_vote VALUES ('Bob', 'c1', 1, 0, 'e1')",
    ];
    for (const sql of rows) await old.prepare(sql).run();
    for (const [file, sql] of migrations) if (!BEFORE.includes(file)) await old.exec(sql);
    const { results } = await old.prepare(OWN).all();
    expect(results).toMatchObject([{ listing: "~bob/liked", id: "t1_c1" }]);
  });
});
