/** What arrives long after it was sent: a deletion's post, and the first sign of somebody. */
import { describe, expect, it } from "vitest";
import { reportStatus } from "../src/consumer/report-status.ts";
import { type CommentId, mintId, type PostId } from "../src/model/ids.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anEvent, BEGIN_MS, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";
import { consumeEvents } from "./whole-steps.ts";

const HOUR_MS = 3_600_000;

const founded = (by: string) =>
  anEvent({ type: "community_created", by, name: "cats", title: "", description: "" });
const aText = { community: "cats", url: null, text: "", resubmit: false } as const;

describe("a deletion that was refused for want of its thing", () => {
  const post = mintId(BEGIN_MS, () => 0.5) as PostId;
  const comment = mintId(BEGIN_MS, () => 0.6) as CommentId;
  const submitted = (title: string) =>
    anEvent({ ...aText, type: "post_submitted", by: "ann", post, title });
  const said = anEvent({
    ...{ type: "comment_posted", by: "ann", comment },
    ...{ post, parent: null, text: "Regretted" },
  });
  const regrets = {
    post: [[submitted("Regretted")], anEvent({ type: "post_deleted", by: "ann", post })],
    comment: [[submitted("Kept"), said], anEvent({ type: "comment_deleted", by: "ann", comment })],
  } as const;

  it.each([
    ["post", "comes once more"],
    ["post", "comes never again"],
    ["comment", "comes never again"],
  ] as const)("takes the %s down that has come after all, even if it %s", async (thing, times) => {
    const site = await openLiveSite();
    await site.send(founded("ann"));
    const [late, deleted] = regrets[thing];
    expect(await site.send(deleted)).toEqual(["waiting"]);
    // Cron is heard all the time: there is no outage that anything would wait for.
    let now = BEGIN_MS;
    for (; now < BEGIN_MS + 7 * HOUR_MS; now += 300_000) {
      await reportStatus({ ...site.deps, now: () => now });
    }
    const send = (event: CairnEvent) => consumeEvents(site.db, [event], now, site.deps.pace);
    expect(await send(deleted)).toEqual(["refused"]);
    // A dead letter is replayed.
    for (const event of late) expect(await send(event)).toEqual(["applied"]);
    if (times === "comes once more") expect(await send(deleted)).toEqual(["unchanged"]);
    // Until the site's own clock is there.
    for (let round = 0; round < 40; round++) await site.publishAll();
    expect(await site.keysWith("Regretted")).toEqual([]);
    expect(await siteDifferences(site)).toEqual([]);
  });
});

it("who turns out to call themselves otherwise is called so on every page", async () => {
  const site = await openLiveSite();
  const registered = anEvent({ type: "person_registered", by: "Mia" });
  await site.send(founded("mia"));
  for (let index = 10; index < 40; index++) {
    const post = `post${index}` as PostId;
    const title = `Stone ${index}`;
    await site.send(anEvent({ ...aText, type: "post_submitted", by: "mia", post, title }));
  }
  await site.publishAll();
  expect(await site.text("/user/mia/submitted/1")).toContain("mia: submitted");
  expect(await site.send(registered)).toEqual(["applied"]);
  await site.publishAll();
  expect(await site.text("/user/mia/submitted/1")).toContain("Mia: submitted");
  expect(await siteDifferences(site)).toEqual([]);
});
