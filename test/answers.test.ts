/** What the reader answers to requests that are not quite those for a page, over a whole site in memory. */
import { beforeAll, describe, expect, it } from "vitest";
import { aSubmission } from "./makers.ts";
import { aCommunity, aDeletion, aWholeSite, type WholeSite } from "./memory/whole-site.ts";

let site: WholeSite;
const gone = aSubmission({ community: "Cats" });

beforeAll(async () => {
  site = await aWholeSite();
  await site.send(aCommunity("Cats"));
  await site.send(gone);
  await site.send(aDeletion({ post: gone.post }, "ann"));
  await site.publish();
});

describe("a post that is gone", () => {
  it.each(["", ".json", "/.json", ".rss"])("is so as %j for whoever has seen it", async (end) => {
    const path = `/comments/${gone.post}${end}`;
    const etag = (await site.get(path)).headers.get("etag") ?? "";
    expect(etag).not.toBe("");
    for (const asked of ["*", etag]) {
      const answer = await site.get(path, { "if-none-match": asked });
      expect([asked, answer.status]).toEqual([asked, 410]);
      expect(await answer.text()).not.toBe("");
    }
  });
});
