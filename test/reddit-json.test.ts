/** JSON in Reddit's shape: tokens lead through whole listings, and fields say what rows say. */
import { beforeAll, describe, expect, it } from "vitest";
import { MAX_PIECE_DEPTH } from "../src/model/piece.ts";
import { listedPostJson } from "../src/pages/reddit-json.ts";
import { pageTypeOf } from "../src/pages/table.ts";
import type { PostSubmitted } from "../src/queue/post-events.ts";
import type { Reads } from "../src/store/reads.ts";
import { aPost, aSubmission, aVote } from "./makers.ts";
import {
  aComment,
  aCommunity,
  aDeletion,
  anEdit,
  aWholeSite,
  NOW,
  ORIGIN,
  type WholeSite,
} from "./memory/whole-site.ts";

interface Listing {
  readonly kind: string;
  readonly data: {
    readonly modhash: null;
    readonly dist: number;
    readonly before: string | null;
    readonly after: string | null;
    readonly children: readonly { readonly kind: string; readonly data: { name: string } }[];
  };
}

const SITE = { origin: ORIGIN, admins: [] };
let site: WholeSite;
const posts = Array.from({ length: 90 }, (_, index) =>
  aSubmission({ community: index % 3 ? "Cats" : "dogs" }),
);
const [first, second] = posts as [(typeof posts)[number], (typeof posts)[number]];
const text = aSubmission({ community: "Cats", title: "A text", url: null, text: "*words*" });
const comments = Array.from({ length: 80 }, () => aComment(first.post));
const reply = aComment(second.post, { by: "ann", parent: null, text: "*said*" });

beforeAll(async () => {
  site = await aWholeSite();
  await site.send(aCommunity("Cats", "About them"), aCommunity("dogs"));
  await site.send(...posts, text);
  await site.send(...comments, reply);
  await site.send(anEdit(text.post, "ann", "*other* words", NOW + 5000));
  await site.send(aVote({ post: text.post, by: "dan", value: -1 }));
  await site.publish();
});

async function listingAt(path: string): Promise<Listing> {
  return JSON.parse(await site.text(path)) as Listing;
}

/** What the pages show from here on, in one direction, and the last page's address. */
async function walk(path: string, direction: "after" | "before", start = path) {
  const names: string[] = [];
  for (let last = start; ; ) {
    const answer = await site.get(last);
    expect([last, answer.status]).toEqual([last, 200]);
    const { kind, data } = (await answer.json()) as Listing;
    expect([kind, data.modhash, data.dist]).toEqual(["Listing", null, data.children.length]);
    names.push(...data.children.map(({ data: { name } }) => name));
    if (data[direction] === null) return { names, last };
    if (names.length > 1000) throw new Error(`${path} has no end`);
    last = `${path}?${direction}=${data[direction]}`;
  }
}

const t3 = [...posts, text].map(({ post }) => `t3_${post}`);
const t1 = [...comments, reply].map(({ comment }) => `t1_${comment}`);
const inCats = posts
  .filter(({ community }) => community === "Cats")
  .map(({ post }) => `t3_${post}`);

describe("tokens lead through", () => {
  it.each<[string, readonly string[]]>([
    ["/.json", t3],
    ["/hot.json", t3],
    ["/new.json", t3],
    ["/top/all.json", t3],
    ["/r/cats/new.json", [...inCats, t3.at(-1) ?? ""]],
    ["/comments.json", t1],
    ["/r/dogs/comments.json", t1.slice(0, -1)],
    ["/user/bob/comments.json", t1.slice(0, -1)],
    ["/user/ann/submitted.json", t3],
  ])("all of %s, each thing once, and back", async (path, expected) => {
    const { names, last } = await walk(path, "after");
    expect(names.toSorted()).toEqual(expected.toSorted());
    const back = await walk(path, "before", last);
    // A head shows the newest full block, too.
    expect([...new Set(back.names)].toSorted()).toEqual(expected.toSorted());
  });

  it("nothing for a token of no page, and for one of no listing", async () => {
    for (const token of ["nonsense!", "bm9uc2Vuc2U", "~"]) {
      expect((await site.get(`/new.json?after=${token}`)).status).toBe(400);
    }
    const beyond = btoa("/hot/41").replace(/=+$/, "");
    expect((await site.get(`/.json?after=${beyond}`)).status).toBe(404);
  });
});

it("leads no further than a ranked listing is deep, however many posts there are", async () => {
  const reads = {
    rankedSlices: async (slices: readonly unknown[]) =>
      slices.map(() => Array.from({ length: 26 }, () => aPost())),
    communities: async () => new Map(),
  } as unknown as Reads;
  const [page] = (await pageTypeOf("/hot/32")?.read(reads, ["/hot/32"], SITE)) ?? [];
  const rendered = page?.();
  const leadsOn = (rendered?.type === "page" ? rendered.representations : [])
    .filter(({ type }) => type === "json")
    .map(({ body }) => (JSON.parse(body) as Listing).data.after !== null);
  expect(leadsOn).toEqual([...Array.from({ length: 8 }, () => true), false]);
});

describe("fields", () => {
  const neutral = { likes: null, saved: false, distinguished: null, stickied: false };

  it("of a text post", async () => {
    const [thread] = JSON.parse(await site.text(`/comments/${text.post}.json`)) as Listing[];
    const path = `/r/cats/comments/${text.post}/a_text`;
    const createdAt = Math.floor(text.at / 1000);
    const data = {
      ...{ id: text.post, name: `t3_${text.post}`, title: "A text", author: "ann" },
      ...{ url: ORIGIN + path, permalink: path, domain: "self.cats", thumbnail: "self" },
      ...{ subreddit: "Cats", subreddit_id: "t5_cats", subreddit_name_prefixed: "r/Cats" },
      ...{ score: 0, ups: 1, downs: 1, upvote_ratio: 0.5, num_comments: 0 },
      ...{ is_self: true, selftext: "*other* words", edited: NOW / 1000 + 5 },
      ...{ created: createdAt, created_utc: createdAt, over_18: false, spoiler: false },
      ...{ is_video: false, link_flair_text: null, locked: false, ...neutral },
    };
    expect(thread?.data.children).toEqual([{ kind: "t3", data }]);
  });

  it("of a link", () => {
    const link = aPost({ isAdult: true, ups: 3, downs: 1, comments: 2 });
    expect(listedPostJson(link, undefined, SITE)).toMatchObject({
      data: {
        ...{ url: link.url, domain: "example.com", thumbnail: "default" },
        ...{ score: 2, ups: 3, downs: 1, upvote_ratio: 0.75, num_comments: 2 },
        ...{ is_self: false, selftext: "", edited: false, over_18: true },
      },
    });
  });

  it("of a comment, by the post's author and by another", async () => {
    const { data } = await listingAt("/comments.json");
    const named = (name: string) => data.children.find((child) => child.data.name === name)?.data;
    const [id, at] = [reply.comment, NOW / 1000];
    expect(named(`t1_${id}`)).toEqual({
      ...{ id, name: `t1_${id}`, parent_id: `t3_${second.post}`, link_id: `t3_${second.post}` },
      ...{ link_title: second.title, subreddit: "Cats", subreddit_id: "t5_cats", author: "ann" },
      ...{ body: "*said*", body_html: "<p><em>said</em></p>\n", depth: 0, is_submitter: true },
      ...{ score: 1, ups: 1, downs: 0, edited: false, replies: "", created: at, created_utc: at },
      ...{ subreddit_name_prefixed: "r/Cats", score_hidden: false, collapsed: false, ...neutral },
      permalink: `/r/cats/comments/${second.post}/stone_${second.post}#t1_${id}`,
    });
    expect(named(`t1_${comments.at(-1)?.comment}`)).toMatchObject({ is_submitter: false });
  });

  it("of a comment that was deleted below a post that was: nothing of either", async () => {
    const post = aSubmission({ community: "dogs", by: "eve" });
    const gone = aComment(post.post, { by: "eve" });
    await site.send(post, gone, aComment(post.post, { by: "eve", parent: gone.comment }));
    await site.send(aDeletion(gone, "eve"), aDeletion({ post: post.post }, "eve"));
    await site.publish();
    const thread = JSON.parse(await site.text(`/comments/${post.post}.json`));
    const [{ data }] = thread[1].data.children;
    const [answer] = data.replies.data.children;
    expect(data).toMatchObject({ author: "[deleted]", body: "[deleted]", is_submitter: false });
    // That its author submitted the post would say whose that was.
    expect(answer.data).toMatchObject({ link_title: "[deleted]", is_submitter: false });
  });

  it("of a community", async () => {
    const { data } = await listingAt("/r.json");
    const about = { title: "Cats", public_description: "About them" };
    const address = { url: "/r/cats", created_utc: NOW / 1000 };
    expect(data.children[0]).toEqual({
      kind: "t5",
      data: { id: "cats", name: "t5_cats", display_name: "Cats", ...about, ...address },
    });
  });
});

describe("above comments, of a post that has gone", () => {
  async function aThread() {
    const post = aSubmission({ community: "Cats", title: "A title to forget" });
    await site.send(post);
    const ofImports =
      "UPDATE post SET data = json_set(data, '$.isAdult', json('true')) WHERE id = ?1";
    await site.db.prepare(ofImports).bind(post.post).run();
    const chain = [aComment(post.post)];
    while (chain.length <= MAX_PIECE_DEPTH) {
      chain.push(aComment(post.post, { parent: chain.at(-1)?.comment ?? null }));
    }
    await site.send(...chain);
    await site.send(aVote({ post: post.post }));
    return { post, thread: `/comments/${post.post}`, piece: chain.at(-1)?.comment };
  }

  function aTombstone({ post: id, at }: PostSubmitted, gone: string, comments: number) {
    const path = `/comments/${id}`;
    return {
      kind: "t3",
      data: {
        ...{ id, name: `t3_${id}`, title: gone, author: gone, selftext: gone, is_self: true },
        ...{ url: ORIGIN + path, permalink: path, domain: "self.cats", subreddit: "Cats" },
        ...{ score: 0, ups: 0, downs: 0, upvote_ratio: 0.5, num_comments: comments },
        ...{ edited: false, over_18: false, locked: false, created_utc: Math.floor(at / 1000) },
      },
    };
  }

  it.each(["[deleted]", "[removed]"])("there stands one that says %s", async (gone) => {
    const { post, thread, piece } = await aThread();
    const judged = { type: "post_judged", verdict: "removed", reason: "" } as const;
    const deletion = aDeletion({ post: post.post }, "ann");
    await site.send(gone === "[deleted]" ? deletion : { ...deletion, ...judged, post: post.post });
    await site.publish();
    const [above, below] = JSON.parse(await site.text(`${thread}.json`)) as [Listing, Listing];
    expect(above.data.children).toMatchObject([aTombstone(post, gone, MAX_PIECE_DEPTH + 1)]);
    expect(below.data.children).toHaveLength(1);
    const deeper = await site.text(`${thread}/_/${piece}.json`);
    expect((JSON.parse(deeper) as [Listing])[0].data.children).toMatchObject([
      aTombstone(post, gone, 1),
    ]);
    for (const text of [await site.text(`${thread}.json`), deeper]) {
      expect(text).not.toMatch(/title.to.forget|example\.com/);
    }
  });
});

it("has the beginning of a very long text in listings, and all of it in its thread", async () => {
  const long = aSubmission({
    community: "dogs",
    url: null,
    text: `${"a".repeat(14_999)}\u{1f436}b`,
  });
  await site.send(long);
  await site.publish();
  const textAt = (children: Listing["data"]["children"]) => {
    const found = children.find(({ data }) => data.name === `t3_${long.post}`);
    return (found?.data as { selftext?: string } | undefined)?.selftext;
  };
  expect(textAt((await listingAt("/new.json")).data.children)).toBe("a".repeat(14_999));
  const [thread] = JSON.parse(await site.text(`/comments/${long.post}.json`)) as [Listing];
  expect(textAt(thread.data.children)).toBe(long.text);
});
