/** What arrives long after it was sent: a deletion's post, and the first sign of somebody. */
import { expect, it } from "vitest";
import { consumeEvents } from "../src/consumer/consume.ts";
import { reportStatus } from "../src/consumer/report-status.ts";
import { mintId, type PostId } from "../src/model/ids.ts";
import type { CairnEvent } from "../src/queue/events.ts";
import { anEvent, BEGIN_MS, openLiveSite } from "./memory/live-site.ts";
import { siteDifferences } from "./rebuild/site-check.ts";

const HOUR_MS = 3_600_000;

const founded = (by: string) =>
  anEvent({ type: "community_created", by, name: "cats", title: "", description: "" });
const aText = { community: "cats", url: null, text: "", resubmit: false } as const;

it("a deletion that was refused for want of its post takes it down when it has come after all", async () => {
  const site = await openLiveSite();
  await site.send(founded("ann"));
  const post = mintId(BEGIN_MS, () => 0.5) as PostId;
  const submitted = anEvent({
    ...{ ...aText, title: "Regretted" },
    ...{ type: "post_submitted", by: "ann", post },
  });
  const deleted = anEvent({ type: "post_deleted", by: "ann", post });
  expect(await site.send(deleted)).toEqual(["waiting"]);
  // Cron is heard all the time: there is no outage that anything would wait for.
  let now = BEGIN_MS;
  for (; now < BEGIN_MS + 7 * HOUR_MS; now += 300_000) {
    await reportStatus({ ...site.deps, now: () => now });
  }
  const send = (event: CairnEvent) => consumeEvents(site.db, [event], now, site.deps.pace);
  expect(await send(deleted)).toEqual(["refused"]);
  // A dead letter is replayed, and the queue brings the deletion once more.
  expect(await send(submitted)).toEqual(["applied"]);
  expect(await send(deleted)).toEqual(["applied"]);
  // Until the site's own clock is there.
  for (let times = 0; times < 40; times++) await site.publishAll();
  expect(await site.keysWith("Regretted")).toEqual([]);
  expect(await siteDifferences(site)).toEqual([]);
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
