/** A block of a chronological listing that becomes full: when it is written, and that nothing is hidden. */
import { describe, expect, it } from "vitest";
import { affectedPages } from "../src/pages/affected.ts";
import { type ChronologicalChange, NO_CHANGE } from "../src/pages/change.ts";
import { PAGE_SIZE } from "../src/pages/key.ts";
import { aSubmission } from "./makers.ts";
import { anEvent, openLiveSite } from "./memory/live-site.ts";

const BLOCKS_OF_POSTS = 4;

describe("a listing that gets a page of posts every two seconds", () => {
  it("shows all of them, on the head and on the blocks that it leads to", async () => {
    const site = await openLiveSite();
    const place = { name: "programming", title: "", description: "" };
    await site.send(anEvent({ ...place, type: "community_created", by: "founder" }));
    await site.publishAll();
    const posts = Array.from({ length: BLOCKS_OF_POSTS * PAGE_SIZE }, () => aSubmission());
    for (let from = 0; from < posts.length; from += PAGE_SIZE) {
      await site.send(...posts.slice(from, from + PAGE_SIZE));
      await site.publishUrgent();
    }
    const listings = ["/new", "/r/programming/new", "/user/ann/submitted"];
    for (const listing of [...listings, "/domain/example.com/new"]) {
      const blocks = Array.from({ length: BLOCKS_OF_POSTS }, (_, index) => index + 1);
      const paths = [listing, ...blocks.map((block) => `${listing}/${block}`)];
      const text = (await Promise.all(paths.map(site.text))).join("\n");
      const hidden = posts.filter(({ title }) => !text.includes(title));
      expect(hidden.length, listing).toBe(0);
    }
  });
});

describe("a block", () => {
  const lanesOf = (change: ChronologicalChange) =>
    Object.fromEntries(
      affectedPages({ ...NO_CHANGE, chronological: [change] }).map(({ key, lane }) => [key, lane]),
    );

  it.each([
    ["/new", "/", "fast"],
    ["/user/ann/submitted", "/user/ann", "side"],
    ["~ann/inbox", "~ann/inbox", "fast"],
    ["~ann/saved", "~ann/saved", "private"],
  ])("of %s is written with its head when it becomes full", (listing, head, lane) => {
    const last = { listing, from: PAGE_SIZE, to: PAGE_SIZE };
    const lanes = lanesOf({ ...last, countBefore: PAGE_SIZE - 1, countAfter: PAGE_SIZE });
    expect(lanes).toMatchObject({ [head]: lane, [`${listing}/1`]: lane });
  });

  it("that was full waits in its own lane, and so does the one that leads to the head", () => {
    const late = { listing: "/new", from: 3, to: 2 * PAGE_SIZE };
    const lanes = lanesOf({ ...late, countBefore: 2 * PAGE_SIZE - 1, countAfter: 2 * PAGE_SIZE });
    expect(lanes).toMatchObject({ "/new/1": "slow", "/new/2": "fast", "/new/3": "slow" });
  });

  it("of what somebody likes waits for more votes, also when it becomes full", () => {
    const last = { listing: "~ann/liked", from: 50, to: 50, countBefore: 49, countAfter: 50 };
    expect(lanesOf(last)).toMatchObject({ "~ann/liked/1": "votes" });
  });
});
