/** Links: which domains they belong to, which are the same, and the pages that follow from it. */
import { describe, expect, it } from "vitest";
import { renderPages } from "../src/consumer/prepare-pages.ts";
import { domainsOf } from "../src/model/domain.ts";
import { canonicalHost } from "../src/model/host.ts";
import type { PostId } from "../src/model/ids.ts";
import { parseLink } from "../src/model/link.ts";
import { linkFacts, linkKey } from "../src/model/link-facts.ts";
import type { Representation } from "../src/pages/page-type.ts";
import { pageTypeOf } from "../src/pages/table.ts";
import { placeOf } from "../src/pages/together.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import type { PostSubmitted } from "../src/queue/post-events.ts";
import { anId, aSubmission } from "./makers.ts";
import { openMemoryD1 } from "./memory/sqlite-d1.ts";
import { seededRandom } from "./rebuild/random.ts";
import { consumeEvents } from "./whole-steps.ts";

/** 253 characters. */
const LONGEST_HOST = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(62)}.example`;

describe("a link", () => {
  it.each([
    ["http://www.bbc.co.uk/news", ["bbc.co.uk"]],
    ["http://News.BBC.co.uk/", ["news.bbc.co.uk", "bbc.co.uk"]],
    ["http://foo.github.io/", ["foo.github.io", "github.io"]],
    ["http://github.io/", ["github.io"]],
    ["http://example.com:8080/", ["example.com"]],
    ["ftp://ftp.example.com./pub", ["ftp.example.com", "example.com"]],
    ["http://www.www.example.com/", ["example.com"]],
    ["http://a.www.example.com/", ["a.www.example.com", "example.com"]],
    ["http://my_blog.example.com/", ["my_blog.example.com", "example.com"]],
    ["http://münchen.example/", ["xn--mnchen-3ya.example"]],
    ["http://127.0.0.1/", ["127.0.0.1"]],
    ["http://0x7f.1/", ["127.0.0.1"]],
    ["http://[::1]/", []],
    ["http://co.uk/", []],
    ["http://localhost/", []],
    ["http://data.json/", []],
    [`http://${LONGEST_HOST}/`, [LONGEST_HOST, ...parents(LONGEST_HOST)]],
  ])("%s belongs to %j", (link, domains) => {
    expect(domainsOf(parseLink(link) as URL)).toEqual(domains);
  });

  it("belongs to its host and the shortest of its parents", () => {
    const url = parseLink("http://a.b.c.d.e.f.bbc.co.uk/") as URL;
    expect(domainsOf(url)).toEqual([
      "a.b.c.d.e.f.bbc.co.uk",
      ...["d.e.f.bbc.co.uk", "e.f.bbc.co.uk", "f.bbc.co.uk", "bbc.co.uk"],
    ]);
  });

  it.each([
    ["http://a.example/x", "https://WWW.A.example/x/"],
    ["http://a.example/x", "http://a.example/x?utm_source=mail&UTM_medium=x&fbclid=1#top"],
    ["http://a.example/x?b=2&a=1", "http://a.example/x?a=1&b=2&gclid=3"],
    ["http://a.example/x", "http://a.example/x?mc_cid=1&MKT_TOK=2&_hsenc=3&igshid=4"],
    ["http://a.example/~ann", "http://a.example/%7Eann"],
    ["http://a.example", "ftp://a.example./"],
    ["http://a.example:80/", "http://a.example"],
  ])("%s is the same as %s", (a, b) => {
    expect(linkKey(parseLink(a) as URL)).toBe(linkKey(parseLink(b) as URL));
  });

  it.each([
    ["http://a.example/x", "http://a.example/X"],
    ["http://a.example/x", "http://b.a.example/x"],
    ["http://a.example/?q=1", "http://a.example/?q=2"],
    ["http://a.example/", "http://a.example:8080/"],
    ["http://a.example/#!/one", "http://a.example/#!/two"],
    ["http://a.example/forum/#!topic/one", "http://a.example/forum/#!topic/two"],
    ["http://a.example/#/one", "http://a.example/"],
    ["http://a.example/?source=rss", "http://a.example/"],
    ["http://$'/a.example/x", "http://a.example/x"],
  ])("%s is not the same as %s", (a, b) => {
    expect(linkKey(parseLink(a) as URL)).not.toBe(linkKey(parseLink(b) as URL));
  });

  it("that an import brings with a hundred thousand slashes has its key at once", () => {
    const began = performance.now();
    const facts = linkFacts(`http://a.example/${"/".repeat(100_000)}x${"/".repeat(9)}`);
    expect(facts?.linkKey).toBe("a.example/x");
    // Twenty seconds where each slash is tried.
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("of any odd characters has a key, and the key's own key is the same", () => {
    const random = seededRandom(1);
    const some = (parts: readonly string[]) =>
      Array.from({ length: random.int(8) }, () => random.pick(parts)).join("");
    const odd = ["%", "%zz", "%00", "%E2%28", "?", "&", "=", "#", "//", "é", "\u{1F600}", "+", ";"];
    for (let link = 0; link < 5000; link++) {
      const key = linkFacts(`http://a.example/${some([...odd, "a", "http:"])}`)?.linkKey;
      expect(linkFacts(`http://${key}`)?.linkKey).toBe(key);
    }
    const labels = [
      "www.",
      ".",
      "..",
      "a",
      "0",
      "09",
      "0x",
      "-",
      "_",
      "é",
      "%41",
      ":1",
      "@",
      "[::1]",
      "$",
      "$&",
      "'",
      "`",
    ];
    for (let link = 0; link < 20_000; link++) {
      const url = parseLink(`http://${some(labels)}/`);
      if (url) expect(linkKey(url)).not.toBe("");
    }
  });
});

function parents(host: string): string[] {
  const rest = host.slice(host.indexOf(".") + 1);
  return rest.includes(".") ? [rest, ...parents(rest)] : [];
}

describe("a host in an address", () => {
  it.each([
    ["Example.COM", "example.com"],
    ["www.example.com", "example.com"],
    ["www.www.example.com", "example.com"],
    ["www.com", "www.com"],
    ["example.com:8080", "example.com"],
    ["münchen.example", "xn--mnchen-3ya.example"],
    [LONGEST_HOST, LONGEST_HOST],
    [`a${LONGEST_HOST}`, null],
    ["[::1]", null],
    ["a b", null],
    ["ann@evil.example", null],
    ["a.example?x", null],
    ["", null],
  ])("%s is %s", (text, host) => expect(canonicalHost(text)).toBe(host));
});

const NOW = Date.UTC(2026, 0, 1, 1);

async function aSite(...links: (Partial<PostSubmitted> & { readonly url: string })[]) {
  const db = openMemoryD1();
  const send = (...events: CairnEvent[]) =>
    consumeEvents(db, events, NOW, { fast: 1000, slow: 60_000, private: 0 });
  for (const name of ["Programming", "Linux"]) {
    const about = { by: "ann", name, title: name, description: "" };
    const id = anId() as CairnEvent["id"];
    await send({ version: 1, type: "community_created", id, at: NOW, ...about });
  }
  const posts = links.map((link) => aSubmission({ resubmit: true, ...link }));
  await send(...posts);
  const page = async (path: string) => {
    const { key } = placeOf(path);
    const config = { origin: "http://cairn.example", admins: [] };
    return (await renderPages({ db, config }, [key])).get(key);
  };
  const body = async (path: string, type: "html" | "json") => {
    const found = await page(path);
    if (found?.type !== "page") throw new Error(`${path} is a ${found?.type}`);
    const { part } = placeOf(path);
    const isIt = (each: Representation) => each.type === type && (each.part ?? null) === part;
    return found.representations.find(isIt)?.body ?? "";
  };
  const remove = (post: PostSubmitted) =>
    send({
      version: 1,
      type: "post_deleted",
      id: anId() as CairnEvent["id"],
      at: NOW,
      by: post.by,
      post: post.post,
    });
  return { posts, page, body, remove, db };
}

interface Thing {
  readonly data: { readonly id: string };
}

function idsIn(listing: { readonly data: { readonly children: readonly Thing[] } }): string[] {
  return listing.data.children.map(({ data }) => data.id);
}

describe("the pages of a domain", () => {
  it("show links to the host in its own pages and in those of its parents", async () => {
    const site = await aSite(
      { url: "http://news.bbc.co.uk/1" },
      { url: "http://www.bbc.co.uk/2" },
      { url: "http://example.com/3" },
    );
    const [news, bbc] = site.posts.map(({ post }) => post);
    for (const [key, ids] of [
      ["/domain/news.bbc.co.uk", [news]],
      ["/domain/bbc.co.uk", [bbc, news]],
      ["/domain/bbc.co.uk/new", [bbc, news]],
    ] as const) {
      expect(idsIn(JSON.parse(await site.body(key, "json")))).toEqual(ids);
    }
    expect(await site.page("/domain/co.uk")).toEqual({ type: "void" });
    const html = await site.body("/domain/bbc.co.uk", "html");
    expect(html).toContain('<small><a href="/domain/news.bbc.co.uk">news.bbc.co.uk</a></small>');
    expect(html).toContain("<title>bbc.co.uk · Cairn</title>");
  });

  it("go with the last visible post, and come again with the next", async () => {
    const site = await aSite({ url: "http://example.com/1" }, { url: "http://deep.example.com/2" });
    const [first, second] = site.posts as [PostSubmitted, PostSubmitted];
    await site.remove(second);
    for (const key of ["/domain/deep.example.com", "/domain/deep.example.com/new"]) {
      expect(await site.page(key)).toEqual({ type: "void" });
    }
    expect(idsIn(JSON.parse(await site.body("/domain/example.com/new", "json")))).toEqual([
      first.post,
    ]);
    await site.remove(first);
    expect(await site.page("/domain/example.com")).toEqual({ type: "void" });
  });

  it("are there for hosts of 253 characters, which are keys like any other", async () => {
    const site = await aSite({ url: `http://${LONGEST_HOST}/` });
    for (const key of [`/domain/${LONGEST_HOST}`, `/domain/${LONGEST_HOST}/new`]) {
      expect((await site.page(key))?.type).toBe("page");
    }
  });

  it("are a thousand posts deep, and have hot and new only", () => {
    const typeAt = (path: string) => pageTypeOf(placeOf(path).key);
    expect(typeAt("/domain/example.com/hot/40")?.name).toBe("hot");
    for (const key of [
      "/domain/example.com/hot/41",
      "/domain/example.com/hot/1",
      "/domain/example.com/hot/0",
      "/domain/example.com/top/all",
      "/domain/example.com/controversial",
      "/domain/example.com/comments",
      "/domain/www.example.com",
      "/domain/[::1]",
      `/domain/a${LONGEST_HOST}`,
      "/domain",
    ]) {
      expect(typeAt(key), key).toBeNull();
    }
  });
});

describe("other discussions", () => {
  const SAME = ["https://example.com/a", "http://www.example.com/a/?utm_source=x"] as const;

  it("are one page, under the id of the oldest, linked from every thread", async () => {
    const site = await aSite(
      { url: SAME[0] },
      { url: SAME[1], community: "linux" },
      { url: "http://example.com/b" },
    );
    const [first, second, alone] = site.posts.map(({ post }) => post) as [PostId, PostId, PostId];
    const [own, others] = JSON.parse(await site.body(`/duplicates/${first}`, "json"));
    expect([idsIn(own), idsIn(others)]).toEqual([[first], [second]]);
    expect(await site.page(`/duplicates/${second}`)).toEqual({
      type: "redirect",
      status: 302,
      location: `/duplicates/${first}`,
    });
    expect(await site.page(`/duplicates/${alone}`)).toEqual({ type: "void" });
    for (const id of [first, second]) {
      expect(await site.body(`/comments/${id}`, "html")).toContain(
        `<a href="/duplicates/${first}">other discussions (1)</a>`,
      );
    }
    expect(await site.body(`/comments/${alone}`, "html")).not.toContain("other discussions");
  });

  it("are found under the id of a repeated submission, as the thread is", async () => {
    const site = await aSite(
      { url: SAME[0], community: "linux" },
      { url: SAME[0] },
      { url: SAME[1], resubmit: false },
    );
    const [, existing, repeated] = site.posts.map(({ post }) => post) as [PostId, PostId, PostId];
    expect(await site.page(`/duplicates/${repeated}`)).toEqual({
      type: "redirect",
      status: 301,
      location: `/duplicates/${existing}`,
    });
  });

  it("wait as what is beside the site's own listings does", () => {
    expect(pageTypeOf("/duplicates/a1")?.lane("/duplicates/a1")).toBe("side");
  });

  it("are gone when one is left", async () => {
    const site = await aSite({ url: SAME[0] }, { url: SAME[1], community: "linux" });
    const [first, second] = site.posts as [PostSubmitted, PostSubmitted];
    await site.remove(first);
    for (const { post } of [first, second]) {
      expect(await site.page(`/duplicates/${post}`)).toEqual({ type: "void" });
    }
    expect(await site.body(`/comments/${second.post}`, "html")).not.toContain("other discussions");
  });
});
