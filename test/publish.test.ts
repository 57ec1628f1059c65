/** Publishers that meet on one page: whatever the order, the newest content stays. */
import { describe, expect, it } from "vitest";
import { encodePage } from "../src/pages/encode.ts";
import { publishDeployPage, publishPage } from "../src/pages/publish.ts";
import { putPage, readDeployPage, readPage, readVersion } from "../src/pages/storage.ts";
import { openMemoryBucket, openMemoryNamespace } from "./memory/storage.ts";

const KEY = "/comments/aouv5";

function content(body: string) {
  const representations = [{ type: "html" as const, body }];
  return encodePage({ type: "page", status: 200, path: null, representations });
}

async function storedHash(pages: ReturnType<typeof openMemoryBucket>) {
  return (await readVersion(pages, KEY))?.hash;
}

const usual = { isTakenOver: false, mayPut: () => true };

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
  it("writes what is not there, and leaves alone what is equal", async () => {
    const pages = openMemoryBucket();
    expect(await publishPage(pages, KEY, content("a"), { commit: 1, ...usual })).toBe("written");
    expect(await publishPage(pages, KEY, content("a"), { commit: 2, ...usual })).toBe("unchanged");
    expect((await readVersion(pages, KEY))?.commit).toBe(1);
  });

  it("does not write a void where nothing is", async () => {
    const pages = openMemoryBucket();
    const page = encodePage({ type: "void" });
    expect(await publishPage(pages, KEY, page, { commit: 1, ...usual })).toBe("unchanged");
    expect(await readPage(pages, KEY)).toBeNull();
  });

  it("never replaces what reflects a later commit", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("new"), { commit: 5, ...usual });
    const late = await publishPage(pages, KEY, content("old"), { commit: 4, ...usual });
    expect(late).toBe("superseded");
    expect(await storedHash(pages)).toBe(content("new").hash);
  });

  it("fails a put that comes after another one", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    const seen = await readVersion(pages, KEY);
    await publishPage(pages, KEY, content("b"), { commit: 3, ...usual });
    expect(await putPage(pages, KEY, content("late"), 2, seen)).toBe(false);
    expect(await putPage(pages, KEY, content("late"), 2, null)).toBe(false);
    expect(await storedHash(pages)).toBe(content("b").hash);
  });

  it("fails a late put although the content has come back to what it expects", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    const seen = await readVersion(pages, KEY);
    await publishPage(pages, KEY, content("b"), { commit: 3, ...usual });
    await publishPage(pages, KEY, content("a"), { commit: 4, ...usual });
    expect(await putPage(pages, KEY, content("b"), 2, seen)).toBe(false);
    expect(await storedHash(pages)).toBe(content("a").hash);
  });

  it("writes equal content after a takeover, so that the crashed publisher's put fails", async () => {
    const pages = openMemoryBucket();
    await publishPage(pages, KEY, content("a"), { commit: 1, ...usual });
    const seenByCrashed = await readVersion(pages, KEY);
    const options = { ...usual, commit: 3, isTakenOver: true };
    expect(await publishPage(pages, KEY, content("a"), options)).toBe("written");
    expect(await putPage(pages, KEY, content("b"), 2, seenByCrashed)).toBe(false);
    expect(await storedHash(pages)).toBe(content("a").hash);
  });
});
