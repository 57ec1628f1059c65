/** The line below a page's title in search results and previews. */
import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../src/model/markup.ts";
import { describe as describePage, textOf } from "../src/pages/description.ts";

function described(markdown: string): string | null {
  return describePage(textOf(renderMarkdown(markdown)));
}

describe("a description", () => {
  it.each([
    [
      "Some *words* and **more**.\n\nAnother [line](https://a.example/).",
      "Some words and more. Another line.",
    ],
    ['`a < b && c > "d"`', 'a < b && c > "d"'],
    ["&amp;lt; <script>x</script>", "&lt; <script>x</script>"],
    ["# Title\n- one\n- two", "Title one two"],
    ["", null],
    ["\n \n", null],
  ])("of %j is %j", (markdown, expected) => expect(described(markdown)).toBe(expected));

  it("of a long text ends at a word", () => {
    const line = described("word ".repeat(100));
    expect(line).toMatch(/^(?:word )+…$/);
    expect(line?.length).toBeLessThanOrEqual(202);
  });

  it("of a text without a gap ends within it, and not within a letter", () => {
    expect(described(`x${"𝕏".repeat(300)}`)).toBe(`x${"𝕏".repeat(99)} …`);
  });

  it("of a script without spaces is no shorter for the one that is there", () => {
    expect(described(`概要 ${"漢字".repeat(200)}`)).toBe(`概要 ${"漢字".repeat(98)}漢 …`);
  });
});
