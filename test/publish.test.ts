/** Publishers that meet on one page: whatever the order, the newest content stays. */
import { describe, expect, it } from "vitest";
import { encodePage } from "../src/pages/encode.ts";
import { type Published, publishDeployPage, publishPage } from "../src/pages/publish.ts";
import {
  fromNote,
  noteOf,
  putPage,
  readDeployPage,
  readPage,
  readVersion,
} from "../src/pages/storage.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";

const KEY = "/comments/aouv5";

function content(body: string) {
  const representations = [{ type: "html" as const, body }];
  return encodePage({ type: "page", status: 200, path: null, representations });
}

async function storedHash(pages: ReturnType<typeof openMemoryBucket>) {
  return (await readVersion(pages, KEY))?.hash;
}

const usual = { isTakenOver: false, expected: null, mayPut: () => true };

/** A bucket of which it is counted how often it is asked what is there. */
function watchedBucket() {
  const pages = openMemoryBucket();
  const looks: string[] = [];
  const head = (key: string) => {
    looks.push(key);
    return pages.head(key);
  };
  return { pages: { ...pages, head } as unknown as typeof pages, looks };
}

async function resultOf(published: Promise<Published>) {
  return (await published).result;
}

describe("publishing a page that only a deploy changes", () => {
  it("writes it although what KV reads is equal: it may be a minute old", async () => {
    const site = openMemoryNamespace();
    await publishDeployPage(site, "/about", content("a"), { commit: 1, ...usual });
    const minuteOld = await site.getWithMetadata("/about", "arrayBuffer");
    await publishDeployPage(site, "/about", content("b"), { commit: 2, ...usual });
    const cached = { ...site, getWithMetadata: async () => minuteOld } as unknown as typeof site;
    await publishDeployPage(cached, "/about", content("a"), { commit: 3, ...usual });
    const { head } = (await readDeployPage(site, "/about")) ?? {};
    expect(head).toEqual(content("a").head);
  });

  it("does not write it when its lease is about to end", async () => {
    const site = openMemoryNamespace();
    const late = { commit: 1, mayPut: () => false };
    await expect(publishDeployPage(site, "/about", content("a"), late)).rejects.toThrow("too late");
    expect(await readDeployPage(site, "/about")).toBeNull();
  });
});

describe("publishing a page", () => {
  it("does not put it when its lease is about to end", async () => {
    const pages = openMemoryBucket();
    const late = { ...usual, commit: 1, mayPut: () => false };
    await expect(publishPage(pages, KEY, content("a"), late)).rejects.toThrow("too late");
    expect(await readPage(pages, KEY)).toBeNull();
  });

  it("writes what is not there, and leaves alone what is equal", async () => {
    const pages = openMemoryBucket();
    expect(await resultOf(publishPage(pages, KEY, content("a"), { commit: 1, ...usual }))).toBe(
      "written",
    );
    expect(await resultOf(publishPage(pages, KEY, content("a"), { commit: 2, ...usual }))).toBe(
      "unchanged",
    );
    expect((await readVersion(pages, KEY))?.commit).toBe(1);
  });

  it("does not write a void where nothing is", async () => {
    const pages = openMemoryBucket();
    const page = encodePage({ type: "void" });
    expect(await resultOf(publishPage(pages, KEY, page, { commit: 1, ...usual }))).toBe(
      "unchanged",
    );
    expect(await readPage(pages, KEY)).toBeNull();
  });

  it("does not look where nobody has written before, unless something is there after all", async () => {
    const { pages, looks } = watchedBucket();
    const first = { ...usual, commit: 2, expected: "nothing" } as const;
    expect(await resultOf(publishPage(pages, KEY, content("a"), first))).toBe("written");
    expect(looks).toEqual([]);
    expect(await resultOf(publishPage(pages, KEY, content("a"), first))).toBe("unchanged");
    const older = { ...first, commit: 1 };
    expect(await resultOf(publishPage(pages, KEY, content("b"), older))).toBe("superseded");
    expect(looks).toEqual([KEY, KEY]);
    const gone = { ...first, commit: 3 };
    const nothing = encodePage({ type: "void" });
    expect(await resultOf(publishPage(pages, KEY, nothing, gone))).toBe("written");
    expect(await storedHash(pages)).toBe(nothing.hash);
  });

  it("never replaces what reflects a later commit", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("new"), { commit: 5, ...usual });
    const late = await resultOf(publishPage(pages, KEY, content("old"), { commit: 4, ...usual }));
    expect(late).toBe("superseded");
    expect(await storedHash(pages)).toBe(content("new").hash);
  });

  it("fails a put that comes after another one", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    const seen = await readVersion(pages, KEY);
    await publishPage(pages, KEY, content("b"), { commit: 3, ...usual });
    expect(await putPage(pages, KEY, content("late"), 2, seen)).toBeNull();
    expect(await putPage(pages, KEY, content("late"), 2, null)).toBeNull();
    expect(await storedHash(pages)).toBe(content("b").hash);
  });

  it("fails a late put although the content has come back to what it expects", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    const seen = await readVersion(pages, KEY);
    await publishPage(pages, KEY, content("b"), { commit: 3, ...usual });
    await publishPage(pages, KEY, content("a"), { commit: 4, ...usual });
    expect(await putPage(pages, KEY, content("b"), 2, seen)).toBeNull();
    expect(await storedHash(pages)).toBe(content("a").hash);
  });

  it("writes equal content after a takeover, so that the crashed publisher's put fails", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    const seenByCrashed = await readVersion(pages, KEY);
    const options = { ...usual, commit: 3, isTakenOver: true };
    expect(await resultOf(publishPage(pages, KEY, content("a"), options))).toBe("written");
    expect(await putPage(pages, KEY, content("b"), 2, seenByCrashed)).toBeNull();
    expect(await storedHash(pages)).toBe(content("a").hash);
  });

  it("asks for nothing where its last publisher has told what is there", async () => {
    const { pages, looks } = watchedBucket();
    const first = await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    expect(looks).toEqual([KEY]);
    const next = { ...usual, commit: 2, expected: first.stored };
    expect(await publishPage(pages, KEY, content("a"), next)).toEqual({
      result: "unchanged",
      stored: first.stored,
    });
    const { result, stored } = await publishPage(pages, KEY, content("b"), next);
    expect(result).toBe("written");
    expect(looks).toEqual([KEY]);
    expect(stored).toEqual(await readVersion(pages, KEY));
  });

  it("looks, and writes, where something else is than its last publisher has told", async () => {
    const { pages, looks } = watchedBucket();
    const { stored } = await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    await pages.delete(KEY);
    const options = { ...usual, commit: 2, expected: stored };
    expect(await resultOf(publishPage(pages, KEY, content("b"), options))).toBe("written");
    expect(looks).toEqual([KEY, KEY]);
    expect(await storedHash(pages)).toBe(content("b").hash);
  });

  it("never replaces what reflects a later commit, whatever it was told", async () => {
    const pages = openMemoryBucket();
    const { stored } = await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    await publishPage(pages, KEY, content("new"), { ...usual, commit: 5, isTakenOver: true });
    const options = { ...usual, commit: 4, expected: stored };
    expect(await publishPage(pages, KEY, content("old"), options)).toEqual({
      result: "superseded",
      stored: null,
    });
    expect(await storedHash(pages)).toBe(content("new").hash);
  });
});

describe("what the page table notes of an object", () => {
  it("is read as it was written, as of the commit that the page's row tells", async () => {
    const pages = openMemoryBucket();
    const { stored } = await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    if (!stored) throw new Error("nothing was stored");
    expect(fromNote(noteOf(stored), 7)).toEqual({ ...stored, commit: 7 });
  });
});
