/** The pure words of the domain: ranks, ids, links, slugs, text, markup. */
import { describe, expect, it } from "vitest";
import { charCount, cleanBlock, cleanLine } from "../src/model/clean-text.ts";
import { controversialOf } from "../src/model/entities.ts";
import { isId, mintedAtMs, mintId, parsePostFullname, personKey } from "../src/model/ids.ts";
import { COMMUNITY_KEY } from "../src/model/limits.ts";
import { parseLink, siteOf } from "../src/model/link.ts";
import { linkKey } from "../src/model/link-facts.ts";
import { renderMarkdown } from "../src/model/markup.ts";
import { bestRank, controversialRank, hotRank } from "../src/model/ranking.ts";
import { slugOf } from "../src/model/slug.ts";

describe("the hot rank", () => {
  it.each([
    [1, 0, 1_134_028_003, 0],
    [1, 0, 1_767_225_600, 14071.0577111],
    [10, 0, 1_767_225_600, 14072.0577111],
    [100, 50, 1_767_225_600, 14072.7566811],
    [5, 15, 1_767_225_600, 14070.0577111],
    [0, 0, 1_767_225_600, 14071.0577111],
  ])("of %d ups and %d downs at %d is %d, as Reddit computes it", (ups, downs, at, rank) => {
    expect(hotRank(ups, downs, at)).toBe(rank);
  });
});

describe("the orders of comments", () => {
  it.each([
    [1, 0, 0.378447503],
    [10, 0, 0.858931318],
    [10, 1, 0.739494988],
    [100, 10, 0.867689066],
    [600, 200, 0.729881555],
    [0, 5, 0],
    [0, 7, 0],
    [0, 0, 0],
  ])("rank %d ups and %d downs as best with %d", (ups, downs, rank) => {
    expect(bestRank(ups, downs)).toBeCloseTo(rank, 9);
  });

  it.each([
    [1, 1, 2],
    [10, 10, 20],
    [100, 50, 12.2474487],
    [50, 100, 12.2474487],
    [10, 0, 0],
  ])("rank %d ups and %d downs as controversial with %d", (ups, downs, rank) => {
    expect(controversialRank(ups, downs)).toBeCloseTo(rank, 7);
  });

  it("are stored with no more digits than are the same everywhere", () => {
    expect(controversialOf({ ups: 100, downs: 50 })).toBe(12.247449);
  });
});

describe("a minted id", () => {
  const now = Date.UTC(2026, 10, 21);

  it("carries its time and sorts by it", () => {
    const earlier = mintId(now, () => 0.999);
    const later = mintId(now + 1, () => 0);
    expect(mintedAtMs(earlier)).toBe(now);
    expect(earlier < later).toBe(true);
    expect(isId(earlier)).toBe(true);
  });

  it("is longer than an imported one, which has no time", () => {
    expect(mintId(now, () => 0)).toHaveLength(14);
    expect(mintedAtMs("aouv5")).toBeNull();
  });

  it("is told from nonsense", () => {
    expect(parsePostFullname("t3_aouv5")).toBe("aouv5");
    for (const nonsense of [
      "aouv5",
      "t1_aouv5",
      "t3_",
      "t3_AOUV5",
      "t3_../etc",
      `t3_${"a".repeat(30)}`,
    ]) {
      expect(parsePostFullname(nonsense)).toBeNull();
    }
  });
});

describe("a person's key", () => {
  it.each([
    ["Ann_-1", "ann_-1"],
    ["X".repeat(30), "x".repeat(30)],
    ["x".repeat(31), null],
    ["[deleted]", null],
    ["a.b", null],
    ["", null],
  ])("of %j is %j", (name, key) => expect(personKey(name)).toBe(key));
});

describe("a community's key", () => {
  it.each([
    ["reddit.com", true],
    [`u_${"x".repeat(20)}-1`, true],
    ["x".repeat(25), false],
    [".x", false],
    ["x.json", false],
    ["", false],
  ])("may be %j: %j", (key, may) => expect(COMMUNITY_KEY.test(key)).toBe(may));
});

describe("a link", () => {
  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "/path",
    "nonsense",
    "",
    `http://${"a.".repeat(125)}info/`,
  ])("is refused when it is %s", (text) => expect(parseLink(text)).toBeNull());

  it.each([
    ["http://Example.com/a/", "https://www.example.com/a"],
    ["https://example.com", "https://example.com/#top"],
  ])("%s is the same as %s", (a, b) => {
    expect(linkKey(parseLink(a) as URL)).toBe(linkKey(parseLink(b) as URL));
  });

  it.each([
    ["https://www.bbc.co.uk/news", "bbc.co.uk"],
    ["http://www.Example.com:8080/", "example.com:8080"],
    // Patterns of `String.replace`, which a host may be.
    ["http://$&$&.example/", "$&$&.example"],
    ["http://$'/example.com/a", "$'"],
    ["http://$`.example:81/", "$`.example:81"],
  ])("%s is shown by its site, %s", (link, site) => {
    expect(siteOf(parseLink(link) as URL)).toBe(site);
  });
});

describe("a slug", () => {
  it.each([
    ["New approach to China", "new_approach_to_china"],
    ["  <script>alert(1)</script> ", "script_alert_1_script"],
    ["日本語のタイトル", "日本語のタイトル"],
    ["हिन्दी में शीर्षक", "हिन्दी_में_शीर्षक"],
    ["ภาษาไทย: สวัสดี", "ภาษาไทย_สวัสดี"],
    ["\u0301a mark without a letter", "a_mark_without_a_letter"],
    ["!!!", "_"],
    ["word ".repeat(40), "word_word_word_word_word_word_word_word_word_word"],
    ["x".repeat(80), "x".repeat(50)],
    // Half a letter is in no address.
    [`x${"𐐨".repeat(60)}`, `x${"𐐨".repeat(24)}`],
  ])("of %j is %s", (title, slug) => expect(slugOf(title)).toBe(slug));
});

describe("text", () => {
  it("loses control characters and overrides of direction, and keeps its script", () => {
    expect(cleanLine(" a\u0000b\u202e c\r\nd ")).toBe("ab c d");
    expect(cleanBlock("one\r\ntwo\rthree")).toBe("one\ntwo\nthree");
    expect(cleanBlock("one\vtwo\fthree")).toBe("one\ntwo\nthree");
    expect(cleanLine("one\vtwo\fthree")).toBe("one two three");
    expect(cleanLine("שלום")).toBe("שלום");
    expect(cleanLine("a\u0085\u009f\ufffe\uffff\u202a\u202b\u202c\u202db")).toBe("ab");
    expect(cleanLine("half a letter: \ud83e")).toBe("half a letter: \ufffd");
  });

  it.each([
    ["\u2067that do not end", "that do not end"],
    ["ends\u2069 of \u2069 none", "ends of none"],
    ["\u2066two \u2068of\u2069 three", "two \u2068of\u2069 three"],
    [
      "\u2067one\u2069 and \u2068\u2066two\u2069\u2069",
      "\u2067one\u2069 and \u2068\u2066two\u2069\u2069",
    ],
  ])("on a line keeps isolates in pairs only: %j", (text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });

  it.each([
    ["    four spaces\nand a line", "    four spaces\nand a line"],
    ["\ta tab", "\ta tab"],
    ["\r\n \t\r\n\n    after blank lines \n\t\n", "    after blank lines"],
    [" \n\t\r\n\u3000 ", ""],
  ])("%j loses what is blank around it, not the indentation of its first line", (text, clean) => {
    expect(cleanBlock(text)).toBe(clean);
    expect(cleanBlock(clean)).toBe(clean);
  });

  it.each(["မျှော်လင့်", "लक्ष्मी", "यूँ", "བསྒྲུབས", "ក្ស្ត្រី", "ภูมิใจที่นี่", "עִבְרִית", "1️⃣"])(
    "keeps every mark of %s",
    (word) => {
      expect(cleanLine(word)).toBe(word.normalize("NFC"));
    },
  );

  it("keeps four marks on a letter of a thousand", () => {
    expect(charCount(cleanLine(`q${"\u0317".repeat(1000)}`))).toBe(5);
  });

  it("is counted in characters as people see them typed", () => {
    expect(charCount("🪨🪨")).toBe(2);
  });
});

describe("markup", () => {
  it.each([
    ["<script>alert(1)</script>", /&lt;script&gt;/],
    ["[x](javascript:alert(1))", /^(?!.*href).*$/s],
    ["[x](data:text/html,1)", /^(?!.*href).*$/s],
    ["![x](https://example.com/x.png)", /^(?!.*<img).*$/s],
    ["[x](https://example.com)", /<a href="https:\/\/example.com" rel="nofollow ugc">x<\/a>/],
    ["<a href=x onclick=y>z</a>", /^(?!.*<a).*$/s],
  ])("of %j is harmless", (text, expected) => expect(renderMarkdown(text)).toMatch(expected));

  const linkTo = (address: string, words: string) =>
    `<a href="${address}" rel="nofollow ugc">${words}</a>`;
  it.each([
    ["[p](tel:1)", "[p](tel:1)"],
    ["<irc://a/b>", "&lt;irc://a/b&gt;"],
    ["![x](data:image/png;base64,AA)", "![x](data:image/png;base64,AA)"],
    ["[x](JavaScript:alert(1))", "[x](JavaScript:alert(1))"],
    ["[a](/r/x)", linkTo("/r/x", "a")],
    ["Well! ![a *b*](https://a.de/x.png)", `Well! ${linkTo("https://a.de/x.png", "a <em>b</em>")}`],
    ["![](https://a.de/x.png)", linkTo("https://a.de/x.png", "https://a.de/x.png")],
    ["\\![a](https://a.de)!", `!${linkTo("https://a.de", "a")}!`],
    ["!<https://a.de>", `!${linkTo("https://a.de", "https://a.de")}`],
    ["!https://a.de", `!${linkTo("https://a.de", "https://a.de")}`],
    ["`![a](tel:1)`", "<code>![a](tel:1)</code>"],
  ])("of %j loses no address", (text, html) => {
    expect(renderMarkdown(text)).toBe(`<p>${html}</p>\n`);
  });

  it.each([
    ["# a\n\n###### b", "<h2>a</h2>\n<h6>b</h6>\n"],
    ["3. a", '<ol start="3">\n<li>a</li>\n</ol>\n'],
  ])("of %j stands on a page with a heading of its own, as it was numbered", (text, html) => {
    expect(renderMarkdown(text)).toBe(html);
  });

  it("that grows too much is shown as it was written, and as harmless", () => {
    const table = `|a|b|c\n|-|-|-\n${"a\n".repeat(1000)}`;
    expect(renderMarkdown(`${table}<script>`)).toBe(`<pre>${table}&lt;script&gt;</pre>`);
  });

  it("keeps nine lists within each other, and nineteen quotes, and leaves out what is deeper", () => {
    const lists = Array.from({ length: 30 }, (_, n) => `${"  ".repeat(n)}- list ${n + 1}.`);
    const quotes = (depth: number) => `${">".repeat(depth)} words ${depth}`;
    const html = renderMarkdown([...lists.slice(0, 9), "", quotes(19)].join("\n"));
    expect(html).toContain("list 9.");
    expect(html).toContain("words 19");
    expect(renderMarkdown(lists.join("\n"))).not.toContain("list 11.");
    expect(renderMarkdown(quotes(21))).not.toContain("words");
  });

  it.each([
    ["10,000 nested quotes", ">".repeat(10_000)],
    ["50,000 asterisks", "*".repeat(50_000)],
    ["brackets", "[".repeat(40_000)],
    ["unclosed links", "[a](".repeat(10_000)],
    ["images without words", "![](a)".repeat(6000)],
    ["unclosed images", "![".repeat(20_000)],
    [
      "a definition referred to thousands of times",
      `[a]: /${"x".repeat(5000)}\n\n${"[a]".repeat(1600)}`,
    ],
    ["a wide table of short rows", `${"|a".repeat(60)}\n${"|-".repeat(60)}\n${"a\n".repeat(4000)}`],
    ["thousands of lists", "- a\n\n1. b\n\n".repeat(1000)],
  ])(
    "survives %s, and does not grow out of proportion",
    (_, bomb) => {
      expect(renderMarkdown(bomb).length).toBeLessThan(6 * bomb.length + 2000);
    },
    5000,
  );
});
