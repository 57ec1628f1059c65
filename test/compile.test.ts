/** Compiling is the first step of every script, while a server may run that watches the files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { compileScripts, OUTPUT } from "../build/compile-scripts.ts";
import { compileTemplates } from "../build/compile-templates.ts";
import { writeChanged } from "../build/write-changed.ts";

function compile(): number[] {
  compileTemplates();
  compileScripts();
  const files = ["src/pages/compiled", OUTPUT].flatMap((folder) =>
    readdirSync(folder).map((file) => join(folder, file)),
  );
  return files.map((file) => statSync(file).mtimeMs);
}

it("what is compiled already is not written again", () => {
  const before = compile();
  expect(before.length).toBeGreaterThan(3);
  expect(compile()).toEqual(before);
});

it("a file is written if it is missing or different", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-compile-"));
  const file = join(folder, "a.js");
  const written = (content: string) => {
    writeChanged(file, content);
    const isWritten = statSync(file).mtimeMs !== 0;
    utimesSync(file, 0, 0);
    return [isWritten, readFileSync(file, "utf8")];
  };
  try {
    expect(["one", "one", "two"].map(written)).toEqual([
      [true, "one"],
      [false, "one"],
      [true, "two"],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Bytes over the wire. Every first view has the one; who is logged in loads the other after it. */
it.each([
  ["site.js", 2000],
  ["mine.js", 3500],
])("%s is at most %i bytes, gzipped", (script, maxBytes) => {
  compileScripts();
  const served = gzipSync(readFileSync(join(OUTPUT, script)));
  expect(served.length).toBeLessThanOrEqual(maxBytes);
});
